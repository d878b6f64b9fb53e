import { array, type InferType, object, string } from 'yup';
import { instant } from '../schema-fields.ts';
import { ROLES } from './roles.ts';

/** What `GET /-/whoami` answers: who the service takes the caller for. */
export const whoamiAnswer = object({
  data: object({
    /** The name of the token; `anyone` where the service is open. */
    name: string().required(),
    role: string().oneOf(ROLES).required(),
    /** Names of databases; a `*` as the last character stands for any end of a name. */
    scope: array(string().required()).required(),
    expires_at: instant().nullable().defined(),
    /** `open`: the service asks no one for a token. */
    mode: string()
      .oneOf(['tokens', 'open'] as const)
      .required(),
  }).required(),
  message: string().required(),
});
export type Whoami = InferType<typeof whoamiAnswer>;
