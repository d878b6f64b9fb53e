import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

/** `broken`: nothing could be begun, such as with a mistake in the list. The others are what the exit code of `sade backup` means. */
export const RUN_ENDS = ['ok', 'some_failed', 'none_succeeded', 'broken', 'interrupted'] as const;
export type RunEnd = (typeof RUN_ENDS)[number];

const schema = defineEntity({
  name: 'Run',
  tableName: 'runs',
  properties: p => ({
    id: p.integer().primary(),
    /** The UUID that the client gave the run: the reports of its parts share it. */
    runId: p.string().length(36),
    /** Who backs up, and which of several runs of that source; empty where there is one. */
    source: p.string().length(128),
    shard: p.string().length(64),
    /** Which list of databases, and which token of it: the report has the databases of these only. */
    list: p.string().length(16),
    part: p.string().length(16),
    host: p.string().length(255),
    /** By the clock of the client, UTC; never later than `receivedAt`. */
    startedAt: p.datetime(3),
    endedAt: p.datetime(3),
    receivedAt: p.datetime(3),
    /** How far the clock of the client is ahead, where that is more than 15 minutes; else 0. */
    clockAheadSeconds: p.integer(),
    exitCode: p.integer(),
    /** What the exit code means. */
    outcome: p.string().$type<RunEnd>().length(16),
    /** 1 for a run of some databases only (`--only`), else 0. */
    isPartial: p.smallint(),
    /** The signal that ended the run before its time. */
    interruptedBy: p.string().length(16).nullable(),
    /** What ended it or kept it from beginning, beside the failures of its databases. */
    problem: p.string().columnType('text').nullable(),
    /** How many databases it was about, zips of earlier runs not counted, and how it ended for them. */
    total: p.integer(),
    completeCount: p.integer(),
    incompleteCount: p.integer(),
    failedCount: p.integer(),
    notDoneCount: p.integer(),
    sadeVersion: p.string().length(64),
    runtime: p.string().length(64),
    mysqldump: p.string().length(256).nullable(),
    /** The name of the token that reported it. */
    reportedBy: p.string().length(255),
    /** How many databases are not in the report, as the client says; and 1 where it had to cut texts, else 0. */
    leftOut: p.integer(),
    isCut: p.smallint(),
    /** The SHA-256 of what was sent, by which the same report is known again. */
    digest: p.string().length(64),
  }),
  uniques: [{ name: 'runs_run_id_part_unique', properties: ['runId', 'part'] }],
  indexes: [
    { name: 'runs_by_time', properties: ['startedAt', 'id'] },
    { name: 'runs_by_outcome', properties: ['outcome', 'startedAt', 'id'] },
    { name: 'runs_by_source', properties: ['source', 'shard', 'startedAt', 'id'] },
    // The newest of each part of a list.
    { name: 'runs_by_part', properties: ['source', 'shard', 'list', 'part', 'startedAt'] },
    { name: 'runs_by_host', properties: ['host', 'startedAt', 'id'] },
    { name: 'runs_by_receipt', properties: ['receivedAt', 'id'] },
  ],
});

/** One run of `sade backup`, or the part of it that was sent with one token. */
export class Run extends schema.class {}
schema.setClass(Run);

/** The columns of the table, for queries. */
export type RunColumns = InferKyselyTable<typeof schema>;
