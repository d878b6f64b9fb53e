import { BrokenRun, ConfigurationError, EXIT } from '../errors.ts';
import type { Typed } from '../options/option.ts';
import { mistypedVariables, readCommand } from '../options/settings.ts';
import { snakeCased } from '../report/snake-case.ts';
import { confirm } from '../restore/plan/confirm.ts';
import { planAsJson } from '../restore/plan/plan-json.ts';
import { renderPlan } from '../restore/plan/plan-screen.ts';
import { type PreparedRestore, prepareRestore } from '../restore/plan/prepare.ts';
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
  try {
    return await run(label, settings, context);
  } catch (error) {
    if (context.signal.aborted || error instanceof ConfigurationError || error instanceof BrokenRun) throw error;
    throw new BrokenRun(error, EXIT.noneSucceeded);
  }
}

async function run(label: string, settings: RestoreSettings, context: CommandContext): Promise<number> {
  const { env, stdout } = context;
  const prepared = await prepareRestore({ label, settings, env, asked: context, warnings: mistypedVariables(env) });
  const { plan } = prepared;
  if (settings.json && (settings.dryRun || plan.problems.length > 0))
    stdout.write(`${printableJson(snakeCased({ plan: planAsJson(plan) }))}\n`);
  else (settings.json ? context.stderr : stdout).write(renderPlan(plan, stdout));
  if (plan.problems.length > 0) return EXIT.misconfigured;
  if (settings.dryRun) return EXIT.ok;
  if (!settings.yes) await confirm(plan, context);
  return carryOut(prepared);
}

async function carryOut(_prepared: PreparedRestore): Promise<number> {
  throw new ConfigurationError(['sade restore only shows its plan so far: add --dry-run']);
}
