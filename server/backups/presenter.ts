import { formatTimestamp } from '../../protocol/backup-name.ts';
import { formatReprDigest } from '../../protocol/digest.ts';
import type { BackupSummary, UploadReceipt } from '../../protocol/responses.ts';
import type { Backup } from './backup.entity.ts';

/** One backup in a listing. */
export function presentSummary({ id, fileName, takenAt }: Backup): BackupSummary {
  return { id, file_name: fileName, timestamp: formatTimestamp(takenAt) };
}

/** Response 3. */
export function presentReceipt(backup: Backup): UploadReceipt {
  const { id, file_name, timestamp } = presentSummary(backup);
  const { size } = backup;
  return {
    data: { id, database_name: backup.database.name, file_name, timestamp, size, repr_digest: presentDigest(backup) },
    message: 'success',
  };
}

/** The SHA-256 of the zip, as the `Repr-Digest` field (RFC 9530). */
export function presentDigest({ sha256 }: Backup): string {
  return formatReprDigest(Buffer.from(sha256, 'hex'));
}

/** Where the zip can be downloaded. */
export function downloadPath({ id }: Backup): string {
  return `/${id}/download`;
}
