import { type DatabaseSource, loadDatabases } from '../config.ts';
import { LiveView } from '../live-view.ts';
import { findMysqldump } from '../pipeline/mysqldump-client.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import { runPipeline } from '../pipeline/pipeline.ts';
import { ConfigurationError, EXIT } from '../problems.ts';
import { describeOutcome, type RunReport, summarize, tabulate } from '../report.ts';
import { RunLock } from '../run-lock.ts';
import { type BackupSettings, readBackupSettings } from '../settings.ts';
import { Spool } from '../spool.ts';
import type { CommandContext } from './command.ts';

/**
 * `sade backup`: takes every database of the list through dump, zip and upload.
 * @returns the exit code: all, some or none backed up, or interrupted
 * @throws {CommandError} when nothing could be begun
 */
export async function backup(options: Record<string, unknown>, context: CommandContext): Promise<number> {
  const settings = readBackupSettings(options, context.env);
  const { sources, warnings } = await loadDatabases(settings.config, context.env);
  const chosen = choose(sources, settings);
  const spool = await Spool.open(settings.workDir);
  const startedAt = new Date();
  using _lock = RunLock.acquire(spool.folder, startedAt);
  const client = await findMysqldump(settings.mysqldump);
  await spool.sweep();
  for (const warning of warnings) context.stderr.write(`warning: ${warning}\n`);

  const { outcomes, interruptedBy } = await run(settings, chosen, { client, spool, context });
  const kept = (await spool.leftovers()).map(({ path }) => path);
  const ended = new Set(outcomes.filter(outcome => !outcome.isLeftover).map(outcome => outcome.database));
  const report: RunReport = {
    startedAt,
    endedAt: new Date(),
    exitCode: interruptedBy ? EXIT.interrupted[interruptedBy] : exitCodeOf(outcomes, chosen.length),
    server: settings.server.href,
    ...(interruptedBy && { interruptedBy }),
    total: chosen.length,
    outcomes,
    notDone: chosen.map(({ label }) => label).filter(label => !ended.has(label)),
    kept,
  };
  print(report, settings, context);
  return report.exitCode;
}

type Run = { client: Awaited<ReturnType<typeof findMysqldump>>; spool: Spool; context: CommandContext };

async function run(
  settings: BackupSettings,
  sources: readonly DatabaseSource[],
  { client, spool, context }: Run,
): Promise<{ outcomes: Outcome[]; interruptedBy?: 'SIGINT' | 'SIGTERM' }> {
  const { signal } = context;
  const out = settings.json ? context.stderr : context.stdout;
  // A terminal that does not know its width (some of those that scripts make) can not hold live lines.
  using view = out.isTTY && out.columns > 0 && !settings.quiet ? new LiveView(out) : undefined;
  const outcomes: Outcome[] = [];
  try {
    const workers = { dump: settings.dumpWorkers, zip: settings.zipWorkers, upload: settings.uploadWorkers };
    const watch = view ?? { began: () => {}, moved: () => {} };
    const leftovers = await spool.leftovers();
    for await (const outcome of runPipeline({
      ...settings,
      sources,
      leftovers,
      workers,
      client,
      spool,
      watch,
      signal,
    })) {
      outcomes.push(outcome);
      const isWorthALine = !settings.quiet || outcome.state === 'failed' || outcome.warnings.length > 0;
      if (view) view.ended(outcome, describeOutcome(outcome));
      else if (isWorthALine) out.write(`${describeOutcome(outcome)}\n`);
    }
    return { outcomes };
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    return { outcomes, interruptedBy: signal.reason.signal };
  }
}

/** 0 only if every database has a backup to show and nothing failed, 2 if none has one; a zip of an earlier run counts. */
function exitCodeOf(outcomes: readonly Outcome[], total: number): number {
  const succeeded = outcomes.filter(outcome => !outcome.isLeftover && outcome.state === 'succeeded').length;
  const hasFailed = outcomes.some(outcome => outcome.state === 'failed');
  if (succeeded === total && !hasFailed) return EXIT.ok;
  return succeeded > 0 ? EXIT.someFailed : EXIT.noneSucceeded;
}

function choose(sources: readonly DatabaseSource[], { only, config }: BackupSettings): readonly DatabaseSource[] {
  if (!only) return sources;
  const unknown = only.filter(label => !sources.some(source => source.label === label));
  if (unknown.length > 0)
    throw new ConfigurationError([`--only names ${unknown.join(', ')}, which ${config} does not list`]);
  return sources.filter(source => only.includes(source.label));
}

function print(report: RunReport, { json, quiet }: BackupSettings, { stdout, stderr }: CommandContext): void {
  const out = json ? stderr : stdout;
  if (out.isTTY && !quiet && report.outcomes.length > 0) out.write(`\n${tabulate(report)}\n\n`);
  if (!quiet || report.exitCode !== EXIT.ok) out.write(`${summarize(report)}\n`);
  if (json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}
