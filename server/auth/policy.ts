import type { Role } from '../../protocol/access/roles.ts';
import { AppError, notFound, Unauthenticated } from '../errors/errors.ts';
import { NO_ONE, type Principal } from './principal.ts';
import { covers, isEverything } from './scope.ts';

/** What a request wants to do. */
export type Action = keyof typeof RULES;

interface Rule {
  /** What the action is called in "may not …". */
  readonly name: string;
  readonly roles: readonly Role[];
  /** Whether it is about all databases together, so that a scope of some does not do. */
  readonly isAboutAll?: true;
  /** What an action out of scope is answered: what is read looks as if it were not there. */
  readonly outOfScope: 'hidden' | 'refused';
}

const READERS = ['read', 'operator', 'admin'] as const;

/** The one list of who may do what. docs/reference/access.md shows what follows from it. */
const RULES = {
  list: { name: 'list backups', roles: READERS, outOfScope: 'hidden' },
  download: { name: 'download backups', roles: READERS, outOfScope: 'hidden' },
  status: { name: 'see the state of the service', roles: READERS, outOfScope: 'hidden' },
  metrics: { name: 'read metrics', roles: READERS, outOfScope: 'hidden' },
  upload: { name: 'upload backups', roles: ['upload', 'admin'], outOfScope: 'refused' },
  // A restore and a drill read backups, and report how that went.
  report: { name: 'report drills and restores', roles: ['upload', ...READERS], outOfScope: 'refused' },
  // Who reports a run says which databases there are: no more than who backs them up.
  reportRun: { name: 'report runs', roles: ['upload', 'admin'], outOfScope: 'refused' },
  accept: { name: 'accept losses', roles: ['operator', 'admin'], outOfScope: 'hidden' },
  pin: { name: 'pin backups', roles: ['operator', 'admin'], outOfScope: 'hidden' },
  remove: { name: 'remove backups', roles: ['operator', 'admin'], outOfScope: 'hidden' },
  prune: { name: 'apply retention plans', roles: ['operator', 'admin'], outOfScope: 'hidden' },
  acknowledge: { name: 'acknowledge alarms', roles: ['operator', 'admin'], outOfScope: 'hidden' },
  testChannel: { name: 'test channels', roles: ['operator', 'admin'], isAboutAll: true, outOfScope: 'refused' },
  watch: { name: 'pause and retire databases', roles: ['operator', 'admin'], outOfScope: 'hidden' },
  scrub: { name: 'start a scrub', roles: ['operator', 'admin'], isAboutAll: true, outOfScope: 'refused' },
  progress: { name: 'see the progress of a scrub', roles: READERS, isAboutAll: true, outOfScope: 'refused' },
  tokens: { name: 'manage tokens', roles: ['admin'], isAboutAll: true, outOfScope: 'refused' },
  audit: { name: 'read the audit trail', roles: ['admin'], isAboutAll: true, outOfScope: 'refused' },
} as const satisfies Record<string, Rule>;

/** All actions, for tests that try each of them. */
export const ACTIONS = Object.keys(RULES) as readonly Action[];

/**
 * @param database that it is about; left out where the scope is looked at elsewhere, or it is about none
 * @returns whether the principal may do it
 */
export function can(principal: Principal, action: Action, database?: string): boolean {
  return hasRole(principal, action) && isInScope(principal, action, database);
}

/**
 * Lets an action pass, or not.
 * @throws AppError 401 without a token, 403 when the role lacks the action, or the scope what is written to, 404 when the scope
 *   lacks what is read: it looks as if it were not there
 */
export function authorize(principal: Principal, action: Action, database?: string): void {
  const rule: Rule = RULES[action];
  if (principal === NO_ONE) throw unauthenticated('The service needs a token');
  if (!hasRole(principal, action))
    throw new AppError(
      403,
      'FORBIDDEN',
      `The token ${principal.name} may not ${rule.name}: its role is ${principal.role}, and this needs ${listed(rule.roles)}`,
    );
  if (isInScope(principal, action, database)) return;
  if (database !== undefined && rule.outOfScope === 'hidden') throw noSuchDatabase(database);
  const lacks = database === undefined ? 'all databases' : `the database ${database}`;
  throw new AppError(
    403,
    'OUT_OF_SCOPE',
    `The token ${principal.name} may not ${rule.name} of ${lacks}: its scope is ${principal.scope.join(', ')}`,
  );
}

/**
 * @param isInvalid whether a token was shown, and refused
 * @returns the 401
 */
export function unauthenticated(why: string, isInvalid = false): Unauthenticated {
  return new Unauthenticated(
    `${why}. Send Authorization: Bearer lmb_…; an administrator makes a token with: sudo lumbung token create`,
    isInvalid,
  );
}

/** @returns the 404 for a database that no one has backed up, or that is out of scope */
export function noSuchDatabase(name: string): AppError {
  return notFound('DATABASE_NOT_FOUND', `No database named ${name} has been backed up`);
}

function hasRole(principal: Principal, action: Action): boolean {
  const roles: readonly Role[] = RULES[action].roles;
  return principal !== NO_ONE && roles.includes(principal.role);
}

function isInScope({ scope }: Principal, action: Action, database: string | undefined): boolean {
  const { isAboutAll }: Rule = RULES[action];
  if (isAboutAll && !isEverything(scope)) return false;
  return database === undefined || covers(scope, database);
}

function listed(roles: readonly Role[]): string {
  return roles.length === 1 ? `${roles[0]}` : `${roles.slice(0, -1).join(', ')} or ${roles.at(-1)}`;
}
