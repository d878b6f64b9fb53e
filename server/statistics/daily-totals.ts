import type { BackupEvents } from '../backups/events/backup-events.ts';
import { backupsBy } from '../history/by-index.ts';
import { Where } from '../history/conditions.ts';
import { fromStore, toStore } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { dayIn, dayOf, startOf } from './day.ts';
import { type FirstDay, firstDaysOf } from './first-days.ts';

/** What is kept of the backups whose dumps were begun on one day. */
export interface DayTotals {
  readonly backups: number;
  /** Of the zips. */
  readonly bytes: number;
  /** Of the plain dumps, as far as they are known. */
  readonly dumpBytes: number;
  readonly complete: number;
  readonly incomplete: number;
  readonly unverified: number;
  readonly damaged: number;
  /** How many databases have a complete one. */
  readonly databasesComplete: number;
}

export const NO_BACKUPS: DayTotals = {
  ...{ backups: 0, bytes: 0, dumpBytes: 0, complete: 0, incomplete: 0, unverified: 0, damaged: 0 },
  databasesComplete: 0,
};

/** Sums of SQL for a group of backups, for `toTotals`. */
export const TOTALS = `count(*) as backups, sum(size) as bytes, sum(coalesce(dump_size, 0)) as dump_bytes,
  sum(case when damage is null and state = 'complete' then 1 else 0 end) as complete,
  sum(case when damage is null and state = 'incomplete' then 1 else 0 end) as incomplete,
  sum(case when damage is null and state = 'unverified' then 1 else 0 end) as unverified,
  sum(case when damage is null then 0 else 1 end) as damaged,
  count(distinct case when damage is null and state = 'complete' then database_id end) as databases_complete`;

export type TotalsRow = Record<
  'backups' | 'bytes' | 'dump_bytes' | 'complete' | 'incomplete' | 'unverified' | 'damaged' | 'databases_complete',
  number | string
>;

/** MySQL hands sums out as texts. */
export function toTotals(row: TotalsRow): DayTotals {
  return {
    backups: Number(row.backups),
    bytes: Number(row.bytes),
    dumpBytes: Number(row.dump_bytes),
    complete: Number(row.complete),
    incomplete: Number(row.incomplete),
    unverified: Number(row.unverified),
    damaged: Number(row.damaged),
    databasesComplete: Number(row.databases_complete),
  };
}

/** What is known of all days. */
export interface Totals {
  /** By the day's number since 1970-01-01; days without a backup are left out. */
  readonly byDay: ReadonlyMap<number, DayTotals>;
  readonly firstDays: readonly FirstDay[];
}

/** So long totals are kept without an event that changes them: someone may have changed the store by hand. */
const BELIEVED_MS = 3_600_000;

/** With more days than this to be read anew, all are: one pass over the index is faster then. */
const MANY_DAYS = 30;

/**
 * The totals of every day. A pass over a million backups takes its time, so the sums are kept in memory, and those of a day
 * are read anew after an event of one of its backups. Nothing else changes backups while the service runs.
 */
export class DailyTotals {
  #days = new Map<number, DayTotals>();
  #firstDays: FirstDay[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  readonly #stale = new Set<number>();
  #reading: Promise<unknown> = Promise.resolve();

  constructor(events: BackupEvents) {
    events.onChange(({ sortedAt }) => this.#stale.add(dayOf(sortedAt)));
  }

  async read(em: EntityManager): Promise<Totals> {
    // One after the other: the second of two that come at once finds all there.
    const reading = this.#reading.then(() => this.#refresh(em));
    this.#reading = reading.catch(() => undefined);
    await reading;
    return { byDay: this.#days, firstDays: this.#firstDays };
  }

  async #refresh(em: EntityManager): Promise<void> {
    // What is told from here on may not be in what is read now: it stays for the next time.
    const stale = [...this.#stale];
    this.#stale.clear();
    const isOld = performance.now() - this.#readAt > BELIEVED_MS;
    try {
      if (isOld || stale.length > MANY_DAYS) await this.#readAll(em);
      else for (const day of stale) await this.#readDay(em, day);
      if (isOld || stale.length > 0) this.#firstDays = await firstDaysOf(em);
    } catch (error) {
      this.#readAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  async #readAll(em: EntityManager): Promise<void> {
    const startedAt = performance.now();
    const all = new Map<number, DayTotals>();
    for await (const where of pieces(em)) {
      const sql = `select ${dayIn(em, 'sorted_at')} as day, ${TOTALS} from ${backupsBy(em, 'backups_by_time')} ${where} group by day`;
      const rows = await readRows<TotalsRow & { day: number }>(em, sql, where.values);
      for (const row of rows) all.set(Number(row.day), toTotals(row));
    }
    this.#days = all;
    this.#readAt = startedAt;
  }

  async #readDay(em: EntityManager, day: number): Promise<void> {
    const [row] = await readRows<TotalsRow>(
      em,
      `select ${TOTALS} from backups where sorted_at >= ? and sorted_at < ?`,
      [startOf(day), startOf(day + 1)].map(instant => toStore(em, instant)),
    );
    if (Number(row!.backups) === 0) this.#days.delete(day);
    else this.#days.set(day, toTotals(row!));
  }
}

/** So many backups are added up in one statement, with all others of their last day: it takes some milliseconds. */
const AT_ONCE = 20_000;

/** @returns conditions for whole days, one after the other, until there are no more backups */
async function* pieces(em: EntityManager): AsyncGenerator<Where> {
  for (let from: Date | undefined; ; ) {
    const where = new Where();
    if (from) where.and('sorted_at >= ?', toStore(em, from));
    const sql = `select sorted_at from ${backupsBy(em, 'backups_by_time')} ${where} order by sorted_at, id limit 1 offset ?`;
    const [last] = await readRows<{ sorted_at: number | string }>(em, sql, [...where.values, AT_ONCE - 1]);
    from = last && startOf(dayOf(fromStore(last.sorted_at)) + 1);
    if (from) where.and('sorted_at < ?', toStore(em, from));
    yield where;
    if (!from) return;
  }
}
