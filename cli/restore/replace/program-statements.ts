import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import type { StateRow } from './state-table.ts';
import { PROGRAM_KINDS } from './stored-programs.ts';

/** What a row is called that makes a trigger, and one that holds for what comes behind it. */
export const TRIGGER = 'trigger';
export const SETTING = 'setting';

/**
 * Picks from a dump the statements that make what does not move with RENAME TABLE, with the settings around them.
 * @param settings for the connection, in front of all
 * @param statements of the whole dump, filtered
 */
export async function* programStatements(
  settings: readonly string[],
  statements: AsyncIterable<DumpStatement>,
): AsyncGenerator<StateRow> {
  for (const setting of settings) yield rowOf(Buffer.from(setting), SETTING);
  let surrounding: Uint8Array[] = [];
  let isAfterTable = false;
  const saved = new Set<string>();
  for await (const { kind, object, bytes } of statements) {
    const name = nameOf(object);
    if (name === undefined && SURROUNDING.has(kind)) surrounding.push(Buffer.from(bytes));
    if (name === undefined && !OF_TABLES.has(kind)) continue;
    const program = Buffer.from(name === undefined ? '' : bytes);
    // What is set between two tables is undone behind the second one, and nothing to a program.
    if (name !== undefined || !isAfterTable) yield* settingRows(surrounding, saved);
    if (name !== undefined) yield rowOf(program, name);
    surrounding = [];
    isAfterTable = name === undefined;
  }
  yield* settingRows(surrounding, saved);
}

/** @returns what the row is called that makes an object; undefined of one that moves with RENAME TABLE, and of none */
function nameOf(object: DumpStatement['object']): string | undefined {
  if (object === undefined || !PROGRAMS.has(object.kind)) return undefined;
  return object.kind === 'triggers' ? TRIGGER : '';
}

function* settingRows(statements: readonly Uint8Array[], saved: Set<string>): Generator<StateRow> {
  for (const statement of usable(statements, saved)) yield rowOf(statement, SETTING);
}

/**
 * What is left out around tables also saved settings in variables: what would set something back to such a value is left out, too.
 * @param saved the variables that have a value by now; is added to
 */
function* usable(statements: readonly Uint8Array[], saved: Set<string>): Generator<Uint8Array> {
  for (const statement of statements) {
    const text = /^(?:\/\*!\d*\s*)?SET\b/i.test(startOf(statement)) ? Buffer.from(statement).toString('latin1') : '';
    const assigned = new Set([...text.matchAll(ASSIGNED)].map(([, name]) => name!.toLowerCase()));
    const used = [...text.matchAll(VARIABLE)].map(([, name]) => name!.toLowerCase());
    if (used.some(name => !saved.has(name) && !assigned.has(name))) continue;
    for (const name of assigned) saved.add(name);
    yield statement;
  }
}

function startOf(statement: Uint8Array): string {
  return Buffer.from(statement.subarray(0, 20)).toString('latin1');
}

/** `@name`, but not `@@name`, a variable of the server. */
const VARIABLE = /(?<!@)@(\w+)/g;
const ASSIGNED = /(?<!@)@(\w+)\s*:?=/g;

const PROGRAMS: ReadonlySet<string> = new Set(PROGRAM_KINDS);

/** They hold for what comes behind them. */
const SURROUNDING: ReadonlySet<string> = new Set(['set', 'alter database']);

const OF_TABLES: ReadonlySet<string> = new Set(['create', 'drop', 'insert']);

function rowOf(statement: Uint8Array, name: string): StateRow {
  return { kind: 'new statement', name, statement: Buffer.from(statement) };
}
