import type { FilterQuery, QueryOrderMap } from '@mikro-orm/core';
import { Backup } from '../entities/backup.entity.ts';
import { isPresent } from '../history/conditions.ts';
import { backupsBy } from '../history/dialect.ts';
import type { EntityManager, Orm } from '../history/orm.ts';
import { countRows } from '../history/read-rows.ts';
import { expressions, query } from '../history/tables.ts';

/** Which backups a scrub goes through. */
export interface ScrubScope {
  /** Those that were never checked, or not since then. */
  readonly checkedBefore: Date;
  /** Those that are marked as damaged and were not checked since then: a file that was put back heals. */
  readonly damagedBefore: Date;
}

/** Few, since the rows of a page are held while its files are read. */
const PAGE = 100;

/**
 * Goes through the backups that are due, but for those that were removed, which have no file: those marked as damaged, then the longest unchecked first. Each comes once, if
 * the caller gives each that it has dealt with a later `checkedAt`.
 */
export async function* dueBackups(
  history: Orm,
  { checkedBefore, damagedBefore }: ScrubScope,
  page = PAGE,
): AsyncGenerator<Backup> {
  yield* inPages(history, page, { id: 'asc' }, last => ({
    damage: { $ne: null },
    $or: [{ checkedAt: null }, { checkedAt: { $lt: damagedBefore } }],
    ...(last && { id: { $gt: last.id } }),
  }));
  yield* inPages(history, page, { checkedAt: 'asc', id: 'asc' }, last => ({
    damage: null,
    checkedAt: null,
    ...(last && { id: { $gt: last.id } }),
  }));
  yield* inPages(history, page, { checkedAt: 'asc', id: 'asc' }, last => ({
    damage: null,
    checkedAt: { $lt: checkedBefore, ...(last && { $gte: last.checkedAt! }) },
    ...(last && { $or: [{ checkedAt: { $gt: last.checkedAt! } }, { id: { $gt: last.id } }] }),
  }));
  yield* inPages(history, page, { id: 'asc' }, last => ({
    damage: null,
    checkedAt: { $gt: soon() },
    ...(last && { id: { $gt: last.id } }),
  }));
}

/** More are not counted: with three million each look would take seconds, in which SQLite lets no one else be answered. */
export const MOST_COUNTED = 100_000;

/** @returns how many backups were never checked, or not since then; `most` means that or more */
export async function countDue(em: EntityManager, checkedBefore: Date, most = MOST_COUNTED): Promise<number> {
  const times = [
    eb('b.checked_at', 'is', null),
    eb('b.checked_at', '<', checkedBefore),
    eb('b.checked_at', '>', soon()),
  ];
  let due = 0;
  for (const isDue of times) {
    if (due === most) break;
    const some = backupsBy(em, 'backups_checked_at_id_index').where(isDue).where(isPresent('b')).select('b.id');
    due += await countRows(em, query.selectFrom(some.limit(most - due).as('due')));
  }
  return due;
}

/** What was checked later than that was checked by a clock that was wrong: the real time is not known. */
function soon(): Date {
  return new Date(Date.now() + 60_000);
}

/** @returns how many backups are marked as damaged */
export function countDamaged(em: EntityManager): Promise<number> {
  return em.count(Backup, { damage: { $ne: null }, removedAt: null });
}

const eb = expressions<'b'>();

async function* inPages(
  history: Orm,
  limit: number,
  orderBy: QueryOrderMap<Backup>,
  where: (last: Backup | undefined) => FilterQuery<Backup>,
): AsyncGenerator<Backup> {
  for (let last: Backup | undefined; ; ) {
    // Joined, the databases might come first in the store's plan, and the backups be sorted again for each page.
    const options = { orderBy, limit, populate: ['database'], strategy: 'select-in' } as const;
    const page = await history.em.fork().find(Backup, { $and: [{ removedAt: null }, where(last)] }, options);
    yield* page;
    last = page.at(-1);
    if (page.length < limit) return;
  }
}
