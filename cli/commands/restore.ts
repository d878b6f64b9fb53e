import type { ServiceAccess } from '../access/service-access.ts';
import { BrokenRun, ConfigurationError, EXIT, messageOf } from '../errors.ts';
import { isLogOpen } from '../log.ts';
import type { OptionsOf } from '../options/commands.ts';
import type { Typed } from '../options/option.ts';
import { mistypedVariables, readCommand } from '../options/settings.ts';
import { RestoreCall } from '../restore/by-hand/restore-call.ts';
import { confirm } from '../restore/plan/confirm.ts';
import { renderPlan } from '../restore/plan/plan-screen.ts';
import { type PreparedRestore, type PrepareOptions, prepareRestore } from '../restore/plan/prepare.ts';
import { redactedError, redactedPlan } from '../restore/report/redacted.ts';
import { type RestoreAnswer, restoreJson } from '../restore/report/restore-json.ts';
import { refuseContradictions } from '../restore/target/wish-of.ts';
import { restoreSecrets } from '../secrets/restore-secrets.ts';
import { printableInLine } from '../terminal/printable.ts';
import { accessOf, type CommandContext } from './command.ts';

/**
 * `sade restore NAME`: shows what it will do, asks, loads a backup, and compares what was loaded with it. With `--json` stdout has one
 * object at every end.
 * @returns 0 when all agrees, 1 when it was loaded but differs
 * @throws {ConfigurationError} (3) when it is refused; {BrokenRun} (2) when it failed
 */
export async function restore(label: string, options: Typed, context: CommandContext): Promise<number> {
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

/** @returns what the program ends with: an error that is not one of the options or the files is a failure of the restore */
function endOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ConfigurationError || error instanceof BrokenRun) return error;
  return new BrokenRun(error, EXIT.noneSucceeded);
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
  return carryOut({ ...prepared, plan }, preparing, context, redact, answer);
}

async function carryOut(
  prepared: PreparedRestore,
  { settings }: PrepareOptions,
  { signal, stderr, stdout }: CommandContext,
  redact: (text: string) => string,
  answer: RestoreAnswer,
): Promise<number> {
  const { RestoreProgress } = await import('../restore/run/progress.ts');
  const { restoreDatabase } = await import('../restore/run/restore-database.ts');
  const { conclude, concludeFailure } = await import('../restore/report/conclude.ts');
  const concluding = { prepared, settings, signal, stderr, redact, out: settings.json ? stderr : stdout };
  try {
    using progress = new RestoreProgress(stderr, { isPlain: isLogOpen() });
    const result = await restoreDatabase(prepared, { settings, signal, progress });
    progress[Symbol.dispose]();
    answer.result = await conclude(concluding, result);
    answer.notes = result.notes;
    return answer.result.outcome === 'agreed' ? EXIT.ok : EXIT.someFailed;
  } catch (error) {
    const { cause, report, notes = [] } = await concludeFailure(concluding, error);
    if (report) Object.assign(answer, { result: report, notes });
    throw cause;
  }
}
