import type { FreshnessState } from '../../entities/freshness/watched-database.entity.ts';
import { isOneOf } from '../../history/conditions.ts';
import type { EntityManager } from '../../history/orm.ts';
import { type RowOf, readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import { inPieces, NAMES_AT_ONCE } from './looking.ts';

/** A database that does not keep its contract, and where it should come from. */
export interface Watched extends BadRow {
  /** The list that names it, or named it last; undefined for one that was never on any. */
  readonly roster: Roster | undefined;
}

export interface Roster {
  readonly source: string;
  readonly shard: string;
  readonly list: string;
  readonly part: string;
  readonly groupName: string | null;
  readonly lastSeenAt: Date;
  readonly goneAt: Date | null;
}

const BAD: readonly FreshnessState[] = ['late', 'critical', 'never', 'dropped'];

/** @returns the databases that are late, critical, never or dropped, by their names */
export async function readBad(em: EntityManager): Promise<Watched[]> {
  const found: Watched[] = [];
  for (const state of BAD)
    for (let after = ''; ; ) {
      const page = await readRows(em, ofState(state, after));
      const rosters = await readRosters(
        em,
        page.map(({ name }) => name),
      );
      found.push(...page.map(row => ({ ...row, roster: rosters.get(row.name) })));
      if (page.length < NAMES_AT_ONCE) break;
      after = page.at(-1)!.name;
    }
  return found;
}

/** @returns the states of some databases; those that are not watched are left out */
export async function readStates(em: EntityManager, names: readonly string[]): Promise<Map<string, WatchedState>> {
  const states = new Map<string, WatchedState>();
  for (const piece of inPieces(names)) {
    const rows = await readRows(em, STATES.where(isOneOf(eb.ref('w.database_name'), piece)));
    for (const row of rows) states.set(row.name, row);
  }
  return states;
}

/** How a watched database is. */
export interface WatchedState {
  readonly name: string;
  readonly state: FreshnessState;
  readonly pausedUntil: Date | null;
  readonly pausedBy: string | null;
  readonly retiredBy: string | null;
}

/** @returns the list that each database is on; where it is on none, the one that named it last */
export async function readRosters(em: EntityManager, names: readonly string[]): Promise<Map<string, Roster>> {
  const best = new Map<string, Roster>();
  for (const piece of inPieces(names)) {
    const rows = await readRows(em, ROSTERS.where(isOneOf(rosters.ref('r.database_name'), piece)));
    for (const { name, ...roster } of rows) {
      const known = best.get(name);
      if (!known || isBetter(roster, known)) best.set(name, roster);
    }
  }
  return best;
}

function isBetter(one: Roster, other: Roster): boolean {
  if ((one.goneAt === null) !== (other.goneAt === null)) return one.goneAt === null;
  return one.lastSeenAt > other.lastSeenAt;
}

const eb = aliased<{ w: 'watched_databases' }>();
const rosters = aliased<{ r: 'roster_entries' }>();

function ofState(state: FreshnessState, after: string) {
  return query
    .selectFrom('watched_databases as w')
    .where('w.state', '=', state)
    .where('w.database_name', '>', after)
    .orderBy('w.database_name')
    .limit(NAMES_AT_ONCE)
    .select([
      'w.database_name as name',
      'w.state',
      'w.state_since as stateSince',
      'w.due_at as dueAt',
      'w.late_at as lateAt',
      'w.critical_at as criticalAt',
      'w.last_complete_received_at as lastCompleteReceivedAt',
      // Earlier than its receipt where it came long after its dump (`countsAt`).
      'w.last_complete_counts_at as lastCompleteCountsAt',
    ]);
}

type BadRow = RowOf<ReturnType<typeof ofState>>;

const STATES = query
  .selectFrom('watched_databases as w')
  .select([
    'w.database_name as name',
    'w.state',
    'w.paused_until as pausedUntil',
    'w.paused_by as pausedBy',
    'w.retired_by as retiredBy',
  ]);

const ROSTERS = query
  .selectFrom('roster_entries as r')
  .select([
    'r.database_name as name',
    'r.source',
    'r.shard',
    'r.list',
    'r.part',
    'r.group_name as groupName',
    'r.last_seen_at as lastSeenAt',
    'r.gone_at as goneAt',
  ]);
