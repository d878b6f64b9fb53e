import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import type { RestoreReport } from '../../protocol/reports/restore-report.ts';
import { findBackup, findByName } from '../backups/queries/find-backup.ts';
import type { Backup } from '../entities/backup.entity.ts';
import { Database } from '../entities/database.entity.ts';
import { Report } from '../entities/report.entity.ts';
import { AppError, notFound, validationError } from '../errors/errors.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import type { Storage } from '../storage/storage.ts';
import { keepReport } from './kept-reports.ts';
import { reportTime } from './report-time.ts';

/** What a client sent, validated. */
export type SentReport =
  | { readonly kind: 'drill'; readonly report: DrillReport; readonly json: string }
  | { readonly kind: 'restore'; readonly report: RestoreReport; readonly json: string };

/**
 * Stores a report; the same one again changes nothing. It lies durably beside the backups of its database before the history knows of
 * it, so that a rebuild brings it back; that of a database without backups is in the history only.
 * @returns the stored report, with what was sent, and whether it is new
 * @throws AppError 404 for a backup that is not there, 422 for one that the report can't be of, 409 when another report has
 *   the same id; what the storage throws
 */
export async function receiveReport(
  { em, scope, storage }: Reading & { storage: Storage },
  sent: SentReport,
): Promise<{ stored: Report; isNew: boolean }> {
  const earlier = await findSent(em, sent);
  if (earlier) return { stored: earlier, isNew: false };
  const backup = await backupOf({ em, scope }, sent);
  const row = rowOf(sent, backup, new Date());
  const hasBackups = backup !== null || (await em.count(Database, { name: sent.report.database })) > 0;
  try {
    const id = await em.fork().transactional(async em => {
      const id = await em.insert(Report, row);
      if (hasBackups) await keepReport(storage, { sent, storedAt: row.storedAt });
      return id;
    });
    return { stored: Object.assign(new Report(), { ...row, id }), isNew: true };
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    const stored = await findSent(em.fork(), sent);
    if (!stored) throw error;
    return { stored, isNew: false };
  }
}

/** @returns the same report, if it was stored before @throws AppError 409 */
async function findSent(em: EntityManager, { kind, report, json }: SentReport): Promise<Report | null> {
  const { report_id: reportId } = report;
  const stored = await em.findOne(Report, { reportId }, { populate: ['document'] });
  if (stored && (stored.kind !== kind || stored.document !== json))
    throw new AppError(
      409,
      'REPORT_ID_TAKEN',
      `Another report already has the report_id ${reportId}: give each report an id of its own`,
    );
  return stored;
}

/** @returns the backup that was restored; null for a restore from a file that the service does not have */
async function backupOf({ em, scope }: Reading, { kind, report }: SentReport): Promise<Backup | null> {
  const { id, file_name: fileName, zip_sha256: sha256 } = report.backup;
  const backup = id === null ? await findByName({ em, scope }, fileName) : await findBackup({ em, scope }, id);
  if (!backup && kind === 'drill') throw notFound('BACKUP_NOT_FOUND', `There is no backup with the name ${fileName}`);
  if (!backup) return null;
  const what = `Backup ${backup.id}`;
  if (backup.database.name !== report.database) throw mismatch('database', `${what} is not one of ${report.database}`);
  if (backup.fileName !== fileName) throw mismatch('backup.file_name', `${what} is not ${fileName}`);
  if (sha256 === null || sha256 === backup.sha256) return backup;
  // From a file: of the same name, but not what is stored here.
  if (id === null && kind === 'restore') return null;
  const isGood = report.outcome === 'restorable' || report.outcome === 'agreed';
  if (isGood)
    throw mismatch('backup.zip_sha256', `${what} does not have the SHA-256 ${sha256}: another file was restored`);
  return backup;
}

/** Says nothing of the backup but that it is another one: who may only upload can send any id, and read nothing by it. */
function mismatch(field: string, message: string): AppError {
  return validationError([{ field, message: `does not match: ${message}` }], 'INVALID_REPORT');
}

/** @returns a report as the history has it */
export function rowOf({ kind, report, json }: SentReport, backup: Backup | null, storedAt: Date) {
  const endedAt = new Date(report.ended_at);
  return {
    kind,
    reportId: report.report_id,
    databaseName: report.database,
    backupId: backup?.id ?? null,
    fileName: storable(report.backup.file_name),
    outcome: report.outcome,
    endedAt: reportTime({ endedAt, storedAt, backupReceivedAt: backup?.receivedAt }),
    storedAt,
    rtoSeconds: report.rto_seconds,
    loadedBytes: report.loaded.bytes,
    differenceCount: Math.min(report.difference_count, MAX_INT),
    reason: report.reason === null ? null : storable(report.reason),
    targetHost: report.target.host === null ? null : storable(report.target.host),
    targetDatabase: kind === 'restore' ? storable(report.target.database) : null,
    document: json,
  };
}

/** @returns a text without half characters and NUL, which JSON may hold, and a column of the history may not */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{fffd}');
}

/** What a column of the history holds. */
const MAX_INT = 2 ** 31 - 1;
