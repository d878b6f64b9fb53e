import { formatStateAndLoss } from '../../losses/losses.ts';
import { commandLine, withValue } from '../../options/command-line.ts';
import { paintState } from '../../terminal/colour.ts';
import { fittedTable } from '../../terminal/columns.ts';
import { count, formatBytes, formatCount } from '../../terminal/format.ts';
import { timeColumn } from '../../terminal/local-time.ts';
import { nextCommands } from '../../terminal/next-commands.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { copyCommand, replaceCommand } from '../by-hand/copy-command.ts';
import type { FoundBackups } from './find-table.ts';

/** @param asked.server as it was given: the next command needs it as well @returns which backups hold a table, and how it is restored */
export function renderFound(
  found: FoundBackups,
  { label, server }: { readonly label: string; readonly server: unknown },
  stdout: NodeJS.WriteStream,
): string {
  const width = screenWidth(stdout);
  const { table, backups, looked_at: lookedAt, unknown, has_more: hasMore } = found;
  const doubt = unknown > 0 ? ` Of ${count(unknown, 'backup')} it is not known: they have no manifest.` : '';
  const name = printableInLine(table);
  if (backups.length === 0)
    return [
      `No backup of ${printableInLine(label)} holds a table ${name} (${count(lookedAt, 'backup')} looked at).${doubt}`,
      `what to do: Check the name. ${commandLine('history', label, { server })} shows the backups, sade show ID the tables in one.\n`,
    ].join('\n');
  const time = timeColumn(
    backups.map(({ timestamp }) => timestamp),
    new Date(),
  );
  const states = backups.map(
    ({ state, loss, made_for }) => `${formatStateAndLoss(state, loss)}${made_for ? ', made before a restore' : ''}`,
  );
  const columns = [
    { head: 'id', cells: backups.map(({ id }) => String(id)), rank: 0, align: 'right' as const },
    { head: `taken${time.zone}`, cells: backups.map(({ timestamp }) => time.format(timestamp)), rank: 0 },
    {
      head: `rows of ${name}`,
      cells: backups.map(({ table }) => formatCount(table.rows)),
      rank: 0,
      align: 'right' as const,
    },
    {
      head: 'in the dump',
      cells: backups.map(({ table }) => formatBytes(table.bytes)),
      rank: 1,
      align: 'right' as const,
    },
    { head: 'state', cells: states, rank: 0, paint: (shown: string) => paintState(shown, stdout) },
  ];
  const most = bestOf(backups);
  const [which, options] = [{ at: most.id }, withValue('--tables', most.table.name)];
  return [
    fittedTable(columns, width),
    ...(hasMore ? ['Older backups were not looked at; --limit shows more.'] : []),
    ...(doubt ? [doubt.trim()] : []),
    '',
    nextCommands(
      [
        [copyCommand(label, which, { server, options }), 'the table into another database, to look at it first'],
        [
          replaceCommand(label, which, { server, options }),
          'replaces the table that is there now; makes a backup first',
        ],
      ],
      width,
    ),
  ].join('\n');
}

/**
 * @returns the newest with the most rows, of the complete ones that lost nothing if there are any; what a restore replaced is the last
 *   thing that is wanted
 */
function bestOf(backups: FoundBackups['backups']): FoundBackups['backups'][number] {
  const ordinary = backups.filter(({ made_for }) => !made_for);
  const whole = ordinary.filter(
    ({ state, loss }) => state === 'complete' && loss !== 'unaccepted' && loss !== 'superseded',
  );
  const [first, ...more] = [whole, ordinary, backups].find(({ length }) => length > 0)!;
  return more.reduce((best, backup) => (backup.table.rows > best.table.rows ? backup : best), first!);
}
