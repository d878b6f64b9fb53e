import { rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseBackupName } from '../../protocol/backup-name.ts';
import { parseReprDigest } from '../../protocol/digest.ts';
import { requireBackupId } from '../backup-id.ts';
import { fetchBackup, type RemoteBackup } from '../fetch-backup.ts';
import { whatHasIt } from '../losses.ts';
import { CommandError, ConfigurationError, codeOf, EXIT, ExplainedError, messageOf } from '../problems.ts';
import { Service } from '../service.ts';
import { readServer } from '../settings.ts';
import { formatBytes, formatState } from '../terminal/format.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { printableInLine } from '../terminal/printable.ts';
import { screenWidth } from '../terminal/screen-width.ts';
import { shellWord } from '../terminal/shell-word.ts';
import type { CommandContext } from './command.ts';
import { renderRestore } from './restore-hint.ts';

/**
 * `sade download ID`: fetches a stored zip, goes on where a broken download ended, and keeps the file only when its
 * SHA-256 is the one that the service tells.
 * @throws {CommandError} {ExplainedError} the signal's reason when aborted
 */
export async function download(id: string, options: Record<string, unknown>, context: CommandContext): Promise<number> {
  requireBackupId(id);
  const { signal, stdout } = context;
  const service = new Service(readServer(options, context.env), signal);
  const { fileName, ...remote } = describe(id, await service.download(id, 'head'));
  const target = await chooseTarget(options.output, fileName);
  const part = `${target}.part`;

  const isResumed = await exists(part);
  let digest = await fetchBackup(service, remote, { part, signal });
  // What an earlier run left may have been of another file: that is no reason to give up.
  if (isResumed && !digest.equals(remote.sha256)) {
    await rm(part, { force: true });
    digest = await fetchBackup(service, remote, { part, signal });
  }
  if (!digest.equals(remote.sha256)) {
    await rm(part, { force: true });
    throw await wrongBytes(id, service, context);
  }
  await rename(part, target);
  stdout.write(`${printableInLine(target)}: ${formatBytes(remote.size)}, SHA-256 ${digest.toString('hex')}\n`);
  await tellOfWorth(id, service, { target, context });
  return EXIT.ok;
}

/** Another attempt helps only where the stored file is sound, as far as the service knows. */
async function wrongBytes(id: string, service: Service, { signal }: CommandContext): Promise<Error> {
  const report = await service.report(id).catch(() => undefined);
  signal.throwIfAborted();
  const what = `What came of backup ${id} has another SHA-256 than the service tells, and was deleted`;
  if (report?.state !== 'damaged')
    return new CommandError(`${what}. Try again, and look at the stored file if it stays so.`, EXIT.someFailed);
  const { damage, checked_at, database_name } = report;
  const seen = checked_at ? `, as last seen at ${inLocalTime(checked_at)}` : '';
  return new ExplainedError(`backup ${id} is damaged: ${damage}${seen}. ${what}.`, {
    advice: `sade history ${shellWord(database_name)} shows the other backups; docs/operations.md tells how the file is put back from a copy.`,
  });
}

/** The bytes are those that were stored; whether all of the database is in them is another question. */
async function tellOfWorth(
  id: string,
  service: Service,
  { target, context }: { target: string; context: CommandContext },
): Promise<void> {
  const { stdout, stderr, signal } = context;
  const report = await service.report(id).catch(() => undefined);
  signal.throwIfAborted();
  if (report && report.state !== 'complete')
    stderr.write(`warning: this backup is ${formatState(report.state)}; sade show ${id} tells why\n`);
  if (report?.loss && report.loss.status !== 'accepted')
    stderr.write(
      `warning: this backup is SHRUNK. ${printableInLine(whatHasIt(report.loss.reference))} sade show ${id} tells what was lost\n`,
    );
  stdout.write(renderRestore(target, report, screenWidth(stdout)));
}

function describe(id: string, { headers }: Response): RemoteBackup & { fileName: string } {
  const size = Number(headers.get('content-length') ?? Number.NaN);
  const sha256 = parseReprDigest(headers.get('repr-digest') ?? '');
  const etag = headers.get('etag');
  if (!Number.isSafeInteger(size) || !sha256 || !etag)
    throw new ExplainedError('the answer lacks the size, the digest or the ETag of the file', {
      advice: 'Check --server: a proxy may have removed them.',
    });
  const fileName = fileNameIn(headers.get('content-disposition') ?? '') ?? `backup-${id}.zip`;
  return { id, size, sha256, etag, fileName };
}

/** Only a name of our grammar is taken from the answer: it can't lead to another folder. */
function fileNameIn(disposition: string): string | undefined {
  const encoded = /filename\*=UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  const quoted = /filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1];
  const name = encoded === undefined ? quoted?.replace(/\\(.)/g, '$1') : decoded(encoded);
  return name !== undefined && typeof parseBackupName(name) !== 'string' ? name : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

async function chooseTarget(output: unknown, fileName: string): Promise<string> {
  const wanted = output === undefined ? fileName : String(output);
  const target = (await isFolder(wanted)) ? join(wanted, basename(fileName)) : wanted;
  if (await exists(target))
    throw new ConfigurationError([`${target} exists already; name another file or folder with --output`]);
  return target;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    error => {
      if (codeOf(error) === 'ENOENT') return false;
      throw new ConfigurationError([
        `${path} can't be looked at: ${messageOf(error)}; name another place with --output`,
      ]);
    },
  );
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
