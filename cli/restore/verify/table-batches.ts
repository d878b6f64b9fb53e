import type { Session } from '../../mysql/connect.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';
import type { FoundTable } from '../target/database-objects.ts';

/** The server opens them all for one statement, and each statement should end within minutes. */
const MOST = { tables: 100, bytes: 64 << 20 };

/** @returns the tables in groups, each for one statement; a large table is alone */
export function batchesOf<T extends FoundTable>(tables: readonly T[]): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const table of tables) {
    const last = batches.at(-1);
    bytes += table.bytes;
    if (last && last.length < MOST.tables && bytes <= MOST.bytes) last.push(table);
    else {
      batches.push([table]);
      bytes = table.bytes;
    }
  }
  return batches;
}

interface BatchQuestion<T> {
  readonly ask: (session: Session, tables: readonly T[]) => Promise<void>;
  readonly onError: (table: T, message: string) => void;
}

/**
 * Asks about a group; where the server answers with an error, about each table alone, so that it is known of which.
 * @param onError gets a table that the server can't answer for, and what it said
 */
export async function askBatch<T extends FoundTable>(
  session: Session,
  batch: readonly T[],
  { ask, onError }: BatchQuestion<T>,
): Promise<void> {
  try {
    await ask(session, batch);
  } catch (error) {
    if (!isServersAnswer(error)) throw error;
    const [only] = batch;
    if (batch.length === 1 && only) onError(only, error.message);
    else for (const table of batch) await askBatch(session, [table], { ask, onError });
  }
}
