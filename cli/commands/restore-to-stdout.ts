import { shellWord } from '../../protocol/texts/shell-word.ts';
import { ConfigurationError, EXIT } from '../errors.ts';
import { chooseBackup, type PrepareOptions } from '../restore/plan/prepare.ts';
import { checkBackup } from '../restore/preflight/backup-check.ts';
import { describeChange } from '../restore/report/result-screen.ts';
import { fetchZip } from '../restore/run/fetch-zip.ts';
import { RestoreFolder } from '../restore/run/restore-folder.ts';
import { writeSql } from '../restore/run/to-stdout.ts';
import { wishOf } from '../restore/target/wish-of.ts';
import { printableBlock, printableInLine } from '../terminal/printable.ts';
import { ZippedDump } from '../unzip/zipped-dump.ts';
import type { CommandContext } from './command.ts';

/**
 * `sade restore NAME --to-stdout`: the SQL of a backup, filtered as the options say. It asks nothing, and no server is needed.
 * @throws {ConfigurationError} when the backup is in doubt and not forced; {ExplainedError} when it can't be read to its end
 */
export async function restoreToStdout(
  options: PrepareOptions,
  { stdout, stderr, signal }: CommandContext,
): Promise<number> {
  const { settings, label, call } = options;
  if (stdout.isTTY && !settings.force)
    throw new ConfigurationError([
      'a dump does not belong on a terminal: redirect it, such as >pt_xyz.sql, or add --force',
    ]);
  const backup = await chooseBackup(options);
  const wish = wishOf(settings, label, backup.manifest);
  const { problems, warnings } = checkBackup(backup);
  const [doubt] = problems;
  if (doubt && !settings.force) throw new ConfigurationError([doubt.message], { advice: doubt.advice });
  for (const text of [...problems.map(({ message }) => message), ...warnings])
    stderr.write(`warning: ${printableBlock(text, '    ')}\n`);
  await using folder = await RestoreFolder.open(settings.workDir, backup.zipSha256!);
  const path = await fetchZip({
    ...{ backup, access: settings.access, folder: folder.path, signal, onBytes: () => {} },
    command: `${call.again()} >${shellWord(`${label}.sql`)}`,
  });
  await using zip = await ZippedDump.open(path);
  for (const change of await writeSql({ backup, wish, zip, stdout, signal }))
    stderr.write(`changed: ${printableInLine(describeChange(change))}\n`);
  folder.done();
  return EXIT.ok;
}
