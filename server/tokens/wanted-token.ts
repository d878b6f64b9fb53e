import { ROLES, type Role } from '../../protocol/access/roles.ts';
import { isKeyOf } from '../../protocol/texts/is-key-of.ts';
import { EVERYTHING, isEverything, type Scope, scopeProblem } from '../auth/scope.ts';
import { validationError } from '../errors/errors.ts';

/** A token that is to be made, checked. */
export interface WantedToken {
  readonly name: string;
  readonly role: Role;
  readonly scope: Scope;
  /** In milliseconds from now; undefined means that it does not end. */
  readonly lifetimeMs: number | undefined;
}

/** What was given for it; scope may be left out for an admin, who has no other than all. */
export interface GivenToken {
  readonly name: string;
  readonly role: string;
  readonly scope?: readonly string[] | null | undefined;
  /** Such as `365d`. */
  readonly expires?: string | null | undefined;
}

/** @throws AppError 422 that names each field that is wrong */
export function wantedToken({ name, role, scope, expires }: GivenToken): WantedToken {
  const known = ROLES.find(one => one === role);
  const given = scope ?? (known === 'admin' ? EVERYTHING : []);
  const problems = [
    { field: 'name', message: nameProblem(name) },
    { field: 'role', message: known ? undefined : `must be one of ${ROLES.join(', ')}, and ${role} is not` },
    { field: 'scope', message: scopeProblem(given) },
    { field: 'scope', message: known === 'admin' && !isEverything(given) ? 'must be * for an admin' : undefined },
  ].flatMap(({ field, message }) => (message === undefined ? [] : [{ field, message }]));
  if (problems.length > 0 || !known) throw validationError(problems);
  // An empty text is a variable of a script that was not set: it must not make a token that never ends.
  const lifetimeMs = expires === undefined || expires === null ? undefined : durationMs('expires', expires);
  return { name, role: known, scope: given, lifetimeMs };
}

const MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Ten years. */
const MAX_DAYS = 3660;

/**
 * Reads a time such as `365d`, `12h` or `30m`.
 * @param field for the error
 * @returns milliseconds
 * @throws AppError 422
 */
export function durationMs(field: string, text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ms = isKeyOf(MS, unit) ? Number(count) * MS[unit] : Number.NaN;
  if (ms > 0 && ms <= MAX_DAYS * MS.d) return ms;
  throw validationError([
    { field, message: `must be a time such as 365d, 12h or 30m, up to ${MAX_DAYS}d, and not ${JSON.stringify(text)}` },
  ]);
}

/** Of principals that are no tokens. */
const RESERVED = ['anyone', 'ADMIN_TOKEN_FILE'];

function nameProblem(name: string): string | undefined {
  if (!/^[A-Za-z0-9][\w.@-]{0,63}$/.test(name))
    return 'must have 1 to 64 letters, digits, and . _ - @, and begin with a letter or a digit';
  return RESERVED.includes(name) ? `must not be ${name}: the service uses that name itself` : undefined;
}
