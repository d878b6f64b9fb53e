import type { ObjectKind } from '../../../protocol/manifest.ts';
import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';
import { rowsOf } from '../../preflight/source/information-schema.ts';
import { askDatabaseObjects } from '../target/database-objects.ts';
import { askPlaces, hasBegun, moveBack, moveForward, type Place, type SwappedTables } from './moves.ts';
import { SETTING, TRIGGER } from './program-statements.ts';
import { runRepair } from './repairs.ts';
import type { RestoreState, StateTable } from './state-table.ts';
import {
  BOUND_KINDS,
  dropProgram,
  PROGRAM_KINDS,
  programKey,
  programOf,
  ROUTINE_KINDS,
  type StoredProgram,
} from './stored-programs.ts';

/** What a swap works with. Its sessions are not ended by Ctrl-C: a swap takes seconds, and is finished once it has begun. */
export interface SwapTools extends Place {
  /** With which a person goes on after a failure. */
  readonly command: string;
  readonly session: Session;
  /** In the database that gets the old tables. */
  readonly table: StateTable;
  /** Opens the connection for the dump's own statements. */
  readonly open: () => Promise<Session>;
}

/** How long a statement waits for a table that someone else uses, in seconds. */
export const LOCK_WAIT_SECONDS = 30;

/**
 * Puts the tables of the staging database into the place of the old ones, and makes views, triggers, routines and events again. All it
 * needs stands in the state table: it can be run again after it was cut off at any place.
 * @returns for how long the new tables were there without their triggers
 * @throws the server's error, or the connection's
 */
export async function swapForward(tools: SwapTools, state: RestoreState): Promise<{ withoutTriggersMs: number }> {
  const { session, table, database, names } = tools;
  const [programs, tables] = [await programsIn(table), await tablesIn(table)];
  const all = [...programs.old, ...programs.new];
  await dropPrograms(session, database, all, BOUND_KINDS);
  const triggers = programs.new.filter(({ kind }) => kind === 'triggers');
  if (await exists(session, names.staging, tools.ignoresCase))
    await dropPrograms(session, names.staging, triggers, BOUND_KINDS);
  const move = moveForward(tables, await askPlaces(session, tools), tools);
  if (move !== undefined) await session.ask(move);
  const moved = Date.now();
  if (state.defaults) await session.ask(`alter database ${quotedName(database)} ${state.defaults.new}`);
  // First of all: what is written until then runs no trigger.
  if (triggers.length > 0) await makePrograms(tools, name => name === TRIGGER || name === SETTING);
  const withoutTriggersMs = triggers.length > 0 ? Date.now() - moved : 0;
  await session.ask('set session foreign_key_checks = 0');
  for await (const { statement } of table.rows('repair')) await runRepair(session, statement);
  await dropPrograms(session, database, all, ROUTINE_KINDS);
  await makePrograms(tools, name => name !== TRIGGER);
  for await (const { statement } of table.rows('old repair')) await runRepair(session, statement);
  await session.ask('set session foreign_key_checks = 1');
  return { withoutTriggersMs };
}

/**
 * Puts everything back as it was, as far as a swap has come.
 * @returns the old views, triggers, routines and events that could not be made again, each with the server's reason
 */
export async function swapBack(tools: SwapTools, state: RestoreState): Promise<string[]> {
  const { session, table, database } = tools;
  const [programs, tables] = [await programsIn(table), await tablesIn(table)];
  const places = await askPlaces(session, tools);
  // Before that there is nothing new, and what has not been dropped keeps its grants.
  if (hasBegun(tables, places))
    await dropPrograms(session, database, [...programs.old, ...programs.new], PROGRAM_KINDS);
  const move = moveBack(tables, places, tools);
  if (move !== undefined) await session.ask(move);
  if (state.defaults) await session.ask(`alter database ${quotedName(database)} ${state.defaults.old}`);
  const there = await programKeys(tools);
  const reasons = await makeOldPrograms(tools, name => !there.has(name));
  const now = await programKeys(tools);
  return programs.old
    .map(programKey)
    .filter(key => !now.has(key))
    .map(key => `${key}: ${reasons.get(key) ?? 'its definition could not be read, and the safety backup has it'}`);
}

/** @returns whether any table has been moved, or may have been */
export async function hasMoved(tools: SwapTools): Promise<boolean> {
  return hasBegun(await tablesIn(tools.table), await askPlaces(tools.session, tools));
}

async function tablesIn(table: StateTable): Promise<SwappedTables> {
  return { old: await table.names('old table'), new: await table.names('new table') };
}

async function programsIn(table: StateTable) {
  const named = async (kind: 'old program' | 'new program') => (await table.names(kind)).map(programOf);
  return { old: await named('old program'), new: await named('new program') };
}

/** The views, triggers, routines and events that are there now. */
async function programKeys({ session, database, ignoresCase }: SwapTools): Promise<ReadonlySet<string>> {
  const { names } = await askDatabaseObjects(session, { database, ignoresCase });
  return new Set(PROGRAM_KINDS.flatMap(kind => names[kind].map(name => programKey({ kind, name }))));
}

async function dropPrograms(
  session: Session,
  database: string,
  programs: readonly StoredProgram[],
  kinds: readonly ObjectKind[],
): Promise<void> {
  for (const kind of kinds)
    for (const program of programs) if (program.kind === kind) await dropProgram(session, database, program);
}

/** Views, triggers, routines and events of the dump, by its own statements; only those of such names. */
async function makePrograms({ open, table, database }: SwapTools, isWanted: (name: string) => boolean): Promise<void> {
  using session = await open();
  await session.ask(`use ${quotedName(database)}`);
  for await (const { name, statement } of table.rows('new statement')) if (isWanted(name)) await session.run(statement);
}

/** A view may come before one that it reads from: what fails is tried again as long as others succeed. */
async function makeOldPrograms(tools: SwapTools, isWanted: (name: string) => boolean) {
  using session = await tools.open();
  await session.ask(`use ${quotedName(tools.database)}`);
  let reasons = await makeOnce(session, tools.table, isWanted);
  while (reasons.size > 0) {
    const before = reasons;
    reasons = await makeOnce(session, tools.table, name => before.has(name));
    if (reasons.size === before.size) break;
  }
  return reasons;
}

/** @returns the reasons of those that could not be made, by their names */
async function makeOnce(session: Session, table: StateTable, isWanted: (name: string) => boolean) {
  const reasons = new Map<string, string>();
  for await (const { name, statement } of table.rows('old statement')) {
    if (!isWanted(name)) continue;
    try {
      await session.run(statement);
    } catch (error) {
      if (!isServersAnswer(error)) throw error;
      reasons.set(name, error.message);
    }
  }
  return reasons;
}

/** @returns whether the server shows a database of exactly this name */
export async function exists(session: Session, database: string, ignoresCase: boolean): Promise<boolean> {
  return (await rowsOf(session, { database, ignoresCase }, SCHEMATA)).length > 0;
}

const SCHEMATA = ['schema_name', 'default_collation_name', 'schemata'] as const;
