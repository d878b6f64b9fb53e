import { mixed, number, object, string } from 'yup';
import { databaseNameProblem } from '../database-name.ts';
import { count, instant, sha256 } from '../schema-fields.ts';
import { anyText, type FieldCheck, isCount, listOf, nullable, oneLine, text } from './report-lists.ts';

/** The largest report, in bytes of JSON. `withinLimits` makes a longer one shorter. */
export const MAX_REPORT_BYTES = 512 * 1024;

/** How many members a list of a report has at most; what is beyond is counted only. */
export const MAX_LISTED = 100;

/** The longest text of a report, in characters. */
export const MAX_REPORT_TEXT = 1000;

/** The same of a text in a list. */
export const MAX_LISTED_TEXT = 500;

/** Something of the loaded database that is not as the backup or its manifest says. */
export interface Difference {
  /** What it is, such as `table`, `trigger`, `column`. */
  readonly kind: string;
  /** Its name; null where the database itself differs. */
  readonly object: string | null;
  readonly expected: string | null;
  readonly found: string | null;
}

/** What the filter changed in the statements of a dump so that they load. */
export interface ReportedChange {
  /** Such as `definer`, `collation`, `event`. */
  readonly kind: string;
  readonly object: string | null;
  /** One sentence. */
  readonly message: string;
  /** In how many statements. */
  readonly count: number;
}

/** A time that was measured, in seconds; null for what was not done. */
export const seconds = () => number().min(0).max(1e9).nullable().defined();

/** A text in a field of its own. */
const reportText = () => string().min(1).max(MAX_REPORT_TEXT).nullable().defined();

/** Which server; null while that was not known. */
const server = () =>
  object({
    flavour: mixed<'mysql' | 'mariadb'>().oneOf(['mysql', 'mariadb']).required(),
    version: string().required().max(128),
  })
    .nullable()
    .defined();

const difference: Record<keyof Difference, FieldCheck> = {
  kind: oneLine(64),
  object: nullable(anyText(512)),
  expected: nullable(anyText(MAX_LISTED_TEXT)),
  found: nullable(anyText(MAX_LISTED_TEXT)),
};

const change: Record<keyof ReportedChange, FieldCheck> = {
  kind: oneLine(64),
  object: nullable(anyText(512)),
  message: text(MAX_LISTED_TEXT),
  count: isCount,
};

const sentences = () => listOf<string>(MAX_LISTED, text(MAX_LISTED_TEXT));

/** What the reports of a restore and of a drill have in common. */
export const loadedFields = {
  report_version: number().oneOf([1]).required(),
  /** Made once by the client: the same report, sent again, is stored once. */
  report_id: string()
    .matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    .required(),
  made_by: string().required().max(128),
  /** The label under which the history is kept. */
  database: string()
    .required()
    .test('database name', 'is not a valid database name', name => databaseNameProblem(name ?? '') === undefined),
  backup: object({
    /** Null where the zip came from a file, and not from the service. */
    id: number().integer().positive().max(Number.MAX_SAFE_INTEGER).nullable().defined(),
    file_name: string().required().max(255),
    /** Null where it was not read to its end. */
    zip_sha256: sha256().nullable().defined(),
  }).required(),
  /** When the work began, with the fetch, and when it ended, UTC. */
  started_at: instant(),
  ended_at: instant(),
  /** From the start of the fetch to the end of the verification: the measured time of a restore. Null where it did not get there. */
  rto_seconds: seconds(),
  /** The server into which it was loaded. */
  server: server(),
  /** The server of which it was dumped, as the manifest says. */
  source_server: server(),
  /** How it was loaded, and why the plain way; null where nothing was loaded. */
  way: mixed<'parallel' | 'plain'>().oneOf(['parallel', 'plain']).nullable().defined(),
  way_reason: reportText(),
  /** What was loaded: `bytes` of the plain dump. Null where it is not known. */
  loaded: object({
    bytes: count().nullable().defined(),
    rows: count().nullable().defined(),
    objects: count().nullable().defined(),
  }).required(),
  /** Why the outcome is not the good one: one sentence, never with a secret. Null where it is. */
  reason: reportText(),
  /** The first ones, and how many there are. */
  differences: listOf<Difference>(MAX_LISTED, difference),
  difference_count: count(),
  changes: listOf<ReportedChange>(MAX_LISTED, change),
  change_count: count(),
  /** What was not tested, a sentence each. Empty: all was. */
  not_tested: sentences(),
};

/** @returns what is wrong with the times and the counts of a report */
export function timesProblem(report: {
  readonly started_at?: string;
  readonly ended_at?: string;
  readonly differences?: readonly unknown[] | null;
  readonly difference_count?: number;
}): string | undefined {
  const { started_at: start, ended_at: end, differences, difference_count: all } = report;
  for (const time of [start, end])
    if (time !== undefined && Number.isNaN(Date.parse(time))) return `has no valid time: ${String(time).slice(0, 30)}`;
  if (start !== undefined && end !== undefined && start > end) return 'ended before it started';
  if (differences && all !== undefined && all < differences.length) return 'lists more differences than it counts';
  return undefined;
}
