import { join } from 'node:path';
import type { DatabaseList } from '../../../protocol/responses.ts';
import { openAccess, type ServiceAccess } from '../../access/service-access.ts';
import { type DumpClients, findClients } from '../../client-programs/mysqldump-client.ts';
import { type DatabaseSource, type DatabaseSources, loadDatabases } from '../../config/databases.ts';
import type { ServiceToken } from '../../config/secret-file.ts';
import { chooseSources } from '../../config/select-sources.ts';
import { BrokenRun, CommandError, EXIT, type InterruptingSignal } from '../../errors.ts';
import { hasLiveView, openLiveView } from '../../live-view/open-live-view.ts';
import { hideInLog } from '../../log.ts';
import { conclude } from '../../mail/conclude.ts';
import { withHistory } from '../../mail/last-good.ts';
import type { Typed } from '../../options/option.ts';
import { type BackupSettings, mistypedVariables, readBackupSettings } from '../../options/settings.ts';
import { runPipeline } from '../../pipeline/pipeline.ts';
import { learningPreflight } from '../../preflight/hanging-servers.ts';
import { runPreflight } from '../../preflight/preflight.ts';
import type { Rehearsals } from '../../rehearsal/rehearsals.ts';
import { type LastRun, readLastRun } from '../../report/last-run.ts';
import type { Outcome } from '../../report/outcome.ts';
import { OutcomeLines } from '../../report/outcome-lines.ts';
import { RunLog } from '../../report/run-log.ts';
import { exitCodeOf, isFine, type RunReport } from '../../report/run-report.ts';
import { StageClock } from '../../run-reporting/stage-clock.ts';
import { type ToldEnd, tellBroken, tellService } from '../../run-reporting/tell-service.ts';
import { Service } from '../../service/service.ts';
import { ServiceRefusal } from '../../service/service-errors.ts';
import { clearAfterKilledRun } from '../../spool/killed-run.ts';
import { RunLock } from '../../spool/run-lock.ts';
import { Spool } from '../../spool/spool.ts';
import { inLocalTime } from '../../terminal/local-time.ts';
import { overEcho } from '../../terminal/over-echo.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrapLines } from '../../terminal/wrap.ts';
import { findServerPrograms } from '../../throwaway-server/server-programs.ts';
import type { CommandContext } from '../command.ts';

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
  const warnings = [
    ...mistypedVariables(context.env),
    ...listed.warnings,
    ...ofAccess,
    ...(unfinished ? [unfinished] : []),
  ];
  const before = await readLastRun(spool.folder).catch((error: Error) => void warnings.push(error.message));

  const expected = expectedBytes(chosen, before || undefined);
  const tokens = tokensOf(listed.sources);
  const ended = await run(settings, chosen, {
    spool,
    context,
    access,
    tokens,
    startedAt,
    expected,
    warnings,
  });
  const { outcomes, interruptedBy } = ended;
  const done = new Set(outcomes.filter(outcome => !outcome.isLeftover).map(outcome => outcome.database));
  const ran: RunReport = {
    startedAt,
    endedAt: new Date(),
    exitCode: interruptedBy ? EXIT.interrupted[interruptedBy] : exitCodeOf(outcomes, chosen.length),
    server: settings.server.href,
    ...(interruptedBy && { interruptedBy }),
    total: chosen.length,
    outcomes: withHistory(outcomes, await listDatabases(outcomes, { access, context, warnings }), before),
    notDone: chosen.map(({ label }) => label).filter(label => !done.has(label)),
    // A work folder that is gone must not take the mail with it.
    kept: (await spool.pendingUploads().catch(() => [])).map(({ path }) => path),
    ...(settings.only && { only: chosen.map(({ label }) => label) }),
    ...(unfinished && { unfinished }),
  };
  const told = await tellService(ran, ended, {
    ...{ settings, access, listed: listed.sources, folder: spool.folder, signal: context.signal },
  });
  warnings.push(...told);
  const report: RunReport = { ...ran, ...(warnings.length > 0 && { warnings }) };
  await conclude(report, { settings, context, before, folder: spool.folder });
  if ('error' in ended) throw new BrokenRun(ended.error, report.exitCode);
  return report.exitCode;
}

/** A run that was killed sent no mail: with `--quiet` its night would look like one in which all was well. */
function describeUnfinished({ unfinished }: RunLock, { folder }: Spool): string | undefined {
  if (!unfinished) return undefined;
  const { pid, startedAt } = unfinished;
  const what = `the run of ${inLocalTime(startedAt)} (process ${pid}) ended without a mail`;
  return `${what}: it was killed, or the machine went down; its log is ${join(folder, 'run.log.1')}`;
}

/** How large the dump of each database may become: as in the last run, where it was in it. */
function expectedBytes(sources: readonly DatabaseSource[], before: LastRun | undefined): Run['expected'] {
  const last = new Map(before?.outcomes.map(({ database, dumpBytes }) => [database, dumpBytes]));
  return new Map(sources.map(({ label }) => [label, last.get(label)]));
}

type Run = {
  spool: Spool;
  context: CommandContext;
  access: ServiceAccess;
  tokens: ReadonlyMap<string, ServiceToken>;
  startedAt: Date;
  expected: ReadonlyMap<string, number | undefined>;
  /** Is added to. */
  warnings: string[];
};

type RunEnd = ToldEnd & { readonly outcomes: Outcome[]; readonly interruptedBy?: InterruptingSignal };

/** @returns what is known of each database, however the run ended: a signal or a defect must not take the mail with it */
async function run(
  settings: BackupSettings,
  sources: readonly DatabaseSource[],
  { spool, context, access, tokens, startedAt, expected, warnings }: Run,
): Promise<RunEnd> {
  const { signal, stderr } = context;
  const out = settings.json ? stderr : context.stdout;
  const outcomes: Outcome[] = [];
  const log = new RunLog(spool.folder, startedAt);
  const lines = new OutcomeLines();
  const say = (why: string) => void stderr.write(`sade: ${why}\n`);
  let clients: DumpClients | undefined;
  let clock: StageClock | undefined;
  const facts = () => ({ clients, uploadSeconds: (outcome: Outcome) => clock?.uploadSeconds(outcome) });
  try {
    const found = await findClients(settings, { signal });
    clients = found;
    warnings.push(...found.warnings, ...(await clearAfterKilledRun(spool)));
    using view = hasLiveView(out, settings) ? await openLiveView(out, { signal, expected }) : undefined;
    signal.addEventListener('abort', () => stderr.write(`${overEcho(stderr)}${signal.reason.message}: ${STOPPING}\n`), {
      once: true,
    });
    const workers = { dump: settings.dumpWorkers, zip: settings.zipWorkers, upload: settings.uploadWorkers };
    const progress = new StageClock(view ?? { onStart: () => {}, onProgress: () => {} });
    clock = progress;
    const rehearsals = settings.rehearse === 'off' ? undefined : await rehearsalsOf(settings, spool, signal);
    const pendingUploads = await spool.pendingUploads();
    for await (const outcome of runPipeline({
      ...settings,
      access: settings.quiet ? access : { ...access, onPause: why => (view ? view.note(`sade: ${why}`) : say(why)) },
      tokens,
      sources,
      pendingUploads,
      workers,
      clients: found,
      preflight: learningPreflight(runPreflight),
      rehearsals,
      spool,
      progress,
      warn: message => void warnings.push(message),
      signal,
    })) {
      outcomes.push(outcome);
      progress.finish(outcome);
      log.add(outcome);
      view?.finish(outcome, wrapLines(lines.describe(outcome), screenWidth(out), ' '.repeat(12)));
    }
    return { outcomes, facts: facts() };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (!signal.aborted || error !== signal.reason) return { outcomes, error, facts: facts() };
    return { outcomes, interruptedBy: signal.reason.signal, facts: facts() };
  }
}

/** A server program that was named and is missing is a mistake; where no server is installed, nothing is rehearsed. */
async function rehearsalsOf(
  { rehearse, mariadbd, mysqld }: BackupSettings,
  { folder }: Spool,
  signal: AbortSignal,
): Promise<Rehearsals> {
  const programs = findServerPrograms({ mariadbd, mysqld }, { signal });
  if (mariadbd !== undefined || mysqld !== undefined) await programs;
  const { Rehearsals } = await import('../../rehearsal/rehearsals.ts');
  return new Rehearsals({ folder, programs, isRequired: rehearse === 'always', signal });
}

/** What a run does before it ends early: that may take some seconds. */
const STOPPING =
  'stopping; dumps and uploads are ended, unfinished files are removed, finished zips wait for the next run';

/** How long the service may take to list the nights before: the run is over, and the next one asks again. */
const LIST_MS = 10_000;

interface Listing {
  readonly access: ServiceAccess;
  readonly context: CommandContext;
  /** Is added to. */
  readonly warnings: string[];
}

/** @returns what the service lists; undefined where there is nothing to ask, where it does not answer, and where the token may not list */
async function listDatabases(
  outcomes: readonly Outcome[],
  { access, context: { signal }, warnings }: Listing,
): Promise<DatabaseList['data'] | undefined> {
  if (signal.aborted || outcomes.every(isFine)) return undefined;
  return new Service(access, signal, LIST_MS).databases().catch(error => {
    if (error instanceof ServiceRefusal && error.code === 'FORBIDDEN') warnings.push(UNLISTED);
    return undefined;
  });
}

const UNLISTED =
  'what this report says of earlier backups is from the work folder: the token may not list those of the service. The commands in it that ask for backups need another one, on your own machine: sade show, history, download and restore the role read, sade accept the role operator';

function tokensOf(sources: readonly DatabaseSource[]): ReadonlyMap<string, ServiceToken> {
  return new Map(sources.flatMap(({ label, token }) => (token ? [[label, token] as const] : [])));
}
