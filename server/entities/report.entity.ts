import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';
import type { DrillOutcome } from '../../protocol/last-drill.ts';
import type { RestoreOutcome } from '../../protocol/reports/restore-report.ts';

/** Of what a report is. */
export type ReportKind = 'drill' | 'restore';

const schema = defineEntity({
  name: 'Report',
  tableName: 'reports',
  properties: p => ({
    id: p.integer().primary(),
    kind: p.string().$type<ReportKind>().length(8),
    /** The UUID that the client gave it. */
    reportId: p.string().length(36).unique(),
    /** As the client calls it: a zip that was restored from a file may be of a database that has no backup here. */
    databaseName: p.string().length(64),
    /** Null where the service has no such backup. No foreign key: the report stays when a backup goes. */
    backupId: p.integer().nullable(),
    fileName: p.string().length(255),
    outcome: p.string().$type<DrillOutcome | RestoreOutcome>().length(16),
    /** When the drill or the restore ended, UTC, as far as that can be (`reportTime`): by which it is sorted. */
    endedAt: p.datetime(3),
    storedAt: p.datetime(3),
    /** From the start of the fetch to the end of the verification, in seconds; null where it did not get there. */
    rtoSeconds: p.float().columnType('double').nullable(),
    /** Of the plain dump that was loaded, in bytes. */
    loadedBytes: p.bigint('number').nullable(),
    differenceCount: p.integer(),
    reason: p.string().columnType('text').nullable(),
    /** Of a restore. */
    targetHost: p.string().length(512).nullable(),
    targetDatabase: p.string().length(64).nullable(),
    /** What the client sent, as JSON. May be large: loaded only where it is asked for. */
    document: p.string().columnType('longtext').lazy(),
  }),
  indexes: [
    // Newest first of one database, with what tells whether it is proven.
    { name: 'reports_by_database', properties: ['kind', 'databaseName', 'endedAt', 'id', 'outcome'] },
    { name: 'reports_by_backup', properties: ['kind', 'backupId', 'endedAt', 'id'] },
    { name: 'reports_by_time', properties: ['kind', 'endedAt', 'id'] },
  ],
});

/** How a drill or a restore went. */
export class Report extends schema.class {}
schema.setClass(Report);

/** The columns of the table, for queries. */
export type ReportColumns = InferKyselyTable<typeof schema>;

/** A report without what the client sent. */
export type ReportSummary = Omit<Pick<Report, keyof Report & string>, 'document'>;
