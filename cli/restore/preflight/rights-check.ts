import { KIND_NAMES } from '../../../protocol/manifest.ts';
import { isAtLeast } from '../../mysql/server-facts.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';
import { replaceNames } from '../replace/replace-names.ts';
import {
  databaseRights,
  globalRights,
  grantOnDatabase,
  grantOnServer,
  rightToReadRoutines,
} from '../target/restore-rights.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import type { TargetFacts } from '../target/target-facts.ts';
import type { DatabaseState } from './database-check.ts';
import { type Checked, NOTHING_WRONG, problem, together, warning } from './problem.ts';

interface Options {
  readonly backup: BackupToRestore;
  readonly target: RestoreTarget;
  readonly wish: RestoreWish;
  readonly state: DatabaseState;
}

/** Compares what the user may do with what a restore does. */
export function checkRights(facts: TargetFacts, options: Options): Checked {
  return together([
    ...databasesOf(options).map(database => checkOnDatabase(facts, options, database)),
    checkOnServer(facts, options),
    checkPrograms(facts, options),
    checkSystemUser(facts, options),
    checkReadingRoutines(facts, options),
  ]);
}

/** A replace has two databases more: one to load into, and one for the old tables. */
function databasesOf({ target: { database }, wish }: Options): string[] {
  const { staging, old } = replaceNames(database);
  return wish.mode === 'replace' ? [database, staging, old] : [database];
}

function checkOnDatabase(facts: TargetFacts, options: Options, database: string): Checked {
  const { backup, target, wish } = options;
  const userKey = target.userKey;
  const needed = wish.mode === 'replace' ? databaseRights(undefined) : databaseRights(backup.manifest?.inventory);
  const missing = needed.filter(right => !facts.rights.onDatabase(right, database));
  if (missing.length === 0) return NOTHING_WRONG;
  const other =
    userKey === 'db_username' ? ' Or name another user for restores with restore_username in its entry.' : '';
  return problem(
    `${facts.account} lacks ${missing.join(', ')} on ${database}`,
    `${grantOnDatabase(facts, database)}${other}`,
  );
}

/** Programs of other accounts, and tables that only a server without the strict mode takes. */
function checkOnServer(facts: TargetFacts, { backup, wish }: Options): Checked {
  const keepsDefiners = wish.definer !== 'drop' && hasDefiners(backup) && wish.parts !== 'data';
  const missing = globalRights(facts, keepsDefiners).filter(
    ({ right }) => !['SUPER', right].some(given => facts.rights.everywhere(given)),
  );
  const [first] = missing;
  if (!first) return NOTHING_WRONG;
  const names = missing.map(({ right }) => right);
  const without = keepsDefiners ? ' Or restore with --definer drop: then they belong to this user.' : '';
  return problem(
    `${facts.account} lacks ${names.join(', ')} on the server, ${first.purpose}`,
    `${grantOnServer(names, facts.account)}${without}`,
  );
}

function hasDefiners({ manifest }: BackupToRestore): boolean {
  if (!manifest) return true;
  const { views, triggers, procedures, functions, packages, events } = manifest.inventory;
  return [views, triggers, procedures, functions, packages, events].some(names => names.length > 0);
}

/** Error 1419: with the binary log on, only SUPER may make functions and triggers. */
function checkPrograms(facts: TargetFacts, { backup: { manifest }, wish }: Options): Checked {
  if (!facts.refusesPrograms || facts.rights.everywhere('SUPER') || wish.parts === 'data') return NOTHING_WRONG;
  const kinds = (['functions', 'triggers'] as const).filter(kind => manifest?.inventory[kind].length !== 0);
  if (kinds.length === 0) return NOTHING_WRONG;
  return problem(
    `the binary log of the server is on, and it refuses each ${kinds.map(kind => KIND_NAMES[kind]).join(' and ')} (error 1419)`,
    "As the server's administrator: SET GLOBAL log_bin_trust_function_creators = ON; After the restore, set it to OFF again.",
  );
}

/** A replace must be able to make again what it drops. */
function checkReadingRoutines(facts: TargetFacts, { target: { database }, wish, state }: Options): Checked {
  if (wish.mode !== 'replace' || wish.tables || !state.hasRoutines) return NOTHING_WRONG;
  const needed = rightToReadRoutines(facts, database);
  if (needed.isGiven) return NOTHING_WRONG;
  return problem(
    `${facts.account} lacks ${needed.right}, without which it can't read the routines of ${database}`,
    needed.grant,
  );
}

/** MySQL: only who has SYSTEM_USER may make root, or another account that has it, a definer (error 1227). */
function checkSystemUser(facts: TargetFacts, { backup, wish }: Options): Checked {
  const isAsked = facts.flavour === 'mysql' && isAtLeast(facts.version, 8, 0, 16);
  if (!isAsked || wish.definer !== 'keep' || wish.parts === 'data' || !hasDefiners(backup)) return NOTHING_WRONG;
  if (facts.rights.everywhere('SYSTEM_USER')) return NOTHING_WRONG;
  return warning(
    `what belongs to root, or to another account with SYSTEM_USER, will not load (error 1227): --definer drop, or, if you trust the server that was dumped: ${grantOnServer(['SYSTEM_USER'], facts.account)}`,
  );
}
