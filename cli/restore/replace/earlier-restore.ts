import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import type { Where } from '../../preflight/source/information-schema.ts';
import { askDatabaseObjects, countObjects } from '../target/database-objects.ts';
import { OWN_TABLES, type ReplaceNames, replaceNames, STATE_TABLE } from './replace-names.ts';
import { type RestoreState, StateTable } from './state-table.ts';
import { exists } from './swap.ts';

/**
 * What is there of a database that a replace makes. `absent`; `ours`: an earlier restore has made it, and it has what `state` says;
 * `empty`: nothing is in it, as when an earlier restore was killed at its very beginning; `foreign`: it has no mark of a restore.
 */
export type MadeDatabase =
  | { readonly kind: 'absent' | 'empty' | 'foreign' }
  | { readonly kind: 'ours'; readonly state: RestoreState | undefined; readonly objects: number };

/** What earlier restores have left beside a database. */
export interface EarlierRestore {
  readonly names: ReplaceNames;
  readonly staging: MadeDatabase;
  readonly old: MadeDatabase;
}

/** Asks for what earlier restores have left; changes nothing. */
export async function findEarlierRestore(
  session: Session,
  database: string,
  ignoresCase: boolean,
): Promise<EarlierRestore> {
  const names = replaceNames(database);
  return {
    names,
    staging: await databaseAt(session, names.staging, { database, ignoresCase }),
    old: await databaseAt(session, names.old, { database, ignoresCase }),
  };
}

/** @returns the state of a swap that was cut off, which has to be finished or undone before anything else; undefined without one */
export function unfinishedSwap({ old }: EarlierRestore): RestoreState | undefined {
  const state = old.kind === 'ours' ? old.state : undefined;
  return state?.state === 'swapping' || state?.state === 'undoing' ? state : undefined;
}

/** @returns the state of a swap that was done, and killed before its staging database was dropped */
export function isStagingLeft({ old, staging }: EarlierRestore): RestoreState | undefined {
  if (old.kind !== 'ours' || staging.kind !== 'ours' || old.state?.state !== 'done') return undefined;
  return staging.state?.backup === old.state.backup ? old.state : undefined;
}

/** @returns whether no table of anyone can be in what was left of a preparation */
export function isOnlyPrepared({ old }: EarlierRestore): boolean {
  if (old.kind === 'empty') return true;
  return old.kind === 'ours' && old.objects === 0 && (old.state === undefined || old.state.state === 'preparing');
}

/** @returns why nothing can be replaced as long as something is there, and what to do */
export function whatIsInTheWay(earlier: EarlierRestore): { message: string; advice: string } | undefined {
  const { staging, old, names } = earlier;
  if (staging.kind === 'foreign')
    return {
      message: `there is a database ${names.staging}, which no restore has made`,
      advice: `A restore loads the backup there. Check what is in it. If no one needs it: DROP DATABASE ${quotedName(names.staging)};`,
    };
  if (old.kind === 'absent' || isOnlyPrepared(earlier) || unfinishedSwap(earlier)) return undefined;
  const drop = `DROP DATABASE ${quotedName(names.old)};`;
  const state = old.kind === 'ours' ? old.state : undefined;
  if (!state)
    return {
      message: `there is a database ${names.old}, which no restore has made`,
      advice: `A restore puts the old tables there. Check what is in it. If no one needs it: ${drop}`,
    };
  return {
    message: `the database ${names.old} still holds the tables that an earlier restore replaced (by ${state.backup}, begun ${state.begun})`,
    advice: `Check that no one needs them; then: ${drop}`,
  };
}

async function databaseAt(session: Session, name: string, { database, ignoresCase }: Where): Promise<MadeDatabase> {
  if (!(await exists(session, name, ignoresCase))) return { kind: 'absent' };
  const found = await askDatabaseObjects(session, { database: name, ignoresCase });
  const objects = countObjects(found) - found.names.tables.filter(table => OWN_TABLES.has(table)).length;
  if (countObjects(found) === 0) return { kind: 'empty' };
  if (!found.names.tables.includes(STATE_TABLE)) return { kind: 'foreign' };
  const state = await new StateTable(session, name).state();
  const isOfAnother = state !== undefined && state.database.toLowerCase() !== database.toLowerCase();
  return isOfAnother ? { kind: 'foreign' } : { kind: 'ours', state, objects };
}

/** @returns the state of an earlier replace that has left something which has to be finished; undefined without one */
export async function swapCutOff(
  session: Session,
  { database, ignoresCase }: Where,
): Promise<RestoreState | undefined> {
  const earlier = await findEarlierRestore(session, database, ignoresCase);
  return unfinishedSwap(earlier) ?? isStagingLeft(earlier);
}
