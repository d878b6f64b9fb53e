import { EXIT } from '../errors.ts';
import type { Typed } from '../options/option.ts';
import { mistypedVariables, readCommand } from '../options/settings.ts';
import { RestoreCall } from '../restore/by-hand/restore-call.ts';
import type { PrepareOptions } from '../restore/plan/prepare.ts';
import { endOf } from '../restore/report/carry-out.ts';
import { redactedError } from '../restore/report/redacted.ts';
import { restoresJson } from '../restore/report/restore-json.ts';
import { confirmAll } from '../restore/several/confirm-all.ts';
import { type EndedRestore, exitCodeOf, untouched } from '../restore/several/ended-restore.ts';
import { labelsToRestore, refuseOptionsOfOne } from '../restore/several/named-databases.ts';
import { renderOverview } from '../restore/several/overview-screen.ts';
import { planAll } from '../restore/several/plan-all.ts';
import { runAll } from '../restore/several/run-all.ts';
import { renderRefusals, renderSummary } from '../restore/several/summary-screen.ts';
import { refuseContradictions } from '../restore/target/wish-of.ts';
import { restoreSecrets } from '../secrets/restore-secrets.ts';
import { accessOf, type CommandContext } from './command.ts';

/** What the steps of one command share. */
interface Several {
  /** The call with the databases as they were typed. */
  readonly call: RestoreCall;
  /** Of some of the databases. */
  readonly callOf: (labels: string | readonly string[]) => RestoreCall;
  readonly context: CommandContext;
  readonly redact: (text: string) => string;
  /** In the order of the command. */
  readonly ended: EndedRestore[];
}

/**
 * `sade restore NAME NAME…`, `sade restore --all-of HOST`: shows all plans, asks once, and restores one database after another. One that
 * is refused or fails does not stop the others.
 * @returns 0 when all agree with their backups; 3 when nothing was begun, 2 when none was loaded, else 1
 * @throws {ConfigurationError} (3), {BrokenRun} (2) when nothing was begun; the signal's reason when aborted
 */
export async function restoreSeveral(
  names: readonly string[],
  options: Typed,
  context: CommandContext,
): Promise<number> {
  const ended: EndedRestore[] = [];
  let redact = (text: string) => text;
  let error: unknown;
  try {
    const typed = readCommand('restore', options, context.env);
    refuseOptionsOfOne(names, typed);
    refuseContradictions(typed, options);
    const labels = await labelsToRestore(names, typed, context.env);
    const secrets = await restoreSecrets(typed, context.env, [
      ...labels,
      ...(typed.to === undefined ? [] : [typed.to]),
    ]);
    redact = text => secrets.text(text);
    const settings = { ...typed, access: await accessOf(typed, context) };
    const warnings = mistypedVariables(context.env);
    const callOf = (labels: string | readonly string[]) => new RestoreCall(labels, { ...options, 'all-of': undefined });
    const all = labels.map(label => ({
      ...{ label, settings, call: callOf(label), env: context.env, asked: context, warnings },
    }));
    return await run(all, { call: new RestoreCall(names, options), callOf, context, redact, ended });
  } catch (thrown) {
    error = endOf(redactedError(thrown, redact), context.signal);
    throw error;
  } finally {
    if (options.json) context.stdout.write(restoresJson(ended, error));
  }
}

async function run(all: readonly PrepareOptions[], several: Several): Promise<number> {
  const { call, callOf, context, redact, ended } = several;
  const { settings } = all[0]!;
  const out = settings.json ? context.stderr : context.stdout;
  const planned = await planAll(all, redact);
  out.write(`${renderOverview(planned, out)}\n`);
  const refused = planned.flatMap(one => (one.refusal ? [untouched(one, 'refused')] : []));
  const isOver = settings.dryRun || refused.length === planned.length;
  if (isOver) {
    out.write(renderRefusals(refused, out));
    ended.push(...planned.map(one => untouched(one, one.refusal ? 'refused' : 'not begun')));
    if (refused.length === 0) return EXIT.ok;
    return refused.length === planned.length ? EXIT.misconfigured : EXIT.someFailed;
  }
  if (!settings.yes) await confirmAll(planned, call, context);
  await runAll(planned, { ...context, redact }, one => ended.push(one));
  out.write(renderSummary(ended, callOf, out));
  context.signal.throwIfAborted();
  return exitCodeOf(ended);
}
