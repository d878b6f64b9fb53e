import { type InferType, object } from 'yup';
import { MISSING, secret, url } from '../schema/fields.ts';

/** Signed as Standard Webhooks describes. */
export interface WebhookSettings {
  readonly type: 'webhook';
  readonly url: string;
  /** `whsec_` and 24 to 64 bytes in base64. */
  readonly secret: string;
}

export const webhook = object({
  url: url('where each message is sent by POST', { isSecret: true }).defined(MISSING),
  secret: secret('signs each message as Standard Webhooks describes: `whsec_` and 24 to 64 bytes in base64')
    .test(
      'webhook secret',
      'must be whsec_ and 24 to 64 bytes in base64: echo "whsec_$(openssl rand -base64 32)" makes one',
      value => value === undefined || isWebhookSecret(value),
    )
    .defined(MISSING),
});

/** @param channel without a mistake */
export function toWebhook({ url, secret }: InferType<typeof webhook>): WebhookSettings {
  return { type: 'webhook', url, secret };
}

function isWebhookSecret(secret: string): boolean {
  const [, text] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const bytes = text === undefined ? 0 : Buffer.from(text, 'base64').length;
  return bytes >= 24 && bytes <= 64;
}
