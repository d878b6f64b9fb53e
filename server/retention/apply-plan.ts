import type { Scope } from '../auth/scope.ts';
import { RetainedDatabase } from '../entities/retention/retained-database.entity.ts';
import { RetentionPlan } from '../entities/retention/retention-plan.entity.ts';
import { RetentionRemoval } from '../entities/retention/retention-removal.entity.ts';
import { AppError, notFound } from '../errors.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope } from '../history/reading/in-scope.ts';
import { expressions, query } from '../history/tables.ts';
import { scheduleRemoval } from '../removal/schedule-removal.ts';
import type { Storage } from '../storage/storage.ts';
import { fleetBrakes } from './fleet-brakes.ts';
import { planFleet, type Retaining } from './plan-fleet.ts';
import { policyDigest } from './rules/policy.ts';
import { makePlan } from './stored-plans.ts';

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

/** What was given to the removal, and what of the plan still waits. */
export interface Applied {
  readonly backups: number;
  readonly bytes: number;
  readonly dueAt: Date;
  readonly stillWaiting: number;
}

/**
 * Gives what goes by a plan to the removal, which waits for the grace. An operator's plan must still be what the rules of now say.
 * @throws AppError 404 when there is no such plan in scope, 409 when it is held, was applied, or is stale: that names the newer plan
 */
export async function applyPlan(parts: Applying, wanted: WantedApplication): Promise<Applied> {
  const { id, scope, isOperator, by, atMost } = wanted;
  const em = parts.em.fork();
  const plan = await em.findOne(RetentionPlan, { id });
  const waiting = plan?.state === 'waiting' ? await waitingOf(parts, wanted) : [];
  if (!plan || (plan.state === 'waiting' && waiting.length === 0 && !scope.includes('*'))) throw noSuchPlan(id);
  if (plan.state !== 'waiting') throw await notWaiting(parts, plan);
  const [brake] = await fleetBrakes(parts);
  if (brake) throw new AppError(409, 'RETENTION_HELD', `Nothing goes by plan ${id}: ${brake.words}`);
  const count = waiting.reduce((sum, { count }) => sum + count, 0);
  if (atMost !== undefined && count > atMost)
    throw new AppError(
      409,
      'PLAN_TOO_LARGE',
      `By plan ${id} ${count.toLocaleString('en')} backups go, and one request may let at most ${atMost.toLocaleString('en')} go: run on the machine of the service: node server/main.ts retention apply ${id}`,
    );
  const seen = isOperator
    ? await seenNow(
        parts,
        wanted,
        waiting.map(({ name }) => name),
      )
    : undefined;
  const applied = {
    backups: 0,
    bytes: 0,
    dueAt: new Date(parts.now.getTime() + parts.configuration.retention.graceMs),
  };
  for (const { name } of waiting) {
    for await (const { size } of schedule(parts, wanted, { name, dueAt: applied.dueAt })) {
      applied.backups += 1;
      applied.bytes += size;
    }
    const adopted = seen?.get(name);
    if (adopted) await em.upsert(RetainedDatabase, { databaseName: name, since: parts.now, ...adopted });
  }
  const stillWaiting = await em.count(RetentionRemoval, { planId: id, scheduledAt: null });
  if (stillWaiting === 0)
    await em.nativeUpdate(
      RetentionPlan,
      { id, state: 'waiting' },
      { state: 'applied', appliedAt: parts.now, appliedBy: by },
    );
  return { ...applied, stillWaiting };
}

interface WaitingDatabase {
  readonly name: string;
  readonly count: number;
}

const eb = expressions<never>();

/** @returns the databases of the plan of which something is still to go, by their names */
async function waitingOf({ em }: Applying, { id, scope, isOperator }: WantedApplication): Promise<WaitingDatabase[]> {
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

type Adopted = Pick<RetainedDatabase, 'policyDigest' | 'receiptsAcceptedUntil'>;

/** So many databases are planned together. */
const PAGE = 200;

/**
 * Makes the plans of these databases again.
 * @returns for each what the operator has seen: its policy, and the newest of its receipts
 * @throws AppError 409 when something else would go by now
 */
async function seenNow(
  parts: Applying,
  { id, scope }: WantedApplication,
  names: readonly string[],
): Promise<Map<string, Adopted>> {
  const seen = new Map<string, Adopted>();
  for (let at = 0; at < names.length; at += PAGE)
    for await (const plan of planFleet(parts, { scope, names: names.slice(at, at + PAGE) })) {
      const rows = await parts.em.fork().find(RetentionRemoval, { planId: id, databaseName: plan.database });
      const stillGoes = new Set(plan.goes.map(({ backup }) => backup.id));
      const planned = new Set(rows.map(({ backupId }) => backupId));
      const open = rows.filter(({ scheduledAt }) => !scheduledAt);
      const isSame =
        open.every(({ backupId }) => stillGoes.has(backupId)) && [...stillGoes].every(id => planned.has(id));
      if (!isSame) throw await stale(parts, id, plan.database);
      const receipts = plan.decisions.map(({ backup }) => backup.receivedAt.getTime());
      const receiptsAcceptedUntil = new Date(Math.max(0, ...receipts));
      seen.set(plan.database, { policyDigest: policyDigest(plan.policy), receiptsAcceptedUntil });
    }
  return seen;
}

async function* schedule(
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

function noSuchPlan(id: number): AppError {
  return notFound('PLAN_NOT_FOUND', `There is no retention plan ${id}: node server/main.ts retention plan makes one`);
}

async function notWaiting({ em }: Applying, { id, state, appliedAt, appliedBy }: RetentionPlan): Promise<AppError> {
  const newer = await em
    .fork()
    .findOne(RetentionPlan, { state: 'waiting', id: { $gt: id } }, { orderBy: { id: 'desc' } });
  const reasons = {
    superseded: `it is superseded${newer ? ` by plan ${newer.id}` : ''}`,
    applied: `it was applied ${appliedAt?.toISOString() ?? ''} by ${appliedBy}`,
    held: 'something holds it: node server/main.ts retention plan shows what',
    waiting: 'it waits',
  };
  return new AppError(409, 'PLAN_NOT_WAITING', `Plan ${id} can't be applied: ${reasons[state]}`);
}

async function stale(parts: Applying, id: number, database: string): Promise<AppError> {
  const { id: newer } = await makePlan(parts);
  return new AppError(
    409,
    'PLAN_STALE',
    `Plan ${id} is stale: other backups of ${database} would go by now. Plan ${newer} replaces it: look at it, and apply that one`,
  );
}
