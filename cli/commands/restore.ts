import type { ServiceAccess } from '../access/service-access.ts';
import { ConfigurationError, EXIT, messageOf } from '../errors.ts';
import type { OptionsOf } from '../options/commands.ts';
import type { Typed } from '../options/option.ts';
import { mistypedVariables, readCommand } from '../options/settings.ts';
import { RestoreCall } from '../restore/by-hand/restore-call.ts';
import { confirm } from '../restore/plan/confirm.ts';
import { renderPlan } from '../restore/plan/plan-screen.ts';
import { type PrepareOptions, prepareRestore } from '../restore/plan/prepare.ts';
import { carryOut, endOf } from '../restore/report/carry-out.ts';
import { redactedError, redactedPlan } from '../restore/report/redacted.ts';
import { type RestoreAnswer, restoreJson } from '../restore/report/restore-json.ts';
import { refuseContradictions } from '../restore/target/wish-of.ts';
import { restoreSecrets } from '../secrets/restore-secrets.ts';
import { printableInLine } from '../terminal/printable.ts';
import { accessOf, type CommandContext } from './command.ts';

/**
 * `sade restore NAME…`: restores one database, or several.
 * @param names as they were typed; empty where `--all-of` names them
 * @returns the exit code @throws as {@link restoreOne} and `restoreSeveral`
 */
export async function restore(names: readonly string[], options: Typed, context: CommandContext): Promise<number> {
  const labels = [...new Set(names)];
  if (labels.length === 1 && options['all-of'] === undefined) return restoreOne(labels[0]!, options, context);
  return (await import('./restore-several.ts')).restoreSeveral(labels.filter(Boolean), options, context);
}

/**
 * `sade restore NAME`: shows what it will do, asks, loads a backup, and compares what was loaded with it. With `--json` stdout has one
 * object at every end.
 * @returns 0 when all agrees, 1 when it was loaded but differs
 * @throws {ConfigurationError} (3) when it is refused; {BrokenRun} (2) when it failed
 */
async function restoreOne(label: string, options: Typed, context: CommandContext): Promise<number> {
  const answer: RestoreAnswer = {};
  let redact = (text: string) => text;
  let error: unknown;
  try {
    const typed = readCommand('restore', options, context.env);
    const settings = { ...typed, access: await accessFor(typed, context) };
    const names = [label, settings.into, settings.to].filter(name => name !== undefined);
    const secrets = await restoreSecrets(settings, context.env, names);
    redact = text => secrets.text(text);
    refuseContradictions(settings, options);
    const warnings = mistypedVariables(context.env);
    const call = new RestoreCall(label, options);
    const preparing = { label, settings, call, env: context.env, asked: context, warnings };
    if (settings.toStdout) return await (await import('./restore-to-stdout.ts')).restoreToStdout(preparing, context);
    return await run(preparing, context, redact, answer);
  } catch (thrown) {
    error = endOf(redactedError(thrown, redact), context.signal);
    throw error;
  } finally {
    if (options.json && !options['to-stdout']) context.stdout.write(restoreJson(answer, error));
  }
}

/** A restore from a file does not need the service: in a bad night its token may be lost, too. */
async function accessFor(settings: OptionsOf<'restore'>, context: CommandContext): Promise<ServiceAccess> {
  if (settings.from === undefined) return await accessOf(settings, context);
  return await accessOf(settings, context).catch(error => {
    if (!(error instanceof ConfigurationError)) throw error;
    context.stderr.write(`warning: the service will not know of this restore: ${printableInLine(messageOf(error))}\n`);
    return { server: settings.server };
  });
}

/** @param answer what `--json` prints is put into it as soon as it is known */
async function run(
  preparing: PrepareOptions,
  context: CommandContext,
  redact: (text: string) => string,
  answer: RestoreAnswer,
): Promise<number> {
  const { settings } = preparing;
  const prepared = await prepareRestore(preparing);
  const plan = redactedPlan(prepared.plan, redact);
  answer.plan = plan;
  const isRefused = plan.problems.length > 0;
  const isOver = isRefused || settings.dryRun;
  const out = settings.json ? context.stderr : context.stdout;
  if (!settings.json || !isOver) out.write(renderPlan(plan, out));
  if (isOver) return isRefused ? EXIT.misconfigured : EXIT.ok;
  if (!settings.yes) await confirm(plan, prepared.call, context);
  const isAgreed = await carryOut({ ...prepared, plan }, settings, { ...context, redact }, answer);
  return isAgreed ? EXIT.ok : EXIT.someFailed;
}
