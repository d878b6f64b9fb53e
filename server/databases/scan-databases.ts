import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query } from '../history/tables.ts';
import {
  countDatabases,
  type DatabaseOrder,
  type DatabasePage,
  type DatabaseSearch,
  type FoundDatabase,
  isOrderedByName,
  searchDatabases,
} from './search-databases.ts';

interface Parts extends Reading {
  /** Pays for what is looked at; throws when there is not so much left. */
  readonly budget: { take(rows: number): void };
}

/** So many databases are looked at in one statement: for each, two entries of an index and two rows. */
const WINDOW = 500;
/** So many cost as much as a row of an answer. */
const DATABASES_A_ROW = 5;

/**
 * Lists databases as `searchDatabases` does, but where their latest backups have to be looked at, it does so for some at a
 * time, and others have their turn in between.
 * @throws AppError 422 when more would have to be looked at than the budget allows
 */
export async function scanDatabases(
  parts: Parts,
  search: DatabaseSearch,
  page: DatabasePage & { readonly order: DatabaseOrder; readonly limit: number },
): Promise<FoundDatabase[]> {
  if (isOrderedByName(search, page.order)) return searchDatabases(parts, search, page);
  const { order, limit } = page;
  const sign = order.direction === 'asc' ? 1 : -1;
  let best: FoundDatabase[] = [];
  for await (const within of windows(parts)) {
    const found = await searchDatabases(parts, { ...search, ...within }, page);
    best = [...best, ...found].sort((a, b) => sign * compare(a, b)).slice(0, limit);
  }
  return best;
}

/** Counts as `countDatabases` does, in the same way. @throws AppError 422 */
export async function countScannedDatabases(parts: Parts, search: DatabaseSearch): Promise<number> {
  let sum = 0;
  for await (const within of windows(parts)) sum += await countDatabases(parts, { ...search, ...within });
  return sum;
}

type Window = Pick<DatabaseSearch, 'nameAfter' | 'nameUpTo'>;

async function* windows({ em, scope, budget }: Parts): AsyncGenerator<Window> {
  for (let nameAfter: string | undefined; ; ) {
    budget.take(WINDOW / DATABASES_A_ROW);
    const names = query
      .selectFrom('databases as d')
      .select('d.name')
      .where(eb => eb.and(isInScope(eb.ref('d.name'), scope)))
      .orderBy('d.name')
      .limit(1)
      .offset(WINDOW - 1);
    const [last] = await readRows(em, nameAfter === undefined ? names : names.where('d.name', '>', nameAfter));
    yield { nameAfter, nameUpTo: last?.name };
    if (!last) return;
    nameAfter = last.name;
  }
}

/** As the stores compare: names byte by byte. */
function compare(a: FoundDatabase, b: FoundDatabase): number {
  if (a.sortKey < b.sortKey) return -1;
  if (a.sortKey > b.sortKey) return 1;
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}
