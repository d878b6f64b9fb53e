import type { Logger } from 'pino';
import { EVERYTHING } from '../auth/scope.ts';
import { findByName } from '../backups/queries/find-backup.ts';
import type { Backup } from '../entities/backup.entity.ts';
import { Report } from '../entities/report.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';
import { type KeptReport, keptReports } from './kept-reports.ts';
import { rowOf } from './receive-report.ts';

interface Rebuilding {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly log: Logger;
}

/**
 * Takes in the reports that are kept beside the backups and that the history does not know. The backups must be in it by now. It
 * changes no report that is there, and may be run again.
 * @returns how many were taken in, and how many could not be: the log names their databases
 */
export async function rebuildReports({ em, storage, log }: Rebuilding): Promise<{ added: number; failed: number }> {
  const rebuilt = { added: 0, failed: 0 };
  for await (const { database } of storage.list())
    for (const kind of ['drill', 'restore'] as const)
      for await (const kept of keptReports(storage, database, kind)) {
        if (!(kept instanceof Error)) rebuilt.added += Number(await takeIn(em.fork(), kept));
        else {
          rebuilt.failed += 1;
          log.error({ database }, `a report of a ${kind} of ${database} was not added to the history: ${kept.message}`);
        }
      }
  return rebuilt;
}

/** @returns whether it was not there */
async function takeIn(em: EntityManager, { sent, storedAt }: KeptReport): Promise<boolean> {
  const { report } = sent;
  if ((await em.count(Report, { reportId: report.report_id })) > 0) return false;
  const backup = await findByName({ em, scope: EVERYTHING }, report.backup.file_name);
  await em.insert(Report, rowOf(sent, backup && isOf(backup, sent) ? backup : null, storedAt));
  return true;
}

/** Ids may be others by now; a name stands for one zip. */
function isOf(backup: Backup, { report }: KeptReport['sent']): boolean {
  const { zip_sha256: sha256 } = report.backup;
  return backup.database.name === report.database && (sha256 === null || sha256 === backup.sha256);
}
