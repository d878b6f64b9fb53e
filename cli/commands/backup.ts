import { chooseSources } from '../choose-sources.ts';
import { type DatabaseSource, loadDatabases } from '../config.ts';
import { describeLoss } from '../losses.ts';
import { findClients } from '../pipeline/mysqldump-client.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import { runPipeline } from '../pipeline/pipeline.ts';
import { learningPreflight } from '../preflight/hanging-servers.ts';
import { preflight } from '../preflight/preflight.ts';
import { EXIT, type InterruptingSignal } from '../problems.ts';
import { type LastRun, readLastRun, writeLastRun } from '../report/last-run.ts';
import { mergeReports } from '../report/merge-reports.ts';
import {
  describeOutcome,
  deservesLook,
  exitCodeOf,
  type RunReport,
  summarize,
  tabulate,
} from '../report/run-report.ts';
import { snakeCased } from '../report/snake-case.ts';
import { RunLock } from '../run-lock.ts';
import { Service } from '../service.ts';
import { type BackupSettings, readBackupSettings } from '../settings.ts';
import { Spool } from '../spool.ts';
import type { LiveView, LiveViewOptions } from '../terminal/live-view.ts';
import { printableInLine, printableJson } from '../terminal/printable.ts';
import type { CommandContext } from './command.ts';

/**
 * `sade backup`: takes every database of the list through dump, zip and upload.
 * @returns the exit code: all, some or none backed up, or interrupted
 * @throws {CommandError} when nothing could be begun
 */
export async function backup(options: Record<string, unknown>, context: CommandContext): Promise<number> {
  const settings = readBackupSettings(options, context.env);
  const { sources, warnings } = await loadDatabases(settings.config, context.env);
  const chosen = chooseSources(sources, settings);
  const spool = await Spool.open(settings.workDir);
  const startedAt = new Date();
  using _lock = RunLock.acquire(spool.folder, startedAt);
  const warn = ({ message }: { message: string }) =>
    void context.stderr.write(`warning: ${printableInLine(message)}\n`);
  for (const message of warnings) warn({ message });
  const before = await readLastRun(spool.folder).catch(warn);

  const expected = expectedBytes(chosen, before || undefined);
  const { outcomes: ended, interruptedBy } = await run(settings, chosen, { spool, context, expected });
  const outcomes = interruptedBy ? ended : await withEarlierLosses(ended, settings, context);
  const kept = (await spool.leftovers()).map(({ path }) => path);
  const done = new Set(outcomes.filter(outcome => !outcome.isLeftover).map(outcome => outcome.database));
  const report: RunReport = {
    startedAt,
    endedAt: new Date(),
    exitCode: interruptedBy ? EXIT.interrupted[interruptedBy] : exitCodeOf(outcomes, chosen.length),
    server: settings.server.href,
    ...(interruptedBy && { interruptedBy }),
    total: chosen.length,
    outcomes,
    notDone: chosen.map(({ label }) => label).filter(label => !done.has(label)),
    kept,
    ...(settings.only && { only: chosen.map(({ label }) => label) }),
  };
  const left = settings.only !== undefined && before ? mergeReports(before, report) : report;
  await writeLastRun(spool.folder, left).catch(warn);
  print(report, settings, context);
  return report.exitCode;
}

/** How large the dump of each database may become: as in the last run, where it was in it. */
function expectedBytes(sources: readonly DatabaseSource[], before: LastRun | undefined): Run['expected'] {
  const last = new Map(before?.outcomes.map(({ database, dumpBytes }) => [database, dumpBytes]));
  return new Map(sources.map(({ label }) => [label, last.get(label)]));
}

type Run = {
  spool: Spool;
  context: CommandContext;
  expected: ReadonlyMap<string, number | undefined>;
};

async function run(
  settings: BackupSettings,
  sources: readonly DatabaseSource[],
  { spool, context, expected }: Run,
): Promise<{ outcomes: Outcome[]; interruptedBy?: InterruptingSignal }> {
  const { signal, stderr } = context;
  const out = settings.json ? stderr : context.stdout;
  const outcomes: Outcome[] = [];
  try {
    const clients = await findClients(settings, { signal });
    for (const warning of clients.warnings) stderr.write(`warning: ${printableInLine(warning)}\n`);
    await spool.sweep();
    // A terminal that does not know its width (some of those that scripts make) can not hold live lines.
    using view =
      out.isTTY && out.columns > 0 && !settings.quiet ? await liveView(out, { signal, expected }) : undefined;
    signal.addEventListener('abort', () => stderr.write(`${signal.reason.message}: ${STOPPING}\n`), { once: true });
    const workers = { dump: settings.dumpWorkers, zip: settings.zipWorkers, upload: settings.uploadWorkers };
    const watch = view ?? { began: () => {}, moved: () => {} };
    const leftovers = await spool.leftovers();
    for await (const outcome of runPipeline({
      ...settings,
      sources,
      leftovers,
      workers,
      clients,
      preflight: learningPreflight(preflight),
      spool,
      watch,
      signal,
    })) {
      outcomes.push(outcome);
      const isWorthALine = !settings.quiet || deservesLook(outcome);
      if (view) view.ended(outcome, describeOutcome(outcome));
      else if (isWorthALine) out.write(`${describeOutcome(outcome)}\n`);
    }
    return { outcomes };
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    return { outcomes, interruptedBy: signal.reason.signal };
  }
}

/** What a run does before it ends early: that may take some seconds. */
const STOPPING = 'stopping; dumps and uploads end, half-done files are removed, finished zips wait for the next run';

/** How long the service may take to list the losses: the run is over, and the next one lists them again. */
const LOSSES_MS = 10_000;

/** A night without a complete backup must not hide what an earlier one has lost: the service is asked, and that is told. */
async function withEarlierLosses(
  outcomes: readonly Outcome[],
  { server, json }: BackupSettings,
  { stdout, stderr, signal }: CommandContext,
): Promise<Outcome[]> {
  const isAsked = ({ isLeftover, state, loss }: Outcome) => !isLeftover && state !== 'complete' && !loss;
  if (!outcomes.some(isAsked)) return [...outcomes];
  const databases = await new Service(server, signal, LOSSES_MS).databases().catch(() => []);
  const losses = new Map(databases.map(({ database_name, unaccepted_loss }) => [database_name, unaccepted_loss]));
  return outcomes.map(outcome => {
    const loss = isAsked(outcome) ? losses.get(outcome.database) : undefined;
    if (!loss) return outcome;
    const out = json ? stderr : stdout;
    const lines = [
      `SHRUNK  ${printableInLine(outcome.database)}  in an earlier night`,
      ...describeLoss(loss, ' '.repeat(8)),
    ];
    out.write(`${lines.join('\n')}\n`);
    return { ...outcome, loss };
  });
}

/** Loaded only where somebody looks: a run by cron starts without it sooner. */
async function liveView(out: NodeJS.WriteStream, options: LiveViewOptions): Promise<LiveView> {
  return new (await import('../terminal/live-view.ts')).LiveView(out, options);
}

function print(report: RunReport, { json, quiet }: BackupSettings, { stdout, stderr }: CommandContext): void {
  const out = json ? stderr : stdout;
  if (out.isTTY && !quiet && report.outcomes.length > 0) out.write(`\n${tabulate(report)}\n\n`);
  if (!quiet || report.exitCode !== EXIT.ok) out.write(`${summarize(report)}\n`);
  if (json) stdout.write(`${printableJson(snakeCased(report))}\n`);
}
