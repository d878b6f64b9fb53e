import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';
import type { RunStage, RunState } from '../../../protocol/runs/run-outcome.ts';

const schema = defineEntity({
  name: 'RunOutcome',
  tableName: 'run_outcomes',
  properties: p => ({
    id: p.integer().primary(),
    /** The id of the run. */
    run: p.integer(),
    /** As the client calls it: it may have no backup here. */
    databaseName: p.string().length(64),
    state: p.string().$type<RunState>().length(16),
    /** 1 where it is about a zip that an earlier run left behind, else 0. */
    isLeftover: p.smallint(),
    /** By the clock of the client, UTC; the times of the run for what was not begun. Never later than the receipt of the run. */
    startedAt: p.datetime(3),
    endedAt: p.datetime(3),
    /** Of a failure. */
    stage: p.string().$type<RunStage>().length(8).nullable(),
    message: p.string().columnType('text').nullable(),
    advice: p.string().columnType('text').nullable(),
    /** What failed others of the run, too: where and why, the same words for all of them. */
    causeWhere: p.string().length(512).nullable(),
    causeWhy: p.string().length(512).nullable(),
    /** 1 where the database has lost something that no one had accepted, else 0. */
    isShrunk: p.smallint(),
    fileName: p.string().length(255).nullable(),
    backupId: p.integer().nullable(),
    /** JSON: findings, sizes, rows, and the seconds of each stage. */
    detail: p.string().columnType('text'),
  }),
  indexes: [
    // The newest of a database.
    { name: 'run_outcomes_by_database', properties: ['databaseName', 'isLeftover', 'endedAt', 'id'] },
    { name: 'run_outcomes_by_run', properties: ['run', 'databaseName', 'id'] },
  ],
});

/** How it ended for one database in one run. */
export class RunOutcome extends schema.class {}
schema.setClass(RunOutcome);

/** The columns of the table, for queries. */
export type RunOutcomeColumns = InferKyselyTable<typeof schema>;
