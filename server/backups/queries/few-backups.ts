import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { type BackupSearch, conditionsOf } from './search-backups.ts';

/** So many rows are read and sorted in some milliseconds, wherever in the file they are. */
const FEW = 2_000;

/** A condition that holds for a few backups only, those of a search among them. */
export interface Few {
  readonly condition: string;
  readonly values: readonly unknown[];
}

/**
 * Looks whether one part of a search, by an index of its own, leaves few backups: then it does not matter what the other parts
 * are and what the order is. Counts no further than that.
 * @returns undefined when each part leaves many
 */
export async function findFew(
  { em, budget }: { em: EntityManager; budget: { take(rows: number): void } },
  search: BackupSearch,
): Promise<Few | undefined> {
  for (const part of partsOf(search)) {
    const where = conditionsOf(em, part);
    const some = `select b.id from backups b ${where} limit ${FEW}`;
    const [row] = await readRows<{ count: number }>(em, `select count(*) as count from (${some}) part`, where.values);
    const found = Number(row!.count);
    budget.take(Math.ceil(found / ENTRIES_A_ROW));
    if (found < FEW) {
      budget.take(Math.ceil(found / FOUND_A_ROW));
      return { condition: `b.id in (select part.id from (${some}) part)`, values: where.values };
    }
  }
  return undefined;
}

/** So many entries of an index cost as much as a row of an answer, and so many rows anywhere in the file. */
const ENTRIES_A_ROW = 50;
const FOUND_A_ROW = 5;

/** Those first that mostly leave the fewest. */
function partsOf({ database, databaseName, states, takenFrom, takenBefore, minSize, maxSize, fileName }: BackupSearch) {
  const hasOnly = (parts: BackupSearch) => (Object.values(parts).some(part => part !== undefined) ? [parts] : []);
  return [
    ...hasOnly({ fileName: fileName || undefined }),
    ...hasOnly({ database, databaseName }),
    ...(states?.every(state => state === 'damaged') ? [{ states }] : []),
    ...hasOnly({ takenFrom, takenBefore }),
    ...hasOnly({ minSize, maxSize }),
  ];
}
