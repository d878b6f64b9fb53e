import { minuteOf } from '../../protocol/texts/minute.ts';
import { RetentionPlan } from '../entities/retention/retention-plan.entity.ts';
import { AppError, notFound } from '../errors/errors.ts';
import type { Applying } from './schedule-plan.ts';
import { makePlan } from './stored-plans.ts';

export function noSuchPlan(id: number): AppError {
  return notFound('PLAN_NOT_FOUND', `There is no retention plan ${id}: sudo lumbung retention plan makes one`);
}

/** @param count how many backups would go */
export function tooLarge(id: number, { count, atMost }: { readonly count: number; readonly atMost: number }): AppError {
  return new AppError(
    409,
    'PLAN_TOO_LARGE',
    `Plan ${id} removes ${count.toLocaleString('en')} backups, and one request may remove at most ${atMost.toLocaleString('en')}: run on the machine of the service: sudo lumbung retention apply ${id}`,
  );
}

export async function notWaiting(
  { em }: Applying,
  { id, state, appliedAt, appliedBy }: RetentionPlan,
): Promise<AppError> {
  const newer = await em
    .fork()
    .findOne(RetentionPlan, { state: 'waiting', id: { $gt: id } }, { orderBy: { id: 'desc' } });
  const reasons = {
    superseded: `it is superseded${newer ? ` by plan ${newer.id}` : ''}`,
    applied: `it was applied on ${appliedAt ? minuteOf(appliedAt) : ''} by ${appliedBy}`,
    held: 'something holds it: sudo lumbung retention plan shows what',
    waiting: 'it waits',
  };
  return new AppError(409, 'PLAN_NOT_WAITING', `Plan ${id} can't be applied: ${reasons[state]}`);
}

/** Makes the plan of now, which replaces the stale one. */
export async function stale(parts: Applying, id: number, database: string): Promise<AppError> {
  const { id: newer } = await makePlan(parts);
  return new AppError(
    409,
    'PLAN_STALE',
    `Plan ${id} is stale: by the rules of now other backups of ${database} would be removed. Plan ${newer} replaces it: check that one, and apply it`,
  );
}

/** @throws AppError 404 for what is no id */
export function planId(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new AppError(404, 'PLAN_NOT_FOUND', `There is no retention plan ${text}`);
  return Number(text);
}
