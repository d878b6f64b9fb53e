import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findClients } from '../client-programs/mysqldump-client.ts';
import { type DatabaseSource, loadDatabases } from '../config/databases.ts';
import { loadTarget } from '../config/targets.ts';
import { countOutcomes, type EndedDrill, runDrills } from '../drill/run-drills.ts';
import type { DrillServers } from '../drill/server/drill-server.ts';
import { GivenServer } from '../drill/server/given-server.ts';
import { ThrowawayServers } from '../drill/server/throwaway-servers.ts';
import { chooseBackups } from '../drill/steps/choose-backups.ts';
import { BrokenRun, CommandError, ConfigurationError, EXIT } from '../errors.ts';
import { hideInLog } from '../log.ts';
import type { OptionsOf } from '../options/commands.ts';
import type { Typed } from '../options/option.ts';
import { readCommand } from '../options/settings.ts';
import { Service } from '../service/service.ts';
import { RunLock } from '../spool/run-lock.ts';
import { Spool } from '../spool/spool.ts';
import { printableJson } from '../terminal/printable.ts';
import { sweepThrowawayServers } from '../throwaway-server/private-folder.ts';
import { findServerPrograms, type ServerProgram } from '../throwaway-server/server-programs.ts';
import { accessOf, type CommandContext } from './command.ts';
import { renderDrill, renderTotals } from './screens/drill-screen.ts';

type DrillSettings = OptionsOf<'drill'>;

/**
 * `sade drill`: restores backups into a server of its own to see whether they can be restored, and reports each to the service.
 * @returns 0 when all are restorable, 1 when any is not, 2 when any could not be tested
 * @throws {ConfigurationError} {ExplainedError} when nothing could be begun
 */
export async function drill(options: Typed, context: CommandContext): Promise<number> {
  try {
    return await run(options, context);
  } catch (error) {
    if (context.signal.aborted || error instanceof CommandError) throw error;
    // Nothing was tested: that must not look like a backup that can't be restored.
    throw new BrokenRun(error, EXIT.noneSucceeded);
  }
}

async function run(options: Typed, context: CommandContext): Promise<number> {
  const settings = readCommand('drill', options, context.env);
  const { stdout, stderr, signal } = context;
  const entries = await readEntries(settings, options, context);
  const spool = await Spool.open(settings.workDir);
  refuseFolderOfBackups(spool.folder);
  using _lock = RunLock.acquire(spool.folder, new Date());
  await sweepThrowawayServers(spool.folder);
  const access = await accessOf(settings, context);
  const service = new Service(access, signal);
  const { only, sample, all, window } = settings;
  const choice = chooseBackups(await service.databases(), { only, sample, all, windowMs: window.ms, now: new Date() });
  const clients = await findClients(settings, { signal });
  await using servers = await serversFor(settings, spool.folder, context);
  const drills: EndedDrill[] = [];
  const out = settings.json ? stderr : stdout;
  const { timeoutMs, maxMemoryBytes, maxDiskBytes } = settings;
  const bounds = { maxMemoryBytes, maxDiskBytes };
  const drillRun = { service, access, servers, entries, clients, folder: spool.folder, timeoutMs, bounds, signal };
  for await (const ended of runDrills(choice.chosen, drillRun)) {
    drills.push(ended);
    if (!settings.quiet || isTrouble(ended)) out.write(renderDrill(ended, out));
  }
  const outcomes = countOutcomes(drills, choice.withoutComplete);
  const exitCode = exitCodeOf(outcomes, drills);
  if (!settings.quiet || exitCode !== EXIT.ok) out.write(renderTotals({ ...choice, outcomes }, out));
  if (settings.json) stdout.write(`${printableJson(asJson(drills, choice, exitCode))}\n`);
  return exitCode;
}

function isTrouble({ report, unreported }: EndedDrill): boolean {
  return report.outcome !== 'restorable' || unreported !== undefined;
}

/** What the service does not know is no proof for anyone else. */
function exitCodeOf(
  { not_restorable, could_not_test }: ReturnType<typeof countOutcomes>,
  drills: readonly EndedDrill[],
): number {
  if (not_restorable > 0) return EXIT.someFailed;
  const isUnreported = drills.some(({ unreported }) => unreported !== undefined);
  return could_not_test > 0 || isUnreported ? EXIT.noneSucceeded : EXIT.ok;
}

function asJson(drills: readonly EndedDrill[], choice: ReturnType<typeof chooseBackups>, exitCode: number): object {
  return {
    exit_code: exitCode,
    drills: drills.map(({ report, unreported }) => ({ ...report, unreported: unreported ?? null })),
    without_complete_backup: choice.withoutComplete,
    proven_within_window: choice.provenCount,
  };
}

/** A different machine than that of the backups may have no list: then there are no checks, and no dump options are known. */
async function readEntries(
  { config }: DrillSettings,
  typed: Typed,
  { env, stderr }: CommandContext,
): Promise<ReadonlyMap<string, DatabaseSource>> {
  const isNamed = typed.config !== undefined || env.SADE_CONFIG !== undefined;
  if (!isNamed && !existsSync(config)) return new Map();
  const { sources, warnings } = await loadDatabases(config, env);
  hideInLog(sources.map(({ password }) => password));
  for (const warning of warnings) stderr.write(`warning: ${warning}\n`);
  return new Map(sources.map(source => [source.label, source]));
}

/** The lock of a work folder keeps other runs out: a drill must never keep a backup from its night. */
function refuseFolderOfBackups(folder: string): void {
  if (!existsSync(join(folder, 'last-run.json'))) return;
  throw new ConfigurationError([`${folder} is the work folder of sade backup: a drill needs one of its own`], {
    advice: 'Name another with --work-dir (SADE_DRILL_DIR).',
  });
}

async function serversFor(settings: DrillSettings, folder: string, context: CommandContext): Promise<DrillServers> {
  const { drillServer, mariadbd, mysqld } = settings;
  const { env, signal, stderr } = context;
  if (drillServer === undefined) {
    const programs = await programsOf({ mariadbd, mysqld }, signal);
    return new ThrowawayServers(programs, folder, settings.maxMemoryBytes);
  }
  const { server, warnings } = await loadTarget(settings, drillServer, env);
  hideInLog([server.password]);
  const given = new GivenServer(server, folder);
  for (const warning of [...warnings, ...(await given.sweep())]) stderr.write(`warning: ${warning}\n`);
  return given;
}

/** One that was named serves all backups of its flavour, although another may be nearer to a source. */
async function programsOf(
  named: { readonly mariadbd: string | undefined; readonly mysqld: string | undefined },
  signal: AbortSignal,
): Promise<ServerProgram[]> {
  const found = await findServerPrograms(named, { signal });
  const first = { mariadb: named.mariadbd, mysql: named.mysqld };
  return found.filter(
    program =>
      first[program.flavour] === undefined || program === found.find(({ flavour }) => flavour === program.flavour),
  );
}
