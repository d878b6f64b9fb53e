import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

/** Whether a database keeps its contract. docs/explanation/freshness.md says when each begins and ends. */
export const FRESHNESS_STATES = ['new', 'ok', 'late', 'critical', 'never', 'dropped', 'paused', 'retired'] as const;
export type FreshnessState = (typeof FRESHNESS_STATES)[number];

const schema = defineEntity({
  name: 'WatchedDatabase',
  tableName: 'watched_databases',
  properties: p => ({
    /** Of one with backups, or on a roster, or both. No foreign key: one that was never backed up has no row in `databases`. */
    databaseName: p.string().length(64).primary(),
    state: p.string().$type<FreshnessState>().length(16),
    stateSince: p.datetime(3),
    /** When the next complete backup is due; null while none is expected (dropped, paused, retired). */
    dueAt: p.datetime(3).nullable(),
    /** When it becomes late: `dueAt` and the grace. */
    lateAt: p.datetime(3).nullable(),
    /** When it becomes critical: the due time after `dueAt`, and the grace. Null also before the first complete backup. */
    criticalAt: p.datetime(3).nullable(),
    /** The newest complete backup that is sound, and was not made for a restore. No foreign key. */
    lastCompleteId: p.integer().nullable(),
    lastCompleteReceivedAt: p.datetime(3).nullable(),
    /** From when that backup counts: its receipt, or earlier where it came long after it was taken. */
    lastCompleteCountsAt: p.datetime(3).nullable(),
    /** From when due times are counted, where that is later than the backup: when it was first seen, or a pause has ended. */
    countedFrom: p.datetime(3),
    /** JSON of a `Contract`. */
    contract: p.string().columnType('text'),
    pausedFrom: p.datetime(3).nullable(),
    pausedUntil: p.datetime(3).nullable(),
    pausedBy: p.string().length(255).nullable(),
    pausedFor: p.string().length(1000).nullable(),
    retiredAt: p.datetime(3).nullable(),
    retiredBy: p.string().length(255).nullable(),
    retiredFor: p.string().length(1000).nullable(),
    /** When this row was last changed: an evaluation that finds everything as it was writes nothing. */
    evaluatedAt: p.datetime(3),
    /** Counts the changes of the row: one that was read before another change is not written. */
    revision: p.integer().default(1),
  }),
  indexes: [
    { name: 'watched_databases_by_state', properties: ['state', 'databaseName'] },
    { name: 'watched_databases_by_due', properties: ['dueAt', 'databaseName'] },
  ],
});

/** A database that is expected to be backed up, and whether it is. */
export class WatchedDatabase extends schema.class {}
schema.setClass(WatchedDatabase);

/** The columns of the table, for queries. */
export type WatchedDatabaseColumns = InferKyselyTable<typeof schema>;
