import { firstNames } from '../../../protocol/first-names.ts';
import { ExplainedError } from '../../errors.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { namesToType } from '../by-hand/restore-call.ts';
import { askDatabaseObjects, type DatabaseObjects } from '../target/database-objects.ts';
import { programStatements } from './program-statements.ts';
import { addKey, dropKey, keysToOutside, sequenceRepairs } from './repairs.ts';
import { OWN_TABLES } from './replace-names.ts';
import type { ReplaceOrder } from './replace-order.ts';
import type { RestoreState, StateRow } from './state-table.ts';
import { definitionsOf, PROGRAM_KINDS, programKey, type StoredProgram } from './stored-programs.ts';
import type { SwapTools } from './swap.ts';

/**
 * Makes the database for the old tables, and writes there all that a swap needs, or its undoing. Changes nothing in the database that is
 * replaced. @returns the state that the swap begins with
 * @throws {HiddenDefinition} where an old view, trigger, routine or event could not be made again
 */
export async function prepareSwap(tools: SwapTools, order: ReplaceOrder, safety: string): Promise<RestoreState> {
  const { session, table, database, names, ignoresCase } = tools;
  const there = await askDatabaseObjects(session, { database, ignoresCase });
  const old = chosenOf(there, order.tables);
  const staged = chosenOf(await askDatabaseObjects(session, { database: names.staging, ignoresCase }), undefined);
  refuseTaken(order, there, staged.programs);
  const defaults = await defaultsOf(tools, order);
  const state: RestoreState = {
    ...{ state: 'preparing', database, backup: order.backup.fileName, begun: new Date().toISOString() },
    ...{
      safety,
      command: order.again(),
      ...(order.tables === undefined && defaults.new !== defaults.old && { defaults }),
    },
  };
  await session.ask(`create database ${quotedName(names.old)} ${defaults.old}`);
  await table.create(state);
  await table.add([
    ...old.tables.map(name => ({ kind: 'old table' as const, name })),
    ...staged.tables.map(name => ({ kind: 'new table' as const, name })),
    ...old.programs.map(program => ({ kind: 'old program' as const, name: programKey(program) })),
    ...staged.programs.map(program => ({ kind: 'new program' as const, name: programKey(program) })),
  ]);
  await table.add(definitionsOf(session, database, old.programs));
  await table.add(programStatements(order.filtered.settings, order.filtered.statements()));
  await table.add(await repairs(tools, order, staged.tables));
  await table.add(await oldKeyRepairs(tools, order, old.tables));
  const swapping: RestoreState = { ...state, state: 'swapping' };
  await table.change(swapping);
  return swapping;
}

/** The name of a trigger is that of one in the whole database: the one that is there belongs to a table that stays. */
function refuseTaken(
  { database, tables, again }: ReplaceOrder,
  { triggers }: DatabaseObjects,
  staged: StoredProgram[],
): void {
  if (tables === undefined) return;
  const names = new Set(staged.map(({ name }) => name.toLowerCase()));
  const taken = triggers.filter(({ name, table }) => names.has(name.toLowerCase()) && !tables.has(table));
  if (taken.length === 0) return;
  const all = new Set([...tables, ...taken.map(({ table }) => table)]);
  const shown = taken.map(({ name, table }) => `${name} (of table ${table})`);
  throw new ExplainedError(
    `nothing was replaced: the backup's triggers have the names of triggers of tables that stay in ${database}: ${firstNames(shown)}`,
    { advice: `Rename those triggers, or replace those tables, too: ${again({ tables: namesToType([...all]) })}` },
  );
}

/** The tables and sequences, and what does not move with them. */
function chosenOf({ names, triggers }: DatabaseObjects, chosen: ReadonlySet<string> | undefined) {
  const isChosen = (name: string) => !OWN_TABLES.has(name) && (!chosen || chosen.has(name));
  const tables = [...names.tables, ...names.sequences].filter(isChosen);
  const programs: StoredProgram[] = chosen
    ? triggers.filter(({ table }) => isChosen(table)).map(({ name }) => ({ kind: 'triggers', name }))
    : PROGRAM_KINDS.flatMap(kind => names[kind].map(name => ({ kind, name })));
  return { tables, programs };
}

async function defaultsOf({ session, database }: SwapTools, { defaults }: ReplaceOrder) {
  const [row] = await session.ask(
    'select default_character_set_name, default_collation_name from information_schema.schemata where schema_name = ?',
    [database],
  );
  const text = (characterSet: string, collation: string) => `character set ${characterSet} collate ${collation}`;
  const old = text(String(row?.[0]), String(row?.[1]));
  return { old, new: defaults ? text(defaults.characterSet, defaults.collation) : old };
}

/** A key of the staging database that references a table which is not there would reference it after the swap, too. */
async function repairs(tools: SwapTools, { server }: ReplaceOrder, tables: readonly string[]): Promise<StateRow[]> {
  const { session, names, database, ignoresCase } = tools;
  const where = { database: names.staging, ignoresCase, flavour: server.flavour };
  const keys = (await keysToOutside(session, where, new Set(tables))).filter(({ isOwn }) => isOwn);
  for (const key of keys) await session.ask(dropKey(names.staging, key));
  return [
    ...(await sequenceRepairs(session, { ...where, staging: names.staging, database })),
    ...keys.map(key => addKey(database, key)),
  ];
}

/** A key of an old table that references one which stays would keep rows of that one from being deleted. */
async function oldKeyRepairs(tools: SwapTools, { server }: ReplaceOrder, tables: readonly string[]) {
  const { session, names, database, ignoresCase } = tools;
  const where = { database, ignoresCase, flavour: server.flavour };
  const keys = await keysToOutside(session, where, new Set(tables));
  return keys.map(key => ({
    ...{ kind: 'old repair' as const, name: key.table, statement: Buffer.from(dropKey(names.old, key)) },
  }));
}
