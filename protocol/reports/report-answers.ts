import { array, type InferType, mixed, number, object, string } from 'yup';
import { DRILL_OUTCOMES, type DrillOutcome } from '../last-drill.ts';
import { backupSummary } from '../responses.ts';
import { count, instant } from '../schema-fields.ts';
import type { DrillReport } from './drill-report.ts';
import { RESTORE_OUTCOMES, type RestoreOutcome, type RestoreReport } from './restore-report.ts';

const id = () => number().integer().positive().max(Number.MAX_SAFE_INTEGER);

const listed = {
  id: id().required(),
  report_id: string().required(),
  database_name: string().required(),
  /** Null where the service has no such backup: the zip came from a file. */
  backup_id: id().nullable().defined(),
  file_name: string().required(),
  /** When it ended, or when its report was received where the client's clock can't be right; ISO 8601, UTC. */
  at: instant(),
  received_at: instant(),
  /** From the start of the fetch to the end of the verification. */
  rto_seconds: number().min(0).nullable().defined(),
  reason: string().nullable().defined(),
  difference_count: count(),
};

/** A drill in a list. */
const drillSummary = object({
  ...listed,
  outcome: mixed<DrillOutcome>().oneOf(DRILL_OUTCOMES).required(),
});
export type DrillSummary = InferType<typeof drillSummary>;

/** A restore in a list. */
const restoreSummary = object({
  ...listed,
  outcome: mixed<RestoreOutcome>().oneOf(RESTORE_OUTCOMES).required(),
  /** Where it was restored to: host and port or socket, and the name of the database. */
  target_host: string().required(),
  target_database: string().required(),
});
export type RestoreSummary = InferType<typeof restoreSummary>;

/** What `POST /-/drills` and `GET /-/drills/{id}` answer: the report as the client sent it, which may be one of another version. */
export const drillAnswer = object({
  data: drillSummary.shape({ report: mixed<DrillReport>().required() }).required(),
  message: string().required(),
});
export type DrillAnswer = InferType<typeof drillAnswer>;

/** The same of a restore. */
export const restoreAnswer = object({
  data: restoreSummary.shape({ report: mixed<RestoreReport>().required() }).required(),
  message: string().required(),
});
export type RestoreAnswer = InferType<typeof restoreAnswer>;

/** What `GET /-/drills` answers: newest first. */
export const drillList = object({ data: array(drillSummary.required()).required(), message: string().required() });
export type DrillList = InferType<typeof drillList>;

/** What `GET /-/restores` answers: newest first. */
export const restoreList = object({ data: array(restoreSummary.required()).required(), message: string().required() });
export type RestoreList = InferType<typeof restoreList>;

/** What `GET /-/tables` answers: the backups of a database that hold a table, newest first. */
export const tableSearch = object({
  data: object({
    database_name: string().required(),
    backups: array(
      backupSummary.shape({
        /** As the dump names it: the search ignores upper and lower case where no table has exactly that name. */
        table: object({ name: string().required(), rows: count(), bytes: count() }).required(),
      }),
    ).required(),
    /** How many backups were looked at for this page. */
    looked_at: count(),
    /** How many of these may hold the table or not: they came without a manifest, or with one of a later version. */
    unknown: count(),
    /** Use it as `before` for the next page; null when all are looked at. */
    next: id().nullable().defined(),
  }).required(),
  message: string().required(),
});
export type TableSearch = InferType<typeof tableSearch>;
