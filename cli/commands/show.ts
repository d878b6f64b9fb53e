import { EXIT } from '../errors.ts';
import { reachedBy } from '../options/command-line.ts';
import type { Typed } from '../options/option.ts';
import { readCommand } from '../options/settings.ts';
import { failedDrill } from '../proof/proof.ts';
import { printableJson } from '../terminal/printable.ts';
import { requireBackupId } from './backup-id.ts';
import { type CommandContext, openService } from './command.ts';
import { renderReport } from './screens/show-screen.ts';

/**
 * `sade show ID`: all that is known of one backup: what it is worth and why, what is in it, when it was last checked.
 * @returns 0 for a complete one that has lost nothing, or whose loss was accepted, and that no drill found not restorable; else
 *   1, so that a script can ask
 * @throws {ExplainedError}
 */
export async function show(id: string, options: Typed, context: CommandContext): Promise<number> {
  requireBackupId(id);
  const { env, stdout } = context;
  const { json, ...settings } = readCommand('show', options, env);
  const service = await openService(settings, context);
  const report = await service.report(id);
  if (json) stdout.write(`${printableJson(report)}\n`);
  else {
    const newest = report.last_proof ?? report.last_drill;
    const drill = newest ? await service.drillReport(newest.id) : undefined;
    stdout.write(renderReport(report, stdout, { server: reachedBy(options), drill }));
  }
  const isFine = report.state === 'complete' && (!report.loss || report.loss.status === 'accepted');
  return isFine && !failedDrill(report) ? EXIT.ok : EXIT.someFailed;
}
