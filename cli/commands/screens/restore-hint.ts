import { manifestSchema } from '../../../protocol/manifest.ts';
import type { BackupReport } from '../../../protocol/responses.ts';
import { createStatement, loadCommand, userStatements } from '../../restore/by-hand/restore-commands.ts';
import { RESTORE_BY_HAND } from '../../restore-guide.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { wrap } from '../../terminal/wrap.ts';

/**
 * @param file path of the zip that was fetched
 * @param report what is known of it, if the service could be asked
 * @param width of the terminal
 * @returns how it is loaded into a new database: the commands, each on one line, or where they are explained
 */
export function renderRestore(
  file: string,
  report: BackupReport['data'] | undefined,
  width: number | undefined,
): string {
  const told = report?.manifest;
  const manifest = manifestSchema.isValidSync(told) ? told : undefined;
  if (!manifest) return `${wrap(`next: load it into a new database, as ${RESTORE_BY_HAND} shows`, width, '  ')}\n`;
  const statement = createStatement(manifest);
  return [
    wrap(
      `next: load it into a new database, as a user that has rights on that one only (${RESTORE_BY_HAND}).`,
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
