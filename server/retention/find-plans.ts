import { covers, isEverything, type Scope } from '../auth/scope.ts';
import type { RetentionPlan as PlanEntity, PlanState } from '../entities/retention/retention-plan.entity.ts';
import { RetentionPlan } from '../entities/retention/retention-plan.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { expressions, query } from '../history/tables.ts';
import type { Brake } from './rules/brakes.ts';
import type { DatabaseSummary, PlanDocument } from './stored-plans.ts';

/** A stored plan as those see it whose scope it is: with its databases in scope, and their totals. */
export interface FoundPlan {
  readonly id: number;
  readonly madeAt: Date;
  readonly state: PlanState;
  readonly appliedAt: Date | null;
  readonly appliedBy: string | null;
  readonly goes: number;
  readonly goesBytes: number;
  /** What holds all of it. For a scope of some databases without figures, which are those of all databases. */
  readonly brakes: readonly Brake[];
  readonly databases: readonly DatabaseSummary[];
}

/** @returns the newest plans first; the documents are read, so few should be asked for */
export async function findPlans(
  { em, scope }: Reading,
  { id, first }: { id?: number; first: number },
): Promise<FoundPlan[]> {
  const found = await em.fork().find(RetentionPlan, id === undefined ? { id: { $gt: 0 } } : { id }, {
    ...{ orderBy: { id: 'desc' }, limit: first, populate: ['document'] },
  });
  return found.map(plan => inScope(plan, scope));
}

function inScope({ id, madeAt, state, document, ...rest }: PlanEntity, scope: Scope): FoundPlan {
  const { summaries = [], brakes = [] } = JSON.parse(document) as Partial<PlanDocument>;
  const databases = summaries.filter(({ name }) => covers(scope, name));
  return {
    ...{ id, madeAt, state, databases },
    ...{ appliedAt: rest.appliedAt ?? null, appliedBy: rest.appliedBy ?? null },
    goes: databases.reduce((sum, { goes }) => sum + goes, 0),
    goesBytes: databases.reduce((sum, { goesBytes }) => sum + goesBytes, 0),
    brakes: isEverything(scope) ? brakes : brakes.map(withoutFigures),
  };
}

function withoutFigures({ kind, words }: Brake): Brake {
  return { kind, words: kind === 'large_fleet_plan' ? 'a large part of all backups would be removed' : words };
}

/** A backup that goes by a plan. */
export interface FoundRemoval {
  readonly id: number;
  readonly databaseName: string;
  readonly backupId: number;
  readonly fileName: string;
  readonly size: number;
  readonly why: string;
  readonly scheduledAt: Date | null;
}

const eb = expressions<never>();

const removals = query
  .selectFrom('retention_removals as r')
  .select(['r.id', 'r.database_name as databaseName', 'r.backup_id as backupId', 'r.file_name as fileName'])
  .select(['r.size', 'r.why', 'r.scheduled_at as scheduledAt'])
  .orderBy('r.id');

/** @returns what goes by a plan, in the order of its making */
export function findRemovals(
  { em, scope }: { em: EntityManager; scope: Scope },
  { planId, first, after }: { planId: number; first: number; after: number },
): Promise<FoundRemoval[]> {
  const found = removals
    .where('r.plan_id', '=', planId)
    .where('r.id', '>', after)
    .where(eb.and(isInScope(eb.ref('r.database_name' as never), scope)))
    .limit(first);
  return readRows(em, found);
}
