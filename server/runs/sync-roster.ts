import type { RosterEntry as SentEntry } from '../../protocol/runs/roster-entry.ts';
import type { RunReport } from '../../protocol/runs/run-report.ts';
import { covers, isEverything } from '../auth/scope.ts';
import { RosterEntry } from '../entities/runs/roster-entry.entity.ts';
import type { Run } from '../entities/runs/run.entity.ts';
import { validationError } from '../errors/errors.ts';
import { insertRows } from '../history/insert-rows.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, rosterExpressions } from '../history/tables.ts';
import { nextTurn } from '../process/turns.ts';

/** How many labels of a roster are new or back, and how many have gone. */
export interface RosterChange {
  readonly added: number;
  readonly gone: number;
}

/** So many rows are written in one statement: SQLite takes 32,766 values. */
const ROWS_AT_ONCE = 500;
/** So many sources with their shards are known at most: a token that may name any must not fill the history. */
const MAX_SOURCES = 5_000;
/** So many of them may have the databases of a token that is not for all: others must be able to name theirs. */
const MAX_SOURCES_IN_SCOPE = 1_000;
/** So many entries does one of them have at most, those included that are gone. */
const MAX_ENTRIES = 50_000;
/** What has been gone for so long is forgotten. */
const FORGET_AFTER_MS = 400 * 86_400_000;

/**
 * @returns whether a run is the newest of its part of a list: one that waited for the service says nothing of the list of today. Of other
 * tokens none counts: any may name any source, and must not freeze its roster.
 */
export async function changesRoster(
  em: EntityManager,
  {
    source,
    shard,
    list,
    part,
    startedAt,
    reportedBy,
  }: Pick<Run, 'source' | 'shard' | 'list' | 'part' | 'startedAt' | 'reportedBy'>,
): Promise<boolean> {
  const newer = query
    .selectFrom('runs as r')
    .select('r.id')
    .where('r.source', '=', source)
    .where('r.shard', '=', shard)
    .where('r.list', '=', list)
    .where('r.part', '=', part)
    .where('r.started_at', '>', startedAt)
    .where('r.reported_by', '=', reportedBy)
    .limit(1);
  return (await readRows(em, newer)).length === 0;
}

/**
 * Brings the roster of a source up to date with a list of databases. A label that is missing is gone if it is in the scope of the token,
 * and was on this list before: in the part of the report, or in one that the list no longer has. So no token says anything of the
 * databases of others, and no list of those of another list.
 * @param now by the clock of the service
 * @throws AppError 422 when there are too many sources
 */
export async function syncRoster({ em, scope }: Reading, report: RunReport, now: Date): Promise<RosterChange> {
  const { source, shard, list, part, parts } = report;
  const known = await entriesOf(em, { source, shard });
  if (known.size === 0) await refuseTooMany({ em, scope });
  const roster = report.roster ?? [];
  const listed = new Set(roster.map(({ database }) => database));
  const otherParts = new Set(parts.filter(other => other !== part));
  const gone = [...known.values()].filter(
    ({ databaseName, goneAt, ...entry }) =>
      goneAt === null &&
      entry.list === list &&
      !otherParts.has(entry.part) &&
      !listed.has(databaseName) &&
      covers(scope, databaseName),
  );
  const changed = roster.filter(entry => !isSame(known.get(entry.database), entry, { list, part }));
  const added = changed.filter(({ database }) => known.get(database)?.goneAt !== null);
  const replaced = changed.flatMap(({ database }) => known.get(database)?.id ?? []);
  await remove(em, [...replaced, ...outdated([...known.values()], now)]);
  await insert(
    em,
    changed.map(({ database, every, grace, group }) => ({
      ...{ source, shard, database_name: database, list, part, every, grace, group_name: group },
      first_seen_at: known.get(database)?.firstSeenAt ?? now,
      ...{ last_seen_at: now, gone_at: null },
    })),
  );
  await em.nativeUpdate(RosterEntry, { source, shard, list, part, goneAt: null }, { lastSeenAt: now });
  for (const ids of chunks(gone.map(({ id }) => id)))
    await em.nativeUpdate(RosterEntry, { id: { $in: ids } }, { goneAt: now });
  return { added: added.length, gone: gone.length };
}

const eb = rosterExpressions();

/** An entry as the history has it, without its place. */
type Known = Pick<
  RosterEntry,
  'id' | 'databaseName' | 'list' | 'part' | 'every' | 'grace' | 'groupName' | 'firstSeenAt' | 'goneAt'
>;

async function entriesOf(
  em: EntityManager,
  { source, shard }: { source: string; shard: string },
): Promise<ReadonlyMap<string, Known>> {
  const entries = query
    .selectFrom('roster_entries as e')
    .select(['e.id', 'e.database_name as databaseName', 'e.list', 'e.part', 'e.every', 'e.grace'])
    .select(['e.group_name as groupName', 'e.first_seen_at as firstSeenAt', 'e.gone_at as goneAt'])
    .where('e.source', '=', source)
    .where('e.shard', '=', shard);
  return new Map((await readRows(em, entries)).map(entry => [entry.databaseName, entry]));
}

function isSame(before: Known | undefined, sent: SentEntry, place: { list: string; part: string }): boolean {
  if (before === undefined || before.goneAt !== null) return false;
  const { list, part, every, grace, groupName } = before;
  const isSameContract = every === sent.every && grace === sent.grace && groupName === sent.group;
  return isSameContract && list === place.list && part === place.part;
}

/** @returns the ids of entries that have been gone for long, and of the longest gone where there are too many */
function outdated(entries: readonly Known[], now: Date): number[] {
  const gone = entries
    .flatMap(({ id, goneAt }) => (goneAt ? [{ id, at: goneAt.getTime() }] : []))
    .sort((a, b) => a.at - b.at);
  const surplus = Math.max(0, entries.length - MAX_ENTRIES);
  return gone.filter(({ at }, i) => i < surplus || now.getTime() - at > FORGET_AFTER_MS).map(({ id }) => id);
}

/** @throws AppError 422 */
async function refuseTooMany({ em, scope }: Reading): Promise<void> {
  const most = isEverything(scope) ? MAX_SOURCES : MAX_SOURCES_IN_SCOPE;
  const sources = query
    .selectFrom('roster_entries as e')
    .select(['e.source', 'e.shard'])
    .distinct()
    .where(eb.and(isInScope(eb.ref('e.database_name'), scope)));
  const found = await readRows(em, sources.limit(most));
  if (found.length < most) return;
  const whose = isEverything(scope) ? '' : ' of the databases of this token';
  const message = `is new, and the service knows ${most} sources and shards${whose} already: name one of them`;
  throw validationError([{ field: 'source', message }], 'INVALID_REPORT');
}

async function remove(em: EntityManager, ids: readonly number[]): Promise<void> {
  for (const some of chunks([...new Set(ids)])) {
    await nextTurn();
    await em.nativeDelete(RosterEntry, { id: { $in: some } });
  }
}

async function insert(em: EntityManager, rows: Parameters<typeof insertRows<'roster_entries'>>[2]): Promise<void> {
  for (const some of chunks(rows)) {
    await nextTurn();
    await insertRows(em, 'roster_entries', some);
  }
}

function* chunks<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += ROWS_AT_ONCE) yield all.slice(at, at + ROWS_AT_ONCE);
}
