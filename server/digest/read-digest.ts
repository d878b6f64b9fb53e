import type { AlarmDetail, AlarmState } from '../alarms/model/alarm-state.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { ALARM_KINDS } from '../configuration/alarm-kinds.ts';
import { countProven } from '../drills/fleet-proven.ts';
import type { FreshnessState } from '../entities/freshness/watched-database.entity.ts';
import { isPastGrace } from '../freshness/due-times.ts';
import { contractIn } from '../freshness/search-watched.ts';
import type { EntityManager } from '../history/orm.ts';
import { countRows, readRows } from '../history/read-rows.ts';
import { aliased, query } from '../history/tables.ts';
import { type UnseenTime, unseenTimes } from '../jobs/unseen-times.ts';
import type { Covered } from './covered-days.ts';

/** What a digest reports. */
export interface DigestFacts {
  readonly now: Date;
  /** The group that it is about; undefined: all. */
  readonly group: string | undefined;
  /** How many databases are in each state. */
  readonly states: Readonly<Partial<Record<FreshnessState, number>>>;
  /** How many of those that are `ok` still wait for a backup: the service was off when it was due, and gives them time. */
  readonly waiting: number;
  /** Open alarms that no other one explains, the oldest first; no more than `MOST_ALARMS`. */
  readonly open: readonly DigestAlarm[];
  /** What opened and closed since the last digest. */
  readonly opened: readonly DigestAlarm[];
  readonly closed: readonly DigestAlarm[];
  /** Of the storage, in bytes; undefined when it can't be reached, and in the digest of a group. */
  readonly storage: { readonly free: number; readonly total: number } | undefined;
  /** How many databases a drill has proven within 30 days, of how many; undefined in the digest of a group. */
  readonly proven: { readonly proven: number; readonly databases: number } | undefined;
  /** The days of the digests that did not come, the oldest first: this one is about them, too. */
  readonly missedDays: readonly string[];
  /** When the service was off since the last digest, where one is missing; never in the digest of a group. */
  readonly off: readonly UnseenTime[];
  /** How many backups the retention has given to the removal since the last digest; undefined in the digest of a group. */
  readonly removed: number | undefined;
}

export interface DigestAlarm
  extends Pick<AlarmState, 'kind' | 'subject' | 'databaseName' | 'severity' | 'summary' | 'openedAt'> {
  readonly id: number;
  readonly acknowledgedBy: string | null;
  /** How it ended, where that is known and it has closed. */
  readonly detail: Pick<AlarmDetail, 'ending'>;
}

export interface DigestParts {
  readonly em: EntityManager;
  readonly now: Date;
  readonly space: () => Promise<{ readonly free: number; readonly total: number }>;
  /** @returns the group of a database; `rosterGroup` is what its contract says */
  readonly groupOf: (database: string, contractGroup: string | undefined) => string | undefined;
}

const MOST_ALARMS = 200;
const AT_ONCE = 500;
const PROVEN_WITHIN_MS = 30 * 86_400_000;

/** Reads what a digest reports. @param group undefined for all databases */
export async function readDigest(
  parts: DigestParts,
  { group, since, missedDays }: Covered & { readonly group: string | undefined },
): Promise<DigestFacts> {
  const { em, now, space } = parts;
  const names = group === undefined ? undefined : await namesOfGroup(parts, group);
  const unseen = await unseenTimes(em, now);
  const isWanted = ({ databaseName }: DigestAlarm) =>
    names === undefined || (databaseName !== null && names.has(databaseName));
  const alarms = (found: typeof ALARMS) =>
    readRows(em, found.limit(MOST_ALARMS)).then(rows => rows.map(toAlarm).filter(isWanted));
  return {
    ...{ now, group, missedDays },
    off: names || missedDays.length === 0 ? [] : unseen.filter(({ until }) => until > since),
    states: names ? countStates([...names.values()]) : await readStates(em),
    waiting: unseen.length === 0 ? 0 : await countWaiting(parts, names),
    open: await alarms(ALARMS.where('a.open_key', '>', '').where('a.muted_by', 'is', null).orderBy('a.opened_at')),
    opened: await alarms(
      ALARMS.where('a.opened_at', '>=', since).where('a.muted_by', 'is', null).orderBy('a.opened_at'),
    ),
    closed: await alarms(ALARMS.where('a.closed_at', '>=', since).where('a.told_count', '>', 0).orderBy('a.closed_at')),
    storage: names ? undefined : await space().catch(() => undefined),
    proven: names
      ? undefined
      : await countProven({ em, scope: EVERYTHING }, new Date(now.getTime() - PROVEN_WITHIN_MS)),
    removed: names
      ? undefined
      : await countRows(em, query.selectFrom('retention_removals as r').where('r.scheduled_at', '>=', since)),
  };
}

async function readStates(em: EntityManager): Promise<Partial<Record<FreshnessState, number>>> {
  const states: Partial<Record<FreshnessState, number>> = {};
  for (const { state, databases } of await readRows(em, COUNTS)) states[state] = Number(databases);
  return states;
}

function countStates(found: readonly FreshnessState[]): Partial<Record<FreshnessState, number>> {
  return Object.fromEntries([...Map.groupBy(found, state => state)].map(([state, all]) => [state, all.length]));
}

async function countWaiting(
  { em, now }: DigestParts,
  names: ReadonlyMap<string, unknown> | undefined,
): Promise<number> {
  let waiting = 0;
  for await (const { name, state, contract, countsAt } of watched(em)) {
    if (state !== 'ok' || countsAt === null || (names && !names.has(name))) continue;
    if (isPastGrace(contractIn({ contract }), countsAt, now)) waiting += 1;
  }
  return waiting;
}

/** @returns the state of each database of a group */
async function namesOfGroup({ em, groupOf }: DigestParts, group: string): Promise<Map<string, FreshnessState>> {
  const names = new Map<string, FreshnessState>();
  for await (const { name, state, contract } of watched(em))
    if (groupOf(name, groupIn(contract)) === group) names.set(name, state);
  return names;
}

async function* watched(em: EntityManager) {
  for (let after = ''; ; ) {
    const page = await readRows(em, WATCHED.where('w.database_name', '>', after).limit(AT_ONCE));
    yield* page;
    if (page.length < AT_ONCE) return;
    after = page.at(-1)!.name;
  }
}

function groupIn(contract: string): string | undefined {
  const { group }: { group?: unknown } = JSON.parse(contract);
  return typeof group === 'string' ? group : undefined;
}

function toAlarm(row: Omit<DigestAlarm, 'kind' | 'detail'> & { kind: string; detail: string }): DigestAlarm {
  const { ending }: { ending?: unknown } = JSON.parse(row.detail);
  const detail = typeof ending === 'string' ? { ending } : {};
  return { ...row, kind: ALARM_KINDS.find(kind => kind === row.kind) ?? 'late', detail };
}

const eb = aliased<{ w: 'watched_databases' }>();

const COUNTS = query
  .selectFrom('watched_databases as w')
  .groupBy('w.state')
  .select(['w.state', eb.fn.countAll().as('databases')]);

const WATCHED = query
  .selectFrom('watched_databases as w')
  .orderBy('w.database_name')
  .select(['w.database_name as name', 'w.state', 'w.contract', 'w.last_complete_counts_at as countsAt']);

const ALARMS = query
  .selectFrom('alarms as a')
  .select([
    'a.id',
    'a.kind',
    'a.subject',
    'a.database_name as databaseName',
    'a.severity',
    'a.summary',
    'a.opened_at as openedAt',
    'a.acknowledged_by as acknowledgedBy',
    'a.detail',
  ]);
