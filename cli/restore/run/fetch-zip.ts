import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceAccess } from '../../access/service-access.ts';
import { describeRemote } from '../../download/describe-remote.ts';
import { keepDownload } from '../../download/keep-download.ts';
import { isThere } from '../../download/partial-download.ts';
import { ExplainedError } from '../../errors.ts';
import { fileDigest } from '../../files/file-digest.ts';
import { commandLine } from '../../options/command-line.ts';
import { Service } from '../../service/service.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';

export interface FetchOptions {
  readonly backup: BackupToRestore;
  readonly access: ServiceAccess;
  /** Where the zip is put. */
  readonly folder: string;
  /** With which it is begun again. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Brings the zip of a backup onto this machine, unless an earlier restore has left it there as it was.
 * @returns its path; its SHA-256 is the one that the service reports
 * @throws {ExplainedError} {CommandError} when it can't be fetched; the signal's reason when aborted
 */
export async function fetchZip({ backup, access, folder, command, signal, onBytes }: FetchOptions): Promise<string> {
  if ('path' in backup.from) return backup.from.path;
  const { id } = backup.from;
  const target = join(folder, 'backup.sql.zip');
  if (await isThere(target)) {
    if ((await fileDigest(target, signal)).toString('hex') === backup.zipSha256) return target;
    // What is fetched instead is compared, too.
    await rm(target);
  }
  const service = new Service(access, signal);
  const { remote } = await describeRemote(String(id), service);
  if (remote.sha256.toString('hex') !== backup.zipSha256)
    throw new ExplainedError(`the service now reports another SHA-256 of backup ${id} than before`, {
      advice: `Check for a proxy between sade and the service that keeps old answers. Then: ${command}`,
    });
  if (await keepDownload(service, remote, { target, signal, placeOption: '--work-dir', onBytes })) return target;
  throw new ExplainedError(
    `backup ${id} was received with a different SHA-256 than the service reports, and was deleted`,
    {
      advice: `Fetch it again: ${command}. If it happens again, the stored file may be damaged, which this shows: ${commandLine('show', id, { server: access.server.href })}`,
    },
  );
}
