import type { ServiceAccess } from '../access/service-access.ts';
import { isTokenRefused, ServiceRefusal } from '../service/service-errors.ts';

/**
 * Which tokens the service has refused in this run. They are not sent again: a hundred refusals in a row look like someone who guesses
 * tokens, and the service would then refuse this machine's good ones, too.
 */
export class RefusedTokens {
  readonly #refusals = new Map<string | undefined, ServiceRefusal>();

  /** @returns why this token was refused; undefined for one that was not */
  refusalOf({ token }: ServiceAccess): ServiceRefusal | undefined {
    return this.#refusals.get(token?.text);
  }

  /** @param error of an upload with this token */
  note({ token }: ServiceAccess, error: unknown): void {
    if (error instanceof ServiceRefusal && isTokenRefused(error)) this.#refusals.set(token?.text, error);
  }
}
