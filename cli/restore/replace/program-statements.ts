import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import type { StateRow } from './state-table.ts';
import { PROGRAM_KINDS } from './stored-programs.ts';

/**
 * Picks from a dump the statements that make what does not move with RENAME TABLE, with the settings around them.
 * @param settings for the connection, in front of all
 * @param statements of the whole dump, filtered
 */
export async function* programStatements(
  settings: readonly string[],
  statements: AsyncIterable<DumpStatement>,
): AsyncGenerator<StateRow> {
  for (const setting of settings) yield rowOf(Buffer.from(setting));
  let surrounding: Uint8Array[] = [];
  let isAfterTable = false;
  const saved = new Set<string>();
  for await (const { kind, object, bytes } of statements) {
    const isProgram = object !== undefined && PROGRAMS.has(object.kind);
    if (isProgram) surrounding.push(Buffer.from(bytes));
    else if (SURROUNDING.has(kind)) {
      surrounding.push(Buffer.from(bytes));
      continue;
    } else if (!OF_TABLES.has(kind)) continue;
    // What is set between two tables is undone behind the second one, and nothing to a program.
    if (isProgram || !isAfterTable) yield* usable(surrounding, saved);
    surrounding = [];
    isAfterTable = !isProgram;
  }
  yield* usable(surrounding, saved);
}

/**
 * What is left out around tables also saved settings in variables: what would set something back to such a value is left out, too.
 * @param saved the variables that have a value by now; is added to
 */
function* usable(statements: readonly Uint8Array[], saved: Set<string>): Generator<StateRow> {
  for (const statement of statements) {
    const text = /^(?:\/\*!\d*\s*)?SET\b/i.test(startOf(statement)) ? Buffer.from(statement).toString('latin1') : '';
    const assigned = new Set([...text.matchAll(ASSIGNED)].map(([, name]) => name!.toLowerCase()));
    const used = [...text.matchAll(VARIABLE)].map(([, name]) => name!.toLowerCase());
    if (used.some(name => !saved.has(name) && !assigned.has(name))) continue;
    for (const name of assigned) saved.add(name);
    yield rowOf(statement);
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

function rowOf(statement: Uint8Array): StateRow {
  return { kind: 'new statement', name: '', statement: Buffer.from(statement) };
}
