import type { Scope } from '../auth/scope.ts';
import { RetentionRemoval } from '../entities/retention/retention-removal.entity.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope } from '../history/reading/in-scope.ts';
import { expressions, query } from '../history/tables.ts';
import { scheduleRemoval } from '../removal/schedule-removal.ts';
import type { Storage } from '../storage/storage.ts';
import type { Retaining } from './plan-fleet.ts';

/** What a plan is carried out with. */
export interface Applying extends Retaining {
  readonly storage: Storage;
}

export interface WantedApplication {
  readonly id: number;
  /** Who wants it, at most 255 characters. */
  readonly by: string;
  /** Only what is of these databases. */
  readonly scope: Scope;
  /** Whether a person has looked at it. Otherwise only what needs no operator goes. */
  readonly isOperator: boolean;
  /** More than this are refused; undefined means any number. */
  readonly atMost?: number;
}

/** A database of a plan of which something is still to go. */
export interface WaitingDatabase {
  readonly name: string;
  readonly count: number;
}

/** @returns the databases of the plan of which something is still to go, by their names */
export async function waitingOf(
  { em }: Applying,
  { id, scope, isOperator }: WantedApplication,
): Promise<WaitingDatabase[]> {
  const rows = query
    .selectFrom('retention_removals as r')
    .select(['r.database_name as name', eb.fn.countAll().as('count')])
    .where('r.plan_id', '=', id)
    .where('r.scheduled_at', 'is', null)
    .where(eb.and(isInScope(eb.ref('r.database_name' as never), scope)))
    .groupBy('r.database_name')
    .orderBy('r.database_name');
  const found = await readRows(em, isOperator ? rows : rows.where('r.needs_operator', '=', 0 as never));
  return found.map(({ name, count }) => ({ name, count: Number(count) }));
}

/** So many are read at a time. */
const PAGE = 200;

/** Gives what is still to go of a database by a plan to the removal. @returns each of them as it is given */
export async function* schedule(
  parts: Applying,
  { id, by, isOperator }: WantedApplication,
  { name, dueAt }: { name: string; dueAt: Date },
): AsyncGenerator<RetentionRemoval> {
  const where = { planId: id, databaseName: name, scheduledAt: null, ...(!isOperator && { needsOperator: false }) };
  for (let after = 0; ; ) {
    const page = await parts.em
      .fork()
      .find(RetentionRemoval, { ...where, id: { $gt: after } }, { orderBy: { id: 'asc' }, limit: PAGE });
    for (const row of page) if (await scheduleOne(parts, row, { by, dueAt })) yield row;
    if (page.length < PAGE) return;
    after = page.at(-1)!.id;
  }
}

/** @returns whether it goes; what was pinned meanwhile stays, and is no part of the plan any more */
async function scheduleOne(
  { em, storage, now }: Applying,
  { id, backupId, why }: RetentionRemoval,
  { by, dueAt }: { by: string; dueAt: Date },
): Promise<boolean> {
  const result = await scheduleRemoval({ em, storage, now }, { backupId, dueAt, by, why, kind: 'retention' });
  if (result === 'pinned' || result === 'held') await em.fork().nativeDelete(RetentionRemoval, { id });
  else await em.fork().nativeUpdate(RetentionRemoval, { id }, { scheduledAt: now });
  return result === 'scheduled';
}

const eb = expressions<never>();
