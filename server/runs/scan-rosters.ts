import { isEverything } from '../auth/scope.ts';
import type { Condition } from '../history/conditions.ts';
import { countRows, readRows } from '../history/read-rows.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import {
  entriesOf,
  isBehind,
  isUpTo,
  type ListedEntry,
  type RosterPlace,
  type RosterSearch,
  readEntries,
  searchRosters,
} from './search-rosters.ts';

interface Parts extends Reading {
  /** Pays for what is looked at. */
  readonly budget: {
    /** @throws AppError when there is not so much left */
    take(rows: number): void;
  };
}

/**
 * Lists entries of rosters as `searchRosters` does. Where the index does not hold what is asked for, it goes through the entries window
 * by window, each of which is paid for.
 * @throws AppError 422 when more would have to be looked at than the budget allows
 */
export async function scanRosters(
  { em, scope, budget }: Parts,
  search: RosterSearch,
  { limit, after }: { readonly limit: number; readonly after?: RosterPlace | undefined },
): Promise<ListedEntry[]> {
  if (isOfIndex({ scope }, search)) return searchRosters({ em, scope }, search, { limit, after });
  const found: ListedEntry[] = [];
  for await (const window of windows({ em, scope, budget }, search, { after, ...ROWS })) {
    found.push(...(await readEntries({ em, scope }, search, { conditions: window, limit: limit - found.length })));
    if (found.length >= limit) break;
  }
  return found;
}

/** Counts them in the same way. @throws AppError 422 */
export async function countScannedRosters({ em, scope, budget }: Parts, search: RosterSearch): Promise<number> {
  let sum = 0;
  const sizes = isOfIndex({ scope }, search) ? INDEX_ENTRIES : ROWS;
  for await (const window of windows({ em, scope, budget }, search, sizes))
    sum += await countRows(em, entriesOf({ scope }, search, window));
  return sum;
}

/** @returns whether what is asked for lies one behind the other in the index of all databases */
function isOfIndex({ scope }: Pick<Reading, 'scope'>, { source, database, isGone }: RosterSearch): boolean {
  return source === undefined && isGone === undefined && (database !== undefined || isEverything(scope));
}

/** How many entries are looked at at a time, and how many of them cost as much as a row of an answer. */
interface Sizes {
  readonly most: number;
  readonly perRow: number;
}

const ROWS: Sizes = { most: 2_000, perRow: 10 };
const INDEX_ENTRIES: Sizes = { most: 20_000, perRow: 50 };

/** Each is paid for before it is read. What is out of scope is not looked at: what is left of the budget tells nothing of it. */
async function* windows(
  { em, scope, budget }: Parts,
  { database }: RosterSearch,
  { after, most, perRow }: Sizes & { readonly after?: RosterPlace | undefined },
): AsyncGenerator<Condition[]> {
  for (let from = after; ; ) {
    budget.take(Math.ceil(most / perRow));
    const behind = from ? [isBehind(from)] : [];
    const [to] = await readRows(
      em,
      entriesOf({ scope }, { database }, behind)
        .select(['e.database_name as databaseName', 'e.id'])
        .orderBy('e.database_name')
        .orderBy('e.id')
        .limit(1)
        .offset(most - 1),
    );
    yield [...behind, ...(to ? [isUpTo(to)] : [])];
    if (!to) return;
    from = to;
  }
}
