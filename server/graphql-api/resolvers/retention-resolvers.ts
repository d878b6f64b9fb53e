import DataLoader from 'dataloader';
import { whoDecides } from '../../decisions/who-decides.ts';
import { validationError } from '../../errors/errors.ts';
import { findPlans, findRemovals } from '../../retention/find-plans.ts';
import { planId } from '../../retention/plan-refusals.ts';
import type { DatabasePlan } from '../../retention/rules/plan-retention.ts';
import { policyInWords } from '../../retention/rules/policy.ts';
import type { GraphqlContext } from './context.ts';
import type { Resolvers } from './resolver-types.ts';

/** Its document may be large. */
const ROWS_OF_A_PLAN = 100;

/** To plan a database reads all of its backups, and looks at its files. */
const ROWS_OF_A_DATABASE = 20;
const BACKUPS_A_ROW = 20;

export const retentionResolvers = {
  Query: {
    retentionPlans: (_, { first }, { em, scope, budget }) => {
      const limit = pageSize('first', first, 100);
      budget.take(limit * ROWS_OF_A_PLAN);
      return findPlans({ em, scope }, { first: limit });
    },
    retentionPlan: async (_, { id }, { em, scope, budget }) => {
      budget.take(ROWS_OF_A_PLAN);
      if (!/^[1-9]\d{0,8}$/.test(id)) return null;
      return (await findPlans({ em, scope }, { id: Number(id), first: 1 }))[0] ?? null;
    },
  },
  Mutation: {
    applyRetentionPlan: (_, { id }, { retention, scope, audit, actor }) => {
      const detail = { plan: planId(id) };
      return audit.change({ actor, action: 'retention_apply', detail }, async note => {
        const applied = await retention.apply(detail.plan, { by: whoDecides(actor), scope });
        note({ backups: applied.backups, bytes: applied.bytes });
        return applied;
      });
    },
  },
  RetentionPlan: {
    id: ({ id }) => String(id),
    brakes: ({ brakes }) => [...brakes],
    databases: ({ databases }) => [...databases],
    removals: ({ id }, { first, after }, { em, scope, budget }) => {
      const limit = pageSize('first', first, 1_000);
      budget.take(limit);
      const behind = after != null && /^\d{1,9}$/.test(after) ? Number(after) : 0;
      return findRemovals({ em, scope }, { planId: id, first: limit, after: behind });
    },
  },
  RetentionDatabase: {
    holds: ({ holds }) => [...holds],
    waits: ({ waits }) => [...waits],
  },
  RetentionBrake: {
    message: ({ words }) => words,
  },
  RetentionRemoval: {
    id: ({ id }) => String(id),
    backupId: ({ backupId }) => String(backupId),
    database: ({ databaseName }) => databaseName,
    scheduledAt: ({ scheduledAt }) => scheduledAt ?? null,
  },
  Database: {
    retention: async ({ id, name }, _, context) => {
      const plan = await planOf(name ?? (await context.loaders.database.load(id)).name, context);
      return {
        isOn: context.retention.isOn,
        policy: policyInWords(plan.policy),
        goes: plan.goes.length,
        goesBytes: plan.goes.reduce((sum, { backup }) => sum + backup.size, 0),
        holds: [...plan.holds],
        waits: [...plan.waits],
      };
    },
  },
  Backup: {
    kept: async (backup, _, context) => (await decisionOf(backup, context)).isKept,
    keptBecause: async (backup, _, context) => (await decisionOf(backup, context)).why,
  },
} satisfies Resolvers;

/** @throws AppError 422 for a number out of its range */
function pageSize(field: string, value: number, most: number): number {
  if (value >= 1 && value <= most) return value;
  throw validationError([{ field, message: `must be a number from 1 to ${most}` }]);
}

async function decisionOf(
  { id, databaseId, databaseName }: { id: number; databaseId: number; databaseName?: string },
  context: GraphqlContext,
): Promise<{ isKept: boolean; why: string }> {
  const name = databaseName ?? (await context.loaders.database.load(databaseId)).name;
  const { decisions, holds } = await planOf(name, context);
  const decision = decisions.find(({ backup }) => backup.id === id);
  if (decision) return decision;
  if (decisions.length === 0 && holds.length > 0) return { isKept: true, why: `kept: ${holds[0]!.words}` };
  return { isKept: false, why: 'removed: its file is gone' };
}

const loaders = new WeakMap<GraphqlContext, DataLoader<string, DatabasePlan>>();

/** One database after the other, each paid for: a list of 1,000 may not read a million backups. */
function planOf(name: string, context: GraphqlContext): Promise<DatabasePlan> {
  const { retention, budget } = context;
  const loader =
    loaders.get(context) ??
    new DataLoader<string, DatabasePlan>(async names => {
      const plans: Array<DatabasePlan | Error> = [];
      for (const name of names) {
        budget.take(ROWS_OF_A_DATABASE);
        const plan = await retention.planOf(name);
        budget.take((plan?.decisions.length ?? 0) / BACKUPS_A_ROW);
        plans.push(plan ?? new Error(`the database ${name} is missing in the history`));
      }
      return plans;
    });
  loaders.set(context, loader);
  return loader.load(name);
}
