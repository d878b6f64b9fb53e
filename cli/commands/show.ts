import { EXIT } from '../errors.ts';
import type { Typed } from '../options/option.ts';
import { readCommand } from '../options/settings.ts';
import { Service } from '../service/service.ts';
import { printableJson } from '../terminal/printable.ts';
import { requireBackupId } from './backup-id.ts';
import type { CommandContext } from './command.ts';
import { renderReport } from './screens/show-screen.ts';

/**
 * `sade show ID`: all that is known of one backup: what it is worth and why, what is in it, when it was last checked.
 * @returns 0 for a complete one that has lost nothing, or whose loss was accepted; else 1, so that a script can ask
 * @throws {ExplainedError}
 */
export async function show(id: string, options: Typed, context: CommandContext): Promise<number> {
  requireBackupId(id);
  const { env, stdout, signal } = context;
  const { server, json } = readCommand('show', options, env);
  const report = await new Service(server, signal).report(id);
  stdout.write(json ? `${printableJson(report)}\n` : renderReport(report, stdout, options.server));
  const isFine = report.state === 'complete' && (!report.loss || report.loss.status === 'accepted');
  return isFine ? EXIT.ok : EXIT.someFailed;
}
