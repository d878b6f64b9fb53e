import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

/**
 * `waiting`: some of it needs an operator. `applied`: all of it was given to the removal, or nothing was to be removed. `superseded`: a
 * newer plan was made before it was applied. `held`: nothing of it may go for now.
 */
const PLAN_STATES = ['waiting', 'applied', 'superseded', 'held'] as const;
export type PlanState = (typeof PLAN_STATES)[number];

const schema = defineEntity({
  name: 'RetentionPlan',
  tableName: 'retention_plans',
  properties: p => ({
    id: p.integer().primary(),
    madeAt: p.datetime(3),
    state: p.string().$type<PlanState>().length(16),
    /** JSON: which brakes hold it or parts of it, and of which databases. */
    heldFor: p.string().columnType('longtext'),
    appliedAt: p.datetime(3).nullable(),
    /** The name of the token or of the user of the machine; `retention` where no operator was needed. */
    appliedBy: p.string().length(255).nullable(),
    /** How many backups go, and the size of their zips. */
    backupCount: p.integer(),
    bytes: p.bigint('number'),
    /** JSON: the totals of each database. May be large: loaded only where it is asked for. */
    document: p.string().columnType('longtext').lazy(),
  }),
  indexes: [{ name: 'retention_plans_by_state', properties: ['state', 'id'] }],
});

/** What the retention would remove, as it was at one time. */
export class RetentionPlan extends schema.class {}
schema.setClass(RetentionPlan);

/** The columns of the table, for queries. */
export type RetentionPlanColumns = InferKyselyTable<typeof schema>;
