import type { ReportKind } from '../entities/report.entity.ts';
import { forEachId } from '../history/for-each-id.ts';
import type { EntityManager } from '../history/orm.ts';
import { type Query, readRows } from '../history/read-rows.ts';
import { query, reportExpressions } from '../history/tables.ts';
import { LISTED_REPORT, type ListedReport } from '../reports/search-reports.ts';

/** Which reports of a backup or a database. */
export interface WantedReports {
  readonly kind: ReportKind;
  /** How many of each, at most. */
  readonly limit: number;
  /** Only those with a measured time of a restore. */
  readonly isTimed?: boolean;
}

/** @returns for each id of a backup its reports, newest first */
export function reportsOfBackups(
  { em }: { em: EntityManager },
  ids: readonly number[],
  { kind, limit }: WantedReports,
): Promise<ListedReport[][]> {
  const build = (id: number) => newestFirst(kind, limit).where('r.backup_id', '=', id);
  return listsOf(em, ids, { limit, build });
}

/** @returns for each name of a database its reports, newest first */
export async function reportsOfDatabases(
  { em }: { em: EntityManager },
  names: readonly string[],
  { kind, limit, isTimed = false }: WantedReports,
): Promise<ListedReport[][]> {
  const lists: ListedReport[][] = [];
  const timed = isTimed ? [eb('r.rto_seconds', 'is not', null)] : [];
  for (const name of names)
    lists.push(
      await readRows(em, newestFirst(kind, limit).where(eb.and([eb('r.database_name', '=', name), ...timed]))),
    );
  return lists;
}

function newestFirst(kind: ReportKind, limit: number) {
  return query
    .selectFrom('reports as r')
    .select(LISTED_REPORT)
    .where('r.kind', '=', kind)
    .orderBy('r.ended_at', 'desc')
    .orderBy('r.id', 'desc')
    .limit(limit);
}

const eb = reportExpressions<'r'>();

/** So many lists are asked for in one statement: SQLite takes no more than 500. And so many rows. */
const [LISTS_AT_ONCE, ROWS_AT_ONCE] = [250, 2_500];

async function listsOf(
  em: EntityManager,
  ids: readonly number[],
  { limit, build }: { limit: number; build: (id: number) => Query<ListedReport> },
): Promise<ListedReport[][]> {
  const found: ListedReport[] = [];
  const atOnce = Math.max(1, Math.min(LISTS_AT_ONCE, Math.floor(ROWS_AT_ONCE / limit)));
  for (let at = 0; at < ids.length; at += atOnce)
    found.push(...(await readRows(em, forEachId(ids.slice(at, at + atOnce), build))));
  const byBackup = Map.groupBy(found, ({ backupId }) => backupId);
  return ids.map(id => byBackup.get(id) ?? []);
}
