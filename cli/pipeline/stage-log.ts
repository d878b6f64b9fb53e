import type { LogFacts } from '../log.ts';
import {
  type BackupJob,
  type CompletedDump,
  isOver,
  type OverJob,
  type WaitingUpload,
  type ZippedBackup,
} from './jobs.ts';

/** @returns what the log says of a job when a stage begins with it */
export function about({ backup }: { readonly backup: BackupJob }): LogFacts {
  const { database, fileName, isLeftover } = backup;
  return { database, file: fileName, ...(isLeftover && { isLeftover }) };
}

export function aboutDump(dump: CompletedDump | OverJob): LogFacts {
  return isOver(dump) ? aboutEnd(dump) : { bytes: dump.dumpBytes, isRepeated: dump.isRepeated };
}

export function aboutZip(zip: ZippedBackup | OverJob): LogFacts {
  return isOver(zip) ? aboutEnd(zip) : { bytes: zip.zipBytes, dumpBytes: zip.dumpBytes };
}

export function aboutUpload(upload: WaitingUpload | OverJob): LogFacts {
  return isOver(upload)
    ? aboutEnd(upload)
    : { state: 'waits until the other uploads are over', why: upload.outage.cause.why };
}

function aboutEnd(job: OverJob): LogFacts {
  if (job.kind === 'postponed') return { state: 'is tried again alone, since the disk was full' };
  const { state, backupId, zipBytes, failure } = job.outcome;
  return { state, bytes: zipBytes, id: backupId, why: failure?.message };
}
