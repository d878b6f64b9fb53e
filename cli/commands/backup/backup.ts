import { join } from 'node:path';
import type { DatabaseList } from '../../../protocol/responses.ts';
import { openAccess, type ServiceAccess } from '../../access/service-access.ts';
import { type DatabaseSource, type DatabaseSources, loadDatabases } from '../../config/databases.ts';
import type { ServiceToken } from '../../config/secret-file.ts';
import { chooseSources } from '../../config/select-sources.ts';
import { BrokenRun, EXIT } from '../../errors.ts';
import { hideInLog } from '../../log.ts';
import { conclude } from '../../mail/conclude.ts';
import { withHistory } from '../../mail/last-good.ts';
import type { Typed } from '../../options/option.ts';
import { type BackupSettings, mistypedVariables, readBackupSettings } from '../../options/settings.ts';
import { type LastRun, readLastRun } from '../../report/last-run.ts';
import type { Outcome } from '../../report/outcome.ts';
import { exitCodeOf, isFine, type RunReport } from '../../report/run-report.ts';
import { tellBroken, tellService } from '../../run-reporting/tell-service.ts';
import { Service } from '../../service/service.ts';
import { RunLock } from '../../spool/run-lock.ts';
import { Spool } from '../../spool/spool.ts';
import { inLocalTime } from '../../terminal/local-time.ts';
import type { CommandContext } from '../command.ts';
import { type RunEnd, runBackups } from './run-backups.ts';

/**
 * `sade backup`: takes every database of the list through dump, zip and upload.
 * @returns the exit code: all, some or none backed up, or interrupted
 * @throws {CommandError} when nothing could be begun
 */
export async function backup(options: Typed, context: CommandContext): Promise<number> {
  const settings = readBackupSettings(options, context.env);
  const startedAt = new Date();
  let listed: DatabaseSources | undefined;
  try {
    listed = await loadDatabases(settings.config, context.env);
    hideInLog(listed.sources.map(({ password }) => password));
    const chosen = chooseSources(listed.sources, settings);
    if (settings.dryRun) return await (await import('./dry-run.ts')).dryRun(settings, context);
    return await backUp(chosen, listed, { settings, context, startedAt });
  } catch (error) {
    const { signal, stdout } = context;
    const isTyped = settings.only !== undefined || stdout.isTTY;
    if (!settings.dryRun && !isTyped) await tellBroken(error, { settings, startedAt, signal, listed: listed?.sources });
    throw error;
  }
}

interface Started {
  readonly settings: BackupSettings;
  readonly context: CommandContext;
  readonly startedAt: Date;
}

async function backUp(
  chosen: readonly DatabaseSource[],
  listed: DatabaseSources,
  { settings, context, startedAt }: Started,
): Promise<number> {
  const { access, warnings: ofAccess } = await openAccess(settings, listed.sources);
  const spool = await Spool.open(settings.workDir);
  using lock = RunLock.acquire(spool.folder, startedAt);
  const unfinished = describeUnfinished(lock, spool);
  const { before, problem } = await lookBack(spool);
  const tokens = tokensOf(listed.sources);
  const expected = expectedBytes(chosen, before);
  const ended = await runBackups(settings, chosen, { spool, context, access, tokens, startedAt, expected });
  const endedAt = new Date();
  const earlier = await listDatabases(ended.outcomes, { access, context });
  const ran = await reportOf(ended, {
    ...{ settings, chosen, startedAt, endedAt, spool, unfinished, before, listed: earlier.listed },
  });
  const told = await tellService(ran, ended, {
    ...{ settings, access, listed: listed.sources, folder: spool.folder, signal: context.signal },
  });
  const warnings = [
    ...mistypedVariables(context.env),
    ...listed.warnings,
    ...ofAccess,
    ...(unfinished ? [unfinished] : []),
    ...(problem ? [problem] : []),
    ...ended.warnings,
    ...earlier.warnings,
    ...told,
  ];
  const report: RunReport = { ...ran, ...(warnings.length > 0 && { warnings }) };
  await conclude(report, { settings, context, before, folder: spool.folder });
  if ('error' in ended) throw new BrokenRun(ended.error, report.exitCode);
  return report.exitCode;
}

/** @returns how the run before ended, as far as that can be read */
async function lookBack({
  folder,
}: Spool): Promise<{ readonly before?: LastRun | undefined; readonly problem?: string }> {
  return readLastRun(folder).then(
    before => ({ before }),
    (error: Error) => ({ problem: error.message }),
  );
}

interface Ran {
  readonly settings: BackupSettings;
  readonly chosen: readonly DatabaseSource[];
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly spool: Spool;
  readonly unfinished: string | undefined;
  readonly before: LastRun | undefined;
  /** What the service lists. */
  readonly listed: DatabaseList['data'] | undefined;
}

/** @returns what the run reports, but for its warnings: telling the service may add to them */
async function reportOf(
  { outcomes, interruptedBy }: RunEnd,
  { settings, chosen, startedAt, endedAt, spool, unfinished, before, listed }: Ran,
): Promise<RunReport> {
  const done = new Set(outcomes.filter(outcome => !outcome.isLeftover).map(outcome => outcome.database));
  return {
    startedAt,
    endedAt,
    exitCode: interruptedBy ? EXIT.interrupted[interruptedBy] : exitCodeOf(outcomes, chosen.length),
    server: settings.server.href,
    ...(interruptedBy && { interruptedBy }),
    total: chosen.length,
    outcomes: withHistory(outcomes, listed, before),
    notDone: chosen.map(({ label }) => label).filter(label => !done.has(label)),
    // A work folder that is gone must not take the mail with it.
    kept: (await spool.pendingUploads().catch(() => [])).map(({ path }) => path),
    ...(settings.only && { only: chosen.map(({ label }) => label) }),
    ...(unfinished && { unfinished }),
  };
}

/** A run that was killed sent no mail: with `--quiet` its night would look like one in which all was well. */
function describeUnfinished({ unfinished }: RunLock, { folder }: Spool): string | undefined {
  if (!unfinished) return undefined;
  const { pid, startedAt } = unfinished;
  const what = `the run of ${inLocalTime(startedAt)} (process ${pid}) ended without a mail`;
  return `${what}: it was killed, or the machine went down; its log is ${join(folder, 'run.log.1')}`;
}

/** How large the dump of each database may become: as in the last run, where it was in it. */
function expectedBytes(
  sources: readonly DatabaseSource[],
  before: LastRun | undefined,
): ReadonlyMap<string, number | undefined> {
  const last = new Map(before?.outcomes.map(({ database, dumpBytes }) => [database, dumpBytes]));
  return new Map(sources.map(({ label }) => [label, last.get(label)]));
}

/** How long the service may take to list the nights before: the run is over, and the next one asks again. */
const LIST_MS = 10_000;

interface Listed {
  /** Undefined where there is nothing to ask, where the service does not answer, and where the token may not list. */
  readonly listed?: DatabaseList['data'];
  readonly warnings: readonly string[];
}

/** @returns what the service lists of earlier backups */
async function listDatabases(
  outcomes: readonly Outcome[],
  { access, context: { signal } }: { readonly access: ServiceAccess; readonly context: CommandContext },
): Promise<Listed> {
  if (signal.aborted || outcomes.every(isFine)) return { warnings: [] };
  const service = new Service(access, signal, LIST_MS);
  try {
    // Each refusal is in the audit trail: nothing is asked that the token may not.
    const who = access.token && (await service.whoami());
    return who?.role === 'upload' ? { warnings: [UNLISTED] } : { listed: await service.databases(), warnings: [] };
  } catch {
    return { warnings: [] };
  }
}

const UNLISTED =
  'what this report says of earlier backups is from the work folder: the token may not list those of the service. The commands in it that ask for backups need another one, on your own machine: sade show, history, download and restore the role read, sade accept the role operator';

function tokensOf(sources: readonly DatabaseSource[]): ReadonlyMap<string, ServiceToken> {
  return new Map(sources.flatMap(({ label, token }) => (token ? [[label, token] as const] : [])));
}
