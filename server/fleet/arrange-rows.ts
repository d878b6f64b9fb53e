import type { DatabaseAlarm } from '../alarms/list-open.ts';
import type { FleetDatabase } from './read-databases.ts';
import { LAST_NEED, type Rank, type Standing } from './standing.ts';

/** A database before its days are read. */
export interface FleetRow {
  readonly database: FleetDatabase;
  readonly standing: Standing;
  readonly rank: Rank;
  readonly alarms: readonly DatabaseAlarm[];
}

/** Where a page of rows begins: behind this row. */
export interface RowPlace {
  /** The worst rank in its group. */
  readonly groupRank: number;
  /** Empty for the databases that are in no group. */
  readonly group: string;
  readonly rank: number;
  readonly name: string;
}

/** The rows of one group on this page, and how many it has in all. */
export interface RowGroup<Row> {
  /** Undefined for the databases that are in no group. */
  readonly name: string | undefined;
  readonly rows: readonly Row[];
  /** How many databases of the group need someone, and how many are fine: also those that do not match. */
  readonly needing: number;
  readonly fine: number;
}

export interface RowPage {
  readonly groups: ReadonlyArray<RowGroup<FleetRow>>;
  /** Undefined on the last page. */
  readonly next: RowPlace | undefined;
  /** How many rows there are on all pages. */
  readonly total: number;
}

/**
 * Puts rows in order, and takes a page out of them: groups with the worst row first, in each the worst row first, then by name. A page
 * begins behind a place and not at a number: what was shown stays shown when rows before it have changed.
 * @param rows all that match
 * @param all also those that do not: for the numbers of each group
 */
export function arrangeRows(
  rows: readonly FleetRow[],
  all: readonly FleetRow[],
  { after, limit }: { readonly after?: RowPlace | undefined; readonly limit: number },
): RowPage {
  const byGroup = Map.groupBy(all, ({ database }) => database.contract.group ?? '');
  const groupRanks = new Map([...byGroup].map(([group, some]) => [group, worstOf(some)]));
  const placed = rows.map(row => ({ row, place: placeOf(row, groupRanks) })).sort((a, b) => compare(a.place, b.place));
  const from = after ? placed.findIndex(({ place }) => compare(place, after) > 0) : 0;
  const page = from < 0 ? [] : placed.slice(from, from + limit);
  const isMore = from >= 0 && from + limit < placed.length;
  const shown = Map.groupBy(page, ({ place }) => place.group);
  const groups = [...shown].map(([group, some]) => {
    const own = byGroup.get(group)!;
    return {
      name: group === '' ? undefined : group,
      rows: some.map(({ row }) => row),
      needing: own.filter(needsSomeone).length,
      fine: own.filter(isFine).length,
    };
  });
  return { groups, next: isMore ? page.at(-1)!.place : undefined, total: rows.length };
}

/** @returns whether someone has to do something about the database */
export function needsSomeone({ rank }: Pick<FleetRow, 'rank'>): boolean {
  return rank <= LAST_NEED;
}

/** @returns whether all is well with it, or nothing is due yet */
export function isFine({ rank }: Pick<FleetRow, 'rank'>): boolean {
  return rank === LAST_NEED + 1;
}

function worstOf(rows: readonly FleetRow[]): Rank {
  return rows.reduce<Rank>((worst, { rank }) => (rank < worst ? rank : worst), 6);
}

function placeOf({ database, rank }: FleetRow, groupRanks: ReadonlyMap<string, Rank>): RowPlace {
  const group = database.contract.group ?? '';
  return { groupRank: groupRanks.get(group)!, group, rank, name: database.name };
}

/** Databases without a group come behind the groups that are as bad. */
function compare(a: RowPlace, b: RowPlace): number {
  return (
    a.groupRank - b.groupRank ||
    Number(a.group === '') - Number(b.group === '') ||
    order(a.group, b.group) ||
    a.rank - b.rank ||
    order(a.name, b.name)
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
