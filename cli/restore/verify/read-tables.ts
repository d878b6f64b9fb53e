import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { formatCount } from '../../terminal/format.ts';
import type { FoundTable } from '../target/database-objects.ts';
import { damageIn } from './check-tables.ts';
import { askBatch, batchesOf } from './table-batches.ts';
import type { Difference, VerifyOptions } from './verify-loaded.ts';

/** A table that is there, and how many rows it should have. */
export interface ExpectedTable extends FoundTable {
  readonly rows: number;
}

/** What was read. */
interface ReadTables {
  readonly rows: number;
  /** Tables whose rows lie elsewhere. */
  readonly notCounted: readonly string[];
}

/**
 * Counts the rows of tables and checks the tables, over several connections.
 * @param onDifference gets what is not as expected
 * @throws the connection's error, when all other work has ended
 */
export async function readTables(
  { database, open, jobs, onProgress }: VerifyOptions,
  tables: readonly ExpectedTable[],
  onDifference: (difference: Difference) => void,
): Promise<ReadTables> {
  const readable = tables.filter(table => !table.areRowsElsewhere);
  const batches = batchesOf(readable);
  const differs = ({ name }: FoundTable, what: Difference['what'], expected: string, found: string) =>
    onDifference({ kind: 'tables', name, what, expected, found });
  let [rows, done] = [0, 0];
  const count = async (session: Session, batch: readonly ExpectedTable[]) => {
    for (const [table, counted] of await countRows(session, database, batch)) {
      rows += counted;
      if (counted !== table.rows)
        differs(table, 'rows', `${formatCount(table.rows)} rows`, `${formatCount(counted)} rows`);
    }
  };
  const check = async (session: Session, batch: readonly ExpectedTable[]) => {
    for (const { table, message } of await damageIn(session, database, batch))
      differs(table, 'damaged', 'a sound table', message);
  };
  const onError = (table: FoundTable, message: string) =>
    differs(table, 'unreadable', 'a table that can be read', message);
  await overConnections(open, Math.min(jobs, batches.length), batches, async (session, batch) => {
    await askBatch(session, batch, { ask: count, onError });
    await askBatch(session, batch, { ask: check, onError });
    done += batch.length;
    onProgress?.(done, readable.length);
  });
  return { rows, notCounted: tables.filter(table => table.areRowsElsewhere).map(({ name }) => name) };
}

/** Works on all items, each connection on one at a time. @throws the first error, when all other work has ended */
async function overConnections<T>(
  open: () => Promise<Session>,
  connections: number,
  items: readonly T[],
  work: (session: Session, item: T) => Promise<void>,
): Promise<void> {
  const next = items.values();
  let hasFailed = false;
  const workers = Array.from({ length: connections }, async () => {
    try {
      using session = await open();
      for (const item of next) {
        if (hasFailed) return;
        await work(session, item);
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  });
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** In a database that was just loaded the history holds what was in the dump, and nothing else. */
async function countRows<T extends FoundTable>(session: Session, database: string, tables: readonly T[]) {
  const counts = tables.map(({ name, isVersioned }, index) => {
    const history = isVersioned ? ' for system_time all' : '';
    return `select ${index}, count(*) from ${quotedName(database, name)}${history}`;
  });
  const answer = await session.ask(counts.join(' union all '));
  return answer.map(([index, rows]) => [tables[Number(index)]!, Number(rows)] as const);
}
