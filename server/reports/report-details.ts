import { type DrillReport, drillReport } from '../../protocol/reports/drill-report.ts';
import { type RestoreReport, restoreReport } from '../../protocol/reports/restore-report.ts';
import { isOneOf } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query, reportExpressions } from '../history/tables.ts';

/** @returns for each id of a report what the client sent, as JSON, or null */
export async function documentsById(
  { em }: { em: EntityManager },
  ids: readonly number[],
): Promise<Array<string | null>> {
  const found = query
    .selectFrom('reports as r')
    .select(['r.id', 'r.document'])
    .where(isOneOf(eb.ref('r.id'), ids));
  const byId = new Map((await readRows(em, found)).map(({ id, document }) => [id, document]));
  return ids.map(id => byId.get(id) ?? null);
}

/** @returns for each id the size of the same, in bytes */
export async function documentBytesById({ em }: { em: EntityManager }, ids: readonly number[]): Promise<number[]> {
  const bytes = eb.fn<number>('octet_length', ['r.document']).as('bytes');
  const found = query
    .selectFrom('reports as r')
    .select(['r.id', bytes])
    .where(isOneOf(eb.ref('r.id'), ids));
  const byId = new Map((await readRows(em, found)).map(row => [row.id, row.bytes]));
  return ids.map(id => byId.get(id) ?? 0);
}

const eb = reportExpressions<'r'>();

/** @returns the report of a drill; null where this version does not understand it */
export function drillIn(document: string | null): DrillReport | null {
  const parsed: unknown = JSON.parse(document ?? 'null');
  return drillReport.isValidSync(parsed, { strict: true }) ? parsed : null;
}

/** The same of a restore. */
export function restoreIn(document: string | null): RestoreReport | null {
  const parsed: unknown = JSON.parse(document ?? 'null');
  return restoreReport.isValidSync(parsed, { strict: true }) ? parsed : null;
}
