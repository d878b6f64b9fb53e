import { EVERYTHING } from '../auth/scope.ts';
import type { BackupEvents } from '../backups/events/backup-events.ts';
import type { Backup } from '../entities/backup.entity.ts';
import type { Condition } from '../history/conditions.ts';
import { isPresent } from '../history/conditions.ts';
import { backupsBy, dayIn } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { allBackups, expressions } from '../history/tables.ts';
import { dayOf, startOf } from './day.ts';
import { type FirstDay, firstDays } from './first-days.ts';

/** What is known of the backups whose dumps were begun on one day. */
export interface DayTotals {
  /** Also those that were removed since. */
  readonly backups: number;
  /** Of the zips that are still there. */
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

const eb = expressions<'b'>();

/** What was removed uses no space, but it was made on its day. */
export const storedSize = eb.fn.sum(eb.case().when(isPresent('b')).then(eb.ref('b.size')).else(eb.lit(0)).end());

/** The totals of a group of backups, as the store adds them up. */
export const TOTALS = [
  eb.fn.countAll().as('backups'),
  storedSize.as('bytes'),
  eb.fn.sum(eb.fn.coalesce('b.dump_size', eb.lit(0))).as('dumpBytes'),
  countOf('complete').as('complete'),
  countOf('incomplete').as('incomplete'),
  countOf('unverified').as('unverified'),
  eb.fn.sum(eb.case().when('b.damage', 'is', null).then(eb.lit(0)).else(eb.lit(1)).end()).as('damaged'),
  eb.fn
    .count(eb.case().when(isSound('complete')).then(eb.ref('b.database_id')).end())
    .distinct()
    .as('databasesComplete'),
] as const;

function countOf(state: Backup['state']) {
  return eb.fn.sum(eb.case().when(isSound(state)).then(eb.lit(1)).else(eb.lit(0)).end());
}

function isSound(state: Backup['state']): Condition {
  return eb.and([eb('b.damage', 'is', null), eb('b.state', '=', state)]);
}

/** MySQL returns sums as texts. */
export function toTotals(row: Record<keyof DayTotals, number | string | bigint>): DayTotals {
  return {
    backups: Number(row.backups),
    bytes: Number(row.bytes),
    dumpBytes: Number(row.dumpBytes),
    complete: Number(row.complete),
    incomplete: Number(row.incomplete),
    unverified: Number(row.unverified),
    damaged: Number(row.damaged),
    databasesComplete: Number(row.databasesComplete),
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

/** With more days than this to be read again, all are: one pass over the index is faster then. */
const MANY_DAYS = 30;

/**
 * The totals of every day. A pass over a million backups takes its time, so the sums are kept in memory, and those of a day
 * are read again after an event of one of its backups. Nothing else changes backups while the service runs.
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

  /**
   * For forecasts, which need no more than the last days, and wait for no other: to read all days of three million backups takes seconds.
   * @returns the totals of the days from `since` on, as they were read last: each evaluation of the alarms does so
   */
  async recent(em: EntityManager, since: Date): Promise<Pick<Totals, 'byDay'>> {
    if (performance.now() - this.#readAt < BELIEVED_MS) return { byDay: this.#days };
    return { byDay: await readDays(em, isBetween(startOf(dayOf(since)), undefined)) };
  }

  async #refresh(em: EntityManager): Promise<void> {
    // A change that is announced from here on may not be in the rows that are read now: it is kept for the next time.
    const stale = [...this.#stale];
    this.#stale.clear();
    const isOld = performance.now() - this.#readAt > BELIEVED_MS;
    try {
      if (isOld || stale.length > MANY_DAYS) await this.#readAll(em);
      else for (const day of stale) await this.#readDay(em, day);
      if (isOld || stale.length > 0) this.#firstDays = await firstDays({ em, scope: EVERYTHING });
    } catch (error) {
      this.#readAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  async #readAll(em: EntityManager): Promise<void> {
    const startedAt = performance.now();
    const all = new Map<number, DayTotals>();
    for await (const days of pieces(em)) for (const [day, totals] of await readDays(em, days)) all.set(day, totals);
    this.#days = all;
    this.#readAt = startedAt;
  }

  async #readDay(em: EntityManager, day: number): Promise<void> {
    const [row] = await readRows(em, allBackups.where(isBetween(startOf(day), startOf(day + 1))).select(TOTALS));
    if (Number(row!.backups) === 0) this.#days.delete(day);
    else this.#days.set(day, toTotals(row!));
  }
}

async function readDays(em: EntityManager, days: Condition): Promise<Map<number, DayTotals>> {
  const totals = backupsBy(em, 'backups_by_time').where(days).select(TOTALS);
  const rows = await readRows(em, totals.select(dayIn(em, eb.ref('b.sorted_at')).as('day')).groupBy('day'));
  return new Map(rows.map(row => [Number(row.day), toTotals(row)]));
}

/** So many backups are added up in one statement, with all others of their last day: it takes some milliseconds. */
const AT_ONCE = 20_000;

/** @returns conditions for whole days, one after the other, until there are no more backups */
async function* pieces(em: EntityManager): AsyncGenerator<Condition> {
  const times = backupsBy(em, 'backups_by_time').select('b.sorted_at').orderBy('b.sorted_at').orderBy('b.id');
  for (let from: Date | undefined; ; ) {
    const [last] = await readRows(
      em,
      times
        .where(isBetween(from, undefined))
        .limit(1)
        .offset(AT_ONCE - 1),
    );
    const to = last && startOf(dayOf(last.sorted_at) + 1);
    yield isBetween(from, to);
    if (!to) return;
    from = to;
  }
}

function isBetween(from: Date | undefined, before: Date | undefined): Condition {
  return eb.and([
    ...(from ? [eb('b.sorted_at', '>=', from)] : []),
    ...(before ? [eb('b.sorted_at', '<', before)] : []),
  ]);
}
