import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BackupReport } from '../../protocol/responses.ts';
import { shellCommand, shellWord } from '../../protocol/texts/shell-word.ts';
import { describeRemote } from '../download/describe-remote.ts';
import { fetchBackup, type RemoteBackup } from '../download/fetch-backup.ts';
import { keepDownload } from '../download/keep-download.ts';
import { alreadyThere, isThere } from '../download/partial-download.ts';
import { StdoutSink } from '../download/stdout-sink.ts';
import { CommandError, ConfigurationError, EXIT, ExplainedError } from '../errors.ts';
import { whatHasIt } from '../losses/losses.ts';
import { reachedBy } from '../options/command-line.ts';
import type { Typed } from '../options/option.ts';
import { readCommand } from '../options/settings.ts';
import type { Service } from '../service/service.ts';
import { formatBytes, formatState } from '../terminal/format.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { overEcho } from '../terminal/over-echo.ts';
import { printableInLine } from '../terminal/printable.ts';
import { screenWidth } from '../terminal/screen-width.ts';
import { requireBackupId } from './backup-id.ts';
import { type CommandContext, openService } from './command.ts';
import { renderRestore } from './screens/restore-hint.ts';

/**
 * `sade download ID`: fetches a stored zip, goes on where a broken download ended, and keeps the file only when its
 * SHA-256 is the one that the service tells. With `--output -` the bytes go to stdout, and the exit code says whether they are
 * the right ones.
 * @throws {CommandError} {ExplainedError} the signal's reason when aborted
 */
export async function download(id: string, options: Typed, context: CommandContext): Promise<number> {
  requireBackupId(id);
  const { stdout } = context;
  const { output, force, ...settings } = readCommand('download', options, context.env);
  const isStreamed = output === '-';
  if (isStreamed && stdout.isTTY && !force) throw onTerminal(id);
  const service = await openService(settings, context);
  const { fileName, remote } = await describeRemote(id, service);
  if (isStreamed) return stream(service, remote, context);

  const target = await chooseTarget(output, fileName);
  await keep(service, remote, target, context);
  const digest = remote.sha256.toString('hex');
  stdout.write(`${printableInLine(target)}: ${formatBytes(remote.size)}, SHA-256 ${digest}\n`);
  const report = await tellOfWorth(id, service, context);
  stdout.write(renderRestore(target, { report, server: reachedBy(options) }, screenWidth(stdout)));
  return EXIT.ok;
}

/** When it is interrupted, it says that another call goes on from there. */
async function keep(service: Service, remote: RemoteBackup, target: string, context: CommandContext): Promise<void> {
  const { signal, stderr } = context;
  try {
    if (await keepDownload(service, remote, { target, signal, placeOption: '--output' })) return;
  } catch (error) {
    if (signal.aborted) {
      const kept = `${printableInLine(`${target}.part`)} has what was received so far`;
      stderr.write(`${overEcho(stderr)}${kept}; run the same command again to continue\n`);
    }
    throw error;
  }
  throw await wrongBytes(remote.id, service, context, 'was deleted');
}

/** Nothing but the bytes goes to stdout. */
async function stream(service: Service, remote: RemoteBackup, context: CommandContext): Promise<number> {
  const { signal, stdout, stderr } = context;
  const { id, size, sha256 } = remote;
  const digest = await fetchBackup(service, remote, { sink: new StdoutSink(stdout), signal });
  if (!digest.equals(sha256)) throw await wrongBytes(id, service, context, 'must not be used');
  stderr.write(`backup ${id}: ${formatBytes(size)}, SHA-256 ${digest.toString('hex')}\n`);
  await tellOfWorth(id, service, context);
  return EXIT.ok;
}

function onTerminal(id: string): ConfigurationError {
  return new ConfigurationError([
    `a backup is a zip, which a terminal can't show; redirect it, such as sade download ${id} --output - >backup.zip, or add --force`,
  ]);
}

/** Another attempt helps only where the stored file is sound, as far as the service knows. */
async function wrongBytes(id: string, service: Service, { signal }: CommandContext, fate: string): Promise<Error> {
  const report = await service.report(id).catch(() => undefined);
  signal.throwIfAborted();
  const what = `Backup ${id} was received with a different SHA-256 than the service reports, and ${fate}`;
  if (report?.state !== 'damaged')
    return new CommandError(
      `${what}. Try again. If it happens again, check the file in the storage of the service.`,
      EXIT.someFailed,
    );
  const { damage, checked_at, database_name } = report;
  const seen = checked_at ? `, as last seen at ${inLocalTime(checked_at)}` : '';
  return new ExplainedError(`backup ${id} is damaged: ${damage}${seen}. ${what}.`, {
    advice: `${shellCommand('sade history', database_name)} shows the other backups; docs/how-to/scrub-stored-files.md shows how to put the file back from a copy.`,
  });
}

/** The bytes are those that were stored; whether all of the database is in them is another question. */
async function tellOfWorth(
  id: string,
  service: Service,
  { stderr, signal }: CommandContext,
): Promise<BackupReport['data'] | undefined> {
  const report = await service.report(id).catch(() => undefined);
  signal.throwIfAborted();
  if (report && report.state !== 'complete')
    stderr.write(`warning: this backup is ${formatState(report.state)}; sade show ${id} shows why\n`);
  if (report?.loss && report.loss.status !== 'accepted')
    stderr.write(
      `warning: this backup is SHRUNK. ${printableInLine(whatHasIt(report.database_name, report.loss.reference))} sade show ${id} shows what was lost\n`,
    );
  return report;
}

async function chooseTarget(output: string | undefined, fileName: string): Promise<string> {
  if (output === '') throw new ConfigurationError(['--output must name a file or a folder, or be - for stdout']);
  const wanted = output ?? fileName;
  const target = (await isFolder(wanted)) ? join(wanted, basename(fileName)) : wanted;
  const folder = target.endsWith('/') ? target : dirname(target);
  if (!(await isFolder(folder)))
    throw new ConfigurationError([
      `there is no folder ${folder}; make it (mkdir -p ${shellWord(folder)}), or name another with --output`,
    ]);
  if (await isThere(target)) throw alreadyThere(target);
  return target;
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
