import { type InferType, object } from 'yup';
import { MISSING, secret, text, url } from '../schema/fields.ts';
import { BOTH_OR_NEITHER, withoutSlash } from './shared.ts';

export interface AlertmanagerSettings {
  readonly type: 'alertmanager';
  /** Without `/api/v2/alerts` and without a slash at its end. */
  readonly url: string;
  /** For basic authentication: both or neither. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** For `Authorization: Bearer`. */
  readonly token: string | undefined;
}

export const alertmanager = object({
  url: url('Alertmanager, such as `http://127.0.0.1:9093`').defined(MISSING),
  user: text('for basic authentication'),
  password: secret('for basic authentication'),
  token: secret('sent as `Authorization: Bearer`'),
})
  .test('login', ...BOTH_OR_NEITHER)
  .test(
    'one login',
    'has user and token: leave one out',
    value => !(value.user !== undefined && value.token !== undefined),
  );

/** @param channel without a mistake */
export function toAlertmanager({ url, user, password, token }: InferType<typeof alertmanager>): AlertmanagerSettings {
  return { type: 'alertmanager', url: withoutSlash(url), user, password, token };
}
