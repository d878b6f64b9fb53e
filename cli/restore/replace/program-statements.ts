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
  for await (const { kind, object, bytes } of statements) {
    const isProgram = object !== undefined && PROGRAMS.has(object.kind);
    if (isProgram) surrounding.push(Buffer.from(bytes));
    else if (SURROUNDING.has(kind)) {
      surrounding.push(Buffer.from(bytes));
      continue;
    } else if (!OF_TABLES.has(kind)) continue;
    // What is set between two tables is undone behind the second one, and nothing to a program.
    if (isProgram || !isAfterTable) yield* surrounding.map(rowOf);
    surrounding = [];
    isAfterTable = !isProgram;
  }
  yield* surrounding.map(rowOf);
}

const PROGRAMS: ReadonlySet<string> = new Set(PROGRAM_KINDS);

/** They hold for what comes behind them. */
const SURROUNDING: ReadonlySet<string> = new Set(['set', 'alter database']);

const OF_TABLES: ReadonlySet<string> = new Set(['create', 'drop', 'insert']);

function rowOf(statement: Uint8Array): StateRow {
  return { kind: 'new statement', name: '', statement: Buffer.from(statement) };
}
