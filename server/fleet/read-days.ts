import { dueFinder } from '../freshness/due-times.ts';
import { isOneOf } from '../history/conditions.ts';
import { backupsBy } from '../history/dialect.ts';
import { forEachId, forEachOf } from '../history/for-each-id.ts';
import type { EntityManager } from '../history/orm.ts';
import { type Query, readRows } from '../history/read-rows.ts';
import { aliased, allBackups, type BackupQuery, query } from '../history/tables.ts';
import { type DayBackup, type DayCell, dayCells, type StateSpan, spansOf } from './day-cells.ts';
import type { LocalDay } from './local-days.ts';
import type { FleetDatabase } from './read-databases.ts';

/** The days of a database, and how large its backups were. */
export interface DatabaseDays {
  /** Oldest first. */
  readonly cells: readonly DayCell[];
  /** Of its newest backups, in bytes, oldest first; at most `SIZES`. */
  readonly sizes: readonly number[];
}

/** So many sizes are shown. */
const SIZES = 30;
/** Of each database so many are read: two a day. Of one with more, a seek finds the best of each day. */
const NEWEST = 60;
/** More changes of a few databases within a month are of one that comes and goes each minute. */
const MOST_CHANGES = 5_000;

/** Of which database. */
export interface WantedDays extends FleetDatabase {
  /** When the newest run ended that did not back it up, if no complete backup has come since. */
  readonly failedAt: Date | undefined;
}

interface Parts {
  readonly em: EntityManager;
  readonly now: Date;
  /** Oldest first, the last is today. */
  readonly days: readonly LocalDay[];
}

/**
 * Reads the days of some databases, a page of them, in four statements and one for each with more than two backups a day.
 * @returns in the same order
 */
export async function readDays(parts: Parts, databases: readonly WantedDays[]): Promise<DatabaseDays[]> {
  const { em, now, days } = parts;
  const [first] = days as [LocalDay, ...LocalDay[]];
  const names = databases.map(({ name }) => name);
  const ids = new Map(
    (await readRows(em, IDS.where(isOneOf(eb.ref('d.name'), names)))).map(({ name, id }) => [name, id]),
  );
  const [backups, before, changed] = await Promise.all([
    newestBackups(em, [...ids.values()]),
    completeBefore(em, [...ids.values()], first.from),
    readChanges(em, names, first.from),
  ]);
  const changes = Map.groupBy(changed, ({ name }) => name);
  const findDue = dueFinder();
  const found: DatabaseDays[] = [];
  for (const database of databases) {
    const { name, contract, state, stateSince: since, countedFrom, failedAt } = database;
    const id = ids.get(name) ?? 0;
    const newest = backups.get(id) ?? [];
    const isAll = newest.length < NEWEST || newest.at(-1)!.sortedAt < first.from;
    const facts = {
      contract,
      backups: isAll ? newest : [...newest, ...(await bestOfDays(em, id, olderDays(days, newest)))],
      completeBefore: before.get(id),
      countedFrom: countedFrom.getTime() === 0 ? undefined : countedFrom,
      states: [...spansOf({ state, since }, changes.get(name) ?? []), ...lateSince(failedAt)],
    };
    found.push({ cells: dayCells(days, facts, now, findDue), sizes: sizesOf(newest) });
  }
  return found;
}

/** What a run has failed to back up is late as soon as its time is over, also where a service that was off holds its state back. */
function lateSince(failedAt: Date | undefined): StateSpan[] {
  return failedAt ? [{ state: 'late', from: failedAt, until: new Date(8.64e15) }] : [];
}

function sizesOf(newest: readonly DayBackup[]): number[] {
  return newest
    .slice(0, SIZES)
    .map(({ size }) => size)
    .reverse();
}

/** @returns by id of the database, newest first */
async function newestBackups(em: EntityManager, ids: readonly number[]): Promise<Map<number, DayBackup[]>> {
  const rows = await inPieces(em, ids, id =>
    BACKUPS.where('b.database_id', '=', id).orderBy('b.sorted_at', 'desc').orderBy('b.id', 'desc').limit(NEWEST),
  );
  return Map.groupBy(rows, ({ databaseId }) => databaseId);
}

async function completeBefore(
  em: EntityManager,
  ids: readonly number[],
  before: Date,
): Promise<Map<number, DayBackup>> {
  const rows = await inPieces(em, ids, id =>
    byState(em)
      .where('b.state', '=', 'complete')
      .where('b.database_id', '=', id)
      .where('b.sorted_at', '<', before)
      .orderBy('b.sorted_at', 'desc')
      .orderBy('b.id', 'desc')
      .limit(1),
  );
  return new Map(rows.map(row => [row.databaseId, row]));
}

/** So many lists are asked for in one statement: SQLite takes no more than 500. */
const LISTS_AT_ONCE = 250;

async function inPieces<Row>(em: EntityManager, ids: readonly number[], build: (id: number) => Query<Row & object>) {
  const rows: Array<Row & object> = [];
  for (let at = 0; at < ids.length; at += LISTS_AT_ONCE)
    rows.push(...(await readRows(em, forEachId(ids.slice(at, at + LISTS_AT_ONCE), build))));
  return rows;
}

/** @returns the days that the newest backups of a database do not cover wholly */
function olderDays(days: readonly LocalDay[], newest: readonly DayBackup[]): LocalDay[] {
  return days.filter(({ from }) => from < newest.at(-1)!.sortedAt);
}

/** However many backups a day has, a seek on an index for each way in which one may have ended. */
async function bestOfDays(em: EntityManager, database: number, days: readonly LocalDay[]): Promise<DayBackup[]> {
  const spans = days.map(({ from, before }) => [from, before] as const);
  type Span = (typeof spans)[number];
  const inDay = ([from, before]: Span, backups: typeof BACKUPS) =>
    backups
      .where('b.database_id', '=', database)
      .where('b.sorted_at', '>=', from)
      .where('b.sorted_at', '<', before)
      .orderBy('b.sorted_at', 'desc')
      .orderBy('b.id', 'desc')
      .limit(1);
  const found = await readRows(
    em,
    forEachOf(spans, ANY_SPAN, span => inDay(span, BACKUPS)),
  );
  for (const state of ['complete', 'unverified', 'incomplete'] as const) {
    const sound = (span: Span) => inDay(span, byState(em).where('b.state', '=', state).where('b.damage', 'is', null));
    found.push(...(await readRows(em, forEachOf(spans, ANY_SPAN, sound))));
  }
  return found;
}

/** No other instants. */
const ANY_SPAN = [new Date(1), new Date(2)] as const;

function readChanges(em: EntityManager, names: readonly string[], since: Date) {
  return readRows(
    em,
    query
      .selectFrom('state_changes as s')
      .where(isOneOf(eb.ref('s.database_name'), names))
      .where('s.at', '>=', since)
      .orderBy('s.at')
      .orderBy('s.id')
      .limit(MOST_CHANGES)
      .select(['s.database_name as name', 's.at', 's.from_state as fromState', 's.to_state as toState']),
  );
}

const eb = aliased<{ d: 'databases'; s: 'state_changes' }>();

const IDS = query.selectFrom('databases as d').select(['d.id', 'd.name']);

/** What was made for a restore is no backup of a night. */
function ordinary(backups: BackupQuery) {
  return backups
    .where('b.made_for', 'is', null)
    .select([
      ...(['b.id', 'b.database_id as databaseId', 'b.state', 'b.damage', 'b.size'] as const),
      ...(['b.sorted_at as sortedAt', 'b.received_at as receivedAt', 'b.removed_at as removedAt'] as const),
    ]);
}

const BACKUPS = ordinary(allBackups);

/** SQLite would rather go through all complete backups of all databases. */
function byState(em: EntityManager) {
  return ordinary(backupsBy(em, 'backups_by_state_and_database'));
}
