import { formatTimestamp } from '../../protocol/backup-name.ts';
import { orNull } from '../errors.ts';
import type { HistoryManager } from '../history/history.ts';
import { type Backup, findingsOf, storedState } from './backup.entity.ts';
import { findBackup } from './find-backup.ts';
import { downloadPath, presentDigest } from './presenter.ts';

interface Context {
  readonly em: HistoryManager;
}

export const backupResolvers = {
  Query: {
    backup: (_: unknown, { id }: { id: string }, { em }: Context) =>
      /^[1-9]\d{0,15}$/.test(id) ? orNull(findBackup({ em }, Number(id))) : null,
  },
  Backup: {
    database: ({ database }: Backup) => database.name,
    timestamp: ({ takenAt }: Backup) => formatTimestamp(takenAt),
    digest: presentDigest,
    downloadUrl: downloadPath,
    state: storedState,
    findings: findingsOf,
    dumpDigest: ({ dumpSha256 }: Backup) => (dumpSha256 ? presentDigest({ sha256: dumpSha256 }) : null),
    receivedAt: ({ receivedAt }: Backup) => receivedAt.toISOString(),
    checkedAt: ({ checkedAt }: Backup) => checkedAt?.toISOString() ?? null,
  },
};
