import { examine } from '../../doctor/examine.ts';
import { planOf } from '../../doctor/plan.ts';
import { renderPlan } from '../../doctor/plan-screen.ts';
import { renderOpen } from '../../doctor/render.ts';
import type { BackupSettings } from '../../options/settings.ts';
import manifest from '../../package.json' with { type: 'json' };
import { learningPreflight } from '../../preflight/hanging-servers.ts';
import { runPreflight } from '../../preflight/preflight.ts';
import { snakeCased } from '../../report/snake-case.ts';
import { Service } from '../../service/service.ts';
import { paintState } from '../../terminal/colour.ts';
import { printableJson } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import type { CommandContext } from '../command.ts';

/**
 * `sade backup --dry-run`: shows what a run would do with the databases, and does none of it. The servers are only asked, the
 * service is asked how it is, and the work folder is read. It takes no lock, so it never stops a run, and can run beside one.
 * @returns the exit code: 1 when something stands in the way of a complete backup
 * @throws the signal's reason when aborted
 */
export async function dryRun(settings: BackupSettings, context: CommandContext): Promise<number> {
  const { env, stdout, signal } = context;
  const examination = await examine(settings, {
    ...{ env, signal, version: manifest.version, preflight: learningPreflight(runPreflight) },
    askWhoami: access => new Service(access, signal).whoami(),
    askService: access => new Service(access, signal).status(),
    tell: () => {},
  });
  const plan = planOf(examination, settings);
  const paint = (word: string) => paintState(word, stdout);
  if (settings.json) stdout.write(`${printableJson(snakeCased(plan))}\n`);
  else if (!settings.quiet || renderOpen(plan.checks))
    stdout.write(`${renderPlan(plan, screenWidth(stdout), paint)}\n`);
  return plan.exitCode;
}
