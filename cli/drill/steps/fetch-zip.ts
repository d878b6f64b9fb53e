import { join } from 'node:path';
import { fetchBackup } from '../../download/fetch-backup.ts';
import { PartialDownload } from '../../download/partial-download.ts';
import { ExplainedError } from '../../errors.ts';
import type { BackupToRestore } from '../../restore/choice/backup-to-restore.ts';
import type { Service } from '../../service/service.ts';
import { NotRestorable } from './outcome-errors.ts';

/**
 * Fetches the zip of a stored backup into a folder, and checks it against the digest that the service reports.
 * @returns its path
 * @throws {NotRestorable} when the service sends other bytes than it has stored; {CommandError} or {ExplainedError} when it can't be fetched
 */
export async function fetchZip(
  service: Service,
  { from, zipBytes, zipSha256 }: BackupToRestore,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<string> {
  if (!('id' in from) || zipSha256 === undefined) throw new ExplainedError('the service does not report its digest');
  const path = join(folder, 'backup.sql.zip');
  const remote = { id: String(from.id), size: zipBytes, sha256: Buffer.from(zipSha256, 'hex'), etag: `"${zipSha256}"` };
  await using part = await PartialDownload.open(path);
  const digest = await fetchBackup(service, remote, { sink: part, signal });
  if (!digest.equals(remote.sha256))
    throw new NotRestorable(
      `the zip that the service sends has another SHA-256 (${digest.toString('hex')}) than it reports`,
      { advice: 'Check the disk of the service. Its scrub reads stored files again: GET /-/scrub.' },
    );
  return path;
}
