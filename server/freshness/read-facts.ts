import { latestCompleteId } from '../databases/latest-ids.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { expressions, query, type Tables } from '../history/tables.ts';
import type { RosterTerms } from './contract-of.ts';
import type { LastComplete, RosterFacts } from './state-of.ts';

/** What the history knows of one database. */
export interface KnownDatabase {
  readonly name: string;
  readonly roster: RosterFacts | undefined;
  /** Of the roster that had it last. */
  readonly terms: RosterTerms | undefined;
  readonly lastComplete: LastComplete | undefined;
  /** As the last evaluation wrote it. */
  readonly row: WatchedRow | undefined;
}

/** A row of `watched_databases`. */
export type WatchedRow = Awaited<ReturnType<typeof watchedRows>>[number];

/** Names of databases, from the first to the last of them, both included. */
export interface NameRange {
  readonly first: string;
  readonly last: string;
}

/**
 * Finds the next databases to look at: those with backups, those on a roster, and those that were watched before.
 * @param after undefined to begin with
 * @returns names in the order of their bytes, at most `limit`
 */
export async function namesAfter(em: EntityManager, after: string | undefined, limit: number): Promise<string[]> {
  const from = after ?? '';
  const lists = [
    query.selectFrom('databases as t').select('t.name').where('t.name', '>', from).orderBy('t.name'),
    query
      .selectFrom('roster_entries as t')
      .select('t.database_name as name')
      .distinct()
      .where('t.database_name', '>', from)
      .orderBy('t.database_name'),
    query
      .selectFrom('watched_databases as t')
      .select('t.database_name as name')
      .where('t.database_name', '>', from)
      .orderBy('t.database_name'),
  ];
  const names = new Set<string>();
  for (const list of lists) for (const { name } of await readRows(em, list.limit(limit))) names.add(name);
  return [...names].sort(byBytes).slice(0, limit);
}

/** As both stores sort names. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Reads what is known of the databases of a range, in four statements. @returns by name */
export async function knownDatabases(em: EntityManager, names: readonly string[]): Promise<KnownDatabase[]> {
  const range = { first: names[0]!, last: names.at(-1)! };
  const rows = new Map((await watchedRows(em, range)).map(row => [row.database_name, row]));
  const entries = Map.groupBy(await rosterEntries(em, range), ({ database_name }) => database_name);
  const complete = new Map((await lastComplete(em, range, names.length)).map(({ name, ...rest }) => [name, rest]));
  return names.map(name => ({
    name,
    ...rosterOf(entries.get(name) ?? []),
    lastComplete: complete.get(name),
    row: rows.get(name),
  }));
}

function watchedRows(em: EntityManager, { first, last }: NameRange) {
  return readRows(
    em,
    query
      .selectFrom('watched_databases as w')
      .select(WATCHED)
      .where('w.database_name', '>=', first)
      .where('w.database_name', '<=', last),
  );
}

/** All columns: the names of the table are those of the row. */
export const WATCHED = [
  'w.database_name',
  'w.state',
  'w.state_since',
  'w.due_at',
  'w.late_at',
  'w.critical_at',
  'w.last_complete_id',
  'w.last_complete_received_at',
  'w.last_complete_counts_at',
  'w.counted_from',
  'w.contract',
  'w.paused_from',
  'w.paused_until',
  'w.paused_by',
  'w.paused_for',
  'w.retired_at',
  'w.retired_by',
  'w.retired_for',
  'w.evaluated_at',
  'w.revision',
] as const satisfies ReadonlyArray<`w.${keyof Tables['watched_databases']}`>;

function rosterEntries(em: EntityManager, { first, last }: NameRange) {
  return readRows(
    em,
    query
      .selectFrom('roster_entries as r')
      .select(['r.database_name', 'r.source', 'r.shard', 'r.every', 'r.grace', 'r.group_name'])
      .select(['r.first_seen_at', 'r.last_seen_at', 'r.gone_at'])
      .where('r.database_name', '>=', first)
      .where('r.database_name', '<=', last),
  );
}

type RosterEntry = Awaited<ReturnType<typeof rosterEntries>>[number];

/** A database may stand on several rosters: what the one says that had it last holds. */
function rosterOf(entries: readonly RosterEntry[]): Pick<KnownDatabase, 'roster' | 'terms'> {
  if (entries.length === 0) return { roster: undefined, terms: undefined };
  const present = entries.filter(entry => entry.gone_at === null);
  const newest = (present.length > 0 ? present : entries).reduce((a, b) => (isNewer(b, a) ? b : a));
  const { source, every, grace, group_name: group } = newest;
  return {
    roster: {
      firstSeenAt: extreme(
        present.map(entry => entry.first_seen_at),
        Math.min,
      ),
      goneAt:
        present.length > 0
          ? undefined
          : extreme(
              entries.map(entry => entry.gone_at!),
              Math.max,
            ),
    },
    terms: { source, every: every ?? null, grace: grace ?? null, group: group ?? null },
  };
}

function isNewer(a: RosterEntry, b: RosterEntry): boolean {
  const ahead = a.last_seen_at.getTime() - b.last_seen_at.getTime();
  return ahead > 0 || (ahead === 0 && `${a.source} ${a.shard}` < `${b.source} ${b.shard}`);
}

function extreme(instants: readonly Date[], pick: (...values: number[]) => number): Date | undefined {
  return instants.length > 0 ? new Date(pick(...instants.map(instant => instant.getTime()))) : undefined;
}

const eb = expressions();

/** One seek on an index for each database. The limit within, of no effect, keeps MariaDB from looking several times. */
async function lastComplete(em: EntityManager, { first, last }: NameRange, most: number) {
  const page = query
    .selectFrom('databases as d')
    .select(['d.name', latestCompleteId.as('complete_id')])
    .where(eb('d.name', '>=', first))
    .where(eb('d.name', '<=', last))
    .orderBy('d.name')
    .limit(most);
  return readRows(
    em,
    query
      .selectFrom(page.as('d'))
      .innerJoin('backups as c', 'c.id', 'd.complete_id')
      .select(['d.name', 'c.id', 'c.sorted_at as takenAt', 'c.received_at as receivedAt']),
  );
}
