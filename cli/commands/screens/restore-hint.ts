import { manifestSchema } from '../../../protocol/manifest.ts';
import type { BackupReport } from '../../../protocol/responses.ts';
import { copyCommand } from '../../restore/by-hand/copy-command.ts';
import { createStatement, loadCommand, userStatements } from '../../restore/by-hand/restore-commands.ts';
import { RESTORE_BY_HAND } from '../../restore-guide.ts';
import { nextCommands } from '../../terminal/next-commands.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { wrap } from '../../terminal/wrap.ts';

/**
 * @param file path of the zip that was fetched
 * @param known.report what is known of it, if the service could be asked
 * @param known.server as it was given: the next command needs it as well
 * @param width of the terminal
 * @returns how it is loaded into a new database: by `sade restore`, and by hand: the commands, each on one line, or where they are
 *   explained
 */
export function renderRestore(
  file: string,
  { report, server }: { readonly report: BackupReport['data'] | undefined; readonly server?: unknown },
  width: number | undefined,
): string {
  const told = report?.manifest;
  const manifest = manifestSchema.isValidSync(told) ? told : undefined;
  const next = report ? bySade(file, { report, server }, width) : [];
  const byHand = next.length > 0 ? 'or by hand' : 'next: load it';
  if (!manifest)
    return `${[...next, wrap(`${byHand} into a new database, as ${RESTORE_BY_HAND} shows`, width, '  ')].join('\n')}\n`;
  const statement = createStatement(manifest);
  return [
    ...next,
    wrap(
      `${byHand} into a new database, as a user that has rights on that one only (${RESTORE_BY_HAND}).`,
      width,
      '  ',
    ),
    "In SQL, as the server's administrator:",
    ...[statement ?? 'CREATE DATABASE …;', ...userStatements(manifest)].map(line => `  ${printableInLine(line)}`),
    'Then in a shell:',
    // Without it a zip that can't be read to its end would look loaded.
    '  set -o pipefail',
    `  ${loadCommand(file, manifest)}`,
    '',
  ].join('\n');
}

/** Only a backup that is not complete needs to be forced. */
function bySade(
  file: string,
  { report, server }: { readonly report: BackupReport['data']; readonly server?: unknown },
  width: number | undefined,
): string[] {
  const { database_name: label, state } = report;
  const force = state === 'complete' ? [] : ['--force'];
  const command = copyCommand(label, { from: file }, { server, options: force });
  return [nextCommands([[command, 'into a new database: shows the plan, and asks']], width).trimEnd()];
}
