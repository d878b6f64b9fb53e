import { EVERYTHING, isEverything, type Scope } from '../../auth/scope.ts';
import type { Condition } from '../../history/conditions.ts';
import { countRows } from '../../history/read-rows.ts';
import type { Reading } from '../../history/reading/in-scope.ts';
import { allBackups, expressions, query } from '../../history/tables.ts';
import { type BackupSearch, conditionsOf, type ScopedSearch } from './search-backups.ts';

/** So many rows are read and sorted in some milliseconds, wherever in the file they are. */
const FEW = 2_000;

/**
 * Checks whether one part of a search, by an index of its own, leaves few backups: then it does not matter what the other parts
 * are and what the order is. Counts no further than that.
 * @returns a condition that holds for those few alone, the backups of the search among them; undefined when each part leaves many
 */
export async function findFew(
  { em, scope, budget }: Reading & { budget: { take(rows: number): void } },
  search: BackupSearch,
): Promise<Condition | undefined> {
  for (const part of partsOf(scope, search)) {
    const some = allBackups
      .select('b.id')
      .where(eb.and(conditionsOf(part)))
      .limit(FEW);
    const among = query.selectFrom(some.as('part'));
    const found = await countRows(em, among);
    budget.take(Math.ceil(found / ENTRIES_A_ROW));
    if (found < FEW) {
      budget.take(Math.ceil(found / FOUND_A_ROW));
      return eb('b.id', 'in', among.select('part.id'));
    }
  }
  return undefined;
}

const eb = expressions<'b'>();

/** So many entries of an index cost as much as a row of an answer, and so many rows anywhere in the file. */
const ENTRIES_A_ROW = 50;
const FOUND_A_ROW = 5;

/** Those first that usually leave the fewest. */
function partsOf(scope: Scope, search: BackupSearch): ScopedSearch[] {
  const { database, databaseName, states, takenFrom, takenBefore, minSize, maxSize, fileName } = search;
  const hasOnly = (parts: BackupSearch) =>
    Object.values(parts).some(part => part !== undefined) ? [{ scope: EVERYTHING, search: parts }] : [];
  return [
    // Before all that looks beyond the scope, so that a token with few backups can't count those of others by what is left to it.
    ...(isEverything(scope) ? [] : [{ scope, search: {} }]),
    ...hasOnly({ fileName: fileName || undefined }),
    ...hasOnly({ database, databaseName }),
    ...(states?.every(state => state === 'damaged') ? hasOnly({ states }) : []),
    ...hasOnly({ takenFrom, takenBefore }),
    ...hasOnly({ minSize, maxSize }),
  ];
}
