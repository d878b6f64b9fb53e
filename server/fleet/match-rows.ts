import { type DatabaseSearch, foldCase, matchingNames } from '../databases/search-databases.ts';
import type { FreshnessState } from '../entities/freshness/watched-database.entity.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';
import { type FleetRow, needsSomeone } from './arrange-rows.ts';

/** Which rows; what is left out does not matter. The same filters as those of databases and of watched databases in GraphQL. */
export interface FleetSearch
  extends Pick<DatabaseSearch, 'search' | 'states' | 'noCompleteSince' | 'hasUnacceptedLoss' | 'notProvenSince'> {
  /** Whether the contract is kept. */
  readonly watched?: readonly FreshnessState[] | undefined;
  /** Empty: those that are in no group. */
  readonly group?: string | undefined;
  /** Only those that need someone. */
  readonly isNeeding?: boolean | undefined;
}

/**
 * @param rows all in scope
 * @param names of `namesByBackups`
 * @returns those that match, in the same order; retired ones only where they are asked for
 */
export function matchRows(
  rows: readonly FleetRow[],
  search: FleetSearch,
  names: ReadonlySet<string> | undefined,
): readonly FleetRow[] {
  const { watched, group, isNeeding } = search;
  const part = search.search ? foldCase(search.search) : undefined;
  const wanted = rows.filter(
    row =>
      (watched ? watched.includes(row.database.state) : row.standing !== 'retired' || part !== undefined) &&
      (group === undefined || (row.database.contract.group ?? '') === group) &&
      (part === undefined || foldCase(row.database.name).includes(part)) &&
      (!isNeeding || needsSomeone(row)),
  );
  return names ? wanted.filter(({ database: { name } }) => names.has(name)) : wanted;
}

/** @returns the names that match what is asked about backups, losses and drills; undefined when nothing is */
export async function namesByBackups(reading: Reading, search: FleetSearch): Promise<ReadonlySet<string> | undefined> {
  const { states, noCompleteSince, hasUnacceptedLoss, notProvenSince } = search;
  if (!states && !noCompleteSince && hasUnacceptedLoss === undefined && !notProvenSince) return undefined;
  const asked: DatabaseSearch = { states, noCompleteSince, hasUnacceptedLoss, notProvenSince };
  const names = new Set(await matchingNames(reading, asked));
  // What was never backed up has no complete backup, no drill, and no loss.
  if (!states && !hasUnacceptedLoss) for (const name of await neverBackedUp(reading)) names.add(name);
  return names;
}

async function neverBackedUp({ em, scope }: Reading): Promise<string[]> {
  const rows = await readRows(
    em,
    query
      .selectFrom('watched_databases as w')
      .leftJoin('databases as d', 'd.name', 'w.database_name')
      .where('d.id', 'is', null)
      .where(eb.and(isInScope(eb.ref('w.database_name'), scope)))
      .select('w.database_name as name'),
  );
  return rows.map(({ name }) => name);
}

const eb = aliased<{ w: 'watched_databases' }>();
