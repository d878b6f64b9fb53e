import { RetainedDatabase } from '../entities/retention/retained-database.entity.ts';
import { RetentionPlan } from '../entities/retention/retention-plan.entity.ts';
import { RetentionRemoval } from '../entities/retention/retention-removal.entity.ts';
import { AppError } from '../errors/errors.ts';
import { fleetBrakes } from './fleet-brakes.ts';
import { planFleet } from './plan-fleet.ts';
import { noSuchPlan, notWaiting, stale, tooLarge } from './plan-refusals.ts';
import { policyDigest } from './rules/policy.ts';
import { type Applying, schedule, type WantedApplication, waitingOf } from './schedule-plan.ts';

export type { Applying } from './schedule-plan.ts';

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
  if (brake) throw new AppError(409, 'RETENTION_HELD', `Nothing is removed by plan ${id}: ${brake.words}`);
  const count = waiting.reduce((sum, { count }) => sum + count, 0);
  if (atMost !== undefined && count > atMost) throw tooLarge(id, { count, atMost });
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
