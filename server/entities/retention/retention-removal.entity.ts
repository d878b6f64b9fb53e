import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

const schema = defineEntity({
  name: 'RetentionRemoval',
  tableName: 'retention_removals',
  properties: p => ({
    id: p.integer().primary(),
    planId: p.integer(),
    databaseName: p.string().length(64),
    /** No foreign key: the reason outlasts the backup. */
    backupId: p.integer(),
    fileName: p.string().length(255),
    /** Of the zip, in bytes. */
    size: p.bigint('number'),
    /** In words: `goes because …`. */
    why: p.string().length(500),
    /** Whether it waits until an operator applies the plan. */
    needsOperator: p.boolean(),
    /** When it was given to the removal; null before. */
    scheduledAt: p.datetime(3).nullable(),
  }),
  indexes: [
    { name: 'retention_removals_by_plan', properties: ['planId', 'databaseName', 'id'] },
    { name: 'retention_removals_by_backup', properties: ['backupId', 'scheduledAt'] },
  ],
});

/** One backup that goes by a plan, and why. */
export class RetentionRemoval extends schema.class {}
schema.setClass(RetentionRemoval);

/** The columns of the table, for queries. */
export type RetentionRemovalColumns = InferKyselyTable<typeof schema>;
