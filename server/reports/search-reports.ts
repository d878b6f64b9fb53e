import { covers, type Scope } from '../auth/scope.ts';
import { Report, type ReportKind, type ReportSummary } from '../entities/report.entity.ts';
import { notFound, validationError } from '../errors/errors.ts';
import { type Condition, isText } from '../history/conditions.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, namesInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, reportExpressions } from '../history/tables.ts';

/** Which reports; what is left out does not matter. */
export interface ReportSearch {
  readonly kind: ReportKind;
  readonly databaseName?: string | undefined;
  readonly backupId?: number | undefined;
}

export interface ReportPage {
  readonly limit: number;
  /** The id of a report of the same list: what is older than it. */
  readonly before?: number | undefined;
}

/** A report in a list: all but what the client sent. */
export type ListedReport = ReportSummary;

/** The columns of a report `r` in a list. */
export const LISTED_REPORT = [
  'r.id',
  'r.kind',
  'r.report_id as reportId',
  'r.database_name as databaseName',
  'r.backup_id as backupId',
  'r.file_name as fileName',
  'r.outcome',
  'r.ended_at as endedAt',
  'r.stored_at as storedAt',
  'r.rto_seconds as rtoSeconds',
  'r.loaded_bytes as loadedBytes',
  'r.difference_count as differenceCount',
  'r.reason',
  'r.target_host as targetHost',
  'r.target_database as targetDatabase',
] as const;

/**
 * Lists reports, newest first.
 * @throws AppError 422 when `before` is no report of the list
 */
export async function searchReports(
  { em, scope }: Reading,
  search: ReportSearch,
  { limit, before }: ReportPage,
): Promise<ListedReport[]> {
  const after = before === undefined ? [] : [await isOlderThan({ em, scope }, search, before)];
  return readRows(
    em,
    query
      .selectFrom('reports as r')
      .select(LISTED_REPORT)
      .where(eb.and([...conditionsOf(scope, search), ...after]))
      .orderBy('r.ended_at', 'desc')
      .orderBy('r.id', 'desc')
      .limit(limit),
  );
}

/** @returns a report with what the client sent @throws AppError 404 */
export async function findReport({ em, scope }: Reading, kind: ReportKind, id: number): Promise<Report> {
  const names = namesInScope(scope);
  const inScope = names ? { $or: names.map(databaseName => ({ databaseName })) } : {};
  const report = await em.findOne(Report, { id, kind, ...inScope }, { populate: ['document'] });
  if (!report || !covers(scope, report.databaseName))
    throw notFound('REPORT_NOT_FOUND', `There is no report of a ${kind} with the id ${id}`);
  return report;
}

async function isOlderThan({ em, scope }: Reading, search: ReportSearch, id: number): Promise<Condition> {
  const [place] = await readRows(
    em,
    query
      .selectFrom('reports as r')
      .select(['r.id', 'r.ended_at as endedAt'])
      .where(eb.and([eb('r.id', '=', id), ...conditionsOf(scope, search)])),
  );
  if (!place)
    throw validationError([{ field: 'before', message: `must be the id of a report of this list, and ${id} is not` }]);
  const { endedAt } = place;
  return eb.and([eb('r.ended_at', '<=', endedAt), eb.or([eb('r.ended_at', '<', endedAt), eb('r.id', '<', id)])]);
}

function conditionsOf(scope: Scope, { kind, databaseName, backupId }: ReportSearch): Condition[] {
  return [
    eb('r.kind', '=', kind),
    ...isInScope(eb.ref('r.database_name'), scope),
    ...(databaseName === undefined ? [] : [isText(eb.ref('r.database_name'), databaseName)]),
    ...(backupId === undefined ? [] : [eb('r.backup_id', '=', backupId)]),
  ];
}

const eb = reportExpressions<'r'>();
