import { DRILL_OUTCOMES } from '../../protocol/last-drill.ts';
import type {
  DrillAnswer,
  DrillList,
  DrillSummary,
  RestoreAnswer,
  RestoreList,
  RestoreSummary,
} from '../../protocol/reports/report-answers.ts';
import { RESTORE_OUTCOMES } from '../../protocol/reports/restore-report.ts';
import type { Report } from '../entities/report.entity.ts';
import type { ListedReport } from './search-reports.ts';

/** What `POST /-/drills` and `GET /-/drills/{id}` answer. */
export function presentDrill(report: Report): DrillAnswer {
  return { data: { ...drillSummary(report), report: JSON.parse(report.document) }, message: 'success' };
}

/** The same of a restore. */
export function presentRestore(report: Report): RestoreAnswer {
  return { data: { ...restoreSummary(report), report: JSON.parse(report.document) }, message: 'success' };
}

/** What `GET /-/drills` answers. */
export function presentDrills(reports: readonly ListedReport[]): DrillList {
  return { data: reports.map(drillSummary), message: 'success' };
}

/** What `GET /-/restores` answers. */
export function presentRestores(reports: readonly ListedReport[]): RestoreList {
  return { data: reports.map(restoreSummary), message: 'success' };
}

function drillSummary(report: ListedReport): DrillSummary {
  return { ...common(report), outcome: DRILL_OUTCOMES.find(known => known === report.outcome) ?? 'could_not_test' };
}

function restoreSummary(report: ListedReport): RestoreSummary {
  const { outcome, targetHost, targetDatabase } = report;
  return {
    ...common(report),
    outcome: RESTORE_OUTCOMES.find(known => known === outcome) ?? 'failed',
    target_host: targetHost ?? '',
    target_database: targetDatabase ?? '',
  };
}

function common(report: ListedReport) {
  const { id, reportId, databaseName, backupId, fileName, endedAt, storedAt, rtoSeconds, differenceCount } = report;
  return {
    ...{ id, report_id: reportId, database_name: databaseName, backup_id: backupId ?? null, file_name: fileName },
    ...{ at: endedAt.toISOString(), received_at: storedAt.toISOString(), rto_seconds: rtoSeconds ?? null },
    ...{ reason: report.reason ?? null, difference_count: differenceCount },
  };
}
