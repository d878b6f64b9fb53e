import { BrokenRun, ConfigurationError, EXIT } from '../errors.ts';
import { isLogOpen } from '../log.ts';
import type { Typed } from '../options/option.ts';
import { mistypedVariables, readCommand } from '../options/settings.ts';
import { snakeCased } from '../report/snake-case.ts';
import { RestoreCall } from '../restore/by-hand/restore-call.ts';
import { confirm } from '../restore/plan/confirm.ts';
import { planAsJson } from '../restore/plan/plan-json.ts';
import { renderPlan } from '../restore/plan/plan-screen.ts';
import { type PreparedRestore, type PrepareOptions, prepareRestore } from '../restore/plan/prepare.ts';
import { type RestoreSettings, refuseContradictions } from '../restore/target/wish-of.ts';
import { printableJson } from '../terminal/printable.ts';
import type { CommandContext } from './command.ts';

/**
 * `sade restore NAME`: shows what it will do, asks, loads a backup, and compares what was loaded with it.
 * @returns 0 when all agrees, 1 when it was loaded but differs
 * @throws {ConfigurationError} (3) when it is refused; {BrokenRun} (2) when it failed
 */
export async function restore(label: string, options: Typed, context: CommandContext): Promise<number> {
  const settings = readCommand('restore', options, context.env);
  refuseContradictions(settings, options);
  const warnings = mistypedVariables(context.env);
  const call = new RestoreCall(label, options);
  const preparing = { label, settings, call, env: context.env, asked: context, warnings };
  try {
    if (settings.toStdout) return await (await import('./restore-to-stdout.ts')).restoreToStdout(preparing, context);
    return await run(preparing, context);
  } catch (error) {
    if (context.signal.aborted || error instanceof ConfigurationError || error instanceof BrokenRun) throw error;
    throw new BrokenRun(error, EXIT.noneSucceeded);
  }
}

async function run(preparing: PrepareOptions, context: CommandContext): Promise<number> {
  const { settings } = preparing;
  const { stdout, stderr } = context;
  const prepared = await prepareRestore(preparing);
  const { plan } = prepared;
  const isRefused = plan.problems.length > 0;
  const out = settings.json ? stderr : stdout;
  if (settings.json && (settings.dryRun || isRefused)) printJson(prepared, {}, stdout);
  else out.write(renderPlan(plan, out));
  if (isRefused) return EXIT.misconfigured;
  if (settings.dryRun) return EXIT.ok;
  if (!settings.yes) await confirm(plan, context);
  return carryOut(prepared, settings, context);
}

async function carryOut(
  prepared: PreparedRestore,
  settings: RestoreSettings,
  context: CommandContext,
): Promise<number> {
  const { signal, stderr, stdout } = context;
  const { RestoreProgress } = await import('../restore/run/progress.ts');
  const { restoreDatabase } = await import('../restore/run/restore-database.ts');
  const { conclude, concludeFailure } = await import('../restore/report/conclude.ts');
  const concluding = { prepared, settings, signal, stderr, out: settings.json ? stderr : stdout };
  try {
    using progress = new RestoreProgress(stderr, { isPlain: isLogOpen() });
    const result = await restoreDatabase(prepared, { settings, signal, progress });
    progress[Symbol.dispose]();
    const report = await conclude(concluding, result);
    if (settings.json) printJson(prepared, { result: report }, stdout);
    return report.outcome === 'agreed' ? EXIT.ok : EXIT.someFailed;
  } catch (error) {
    const { cause, report } = await concludeFailure(concluding, error);
    if (settings.json && report) printJson(prepared, { result: report }, stdout);
    throw cause;
  }
}

function printJson({ plan }: PreparedRestore, more: object, stdout: NodeJS.WriteStream): void {
  stdout.write(`${printableJson({ ...snakeCased({ plan: planAsJson(plan) }), ...more })}\n`);
}
