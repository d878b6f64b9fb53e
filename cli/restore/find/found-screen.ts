import { formatStateAndLoss } from '../../losses/losses.ts';
import { commandLine, withValue } from '../../options/command-line.ts';
import { paintState } from '../../terminal/colour.ts';
import { type Column, fittedTable } from '../../terminal/columns.ts';
import { count, formatBytes, formatCount } from '../../terminal/format.ts';
import { timeColumn } from '../../terminal/local-time.ts';
import { type NextCommand, nextCommands } from '../../terminal/next-commands.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { copyCommand, replaceCommand } from '../by-hand/copy-command.ts';
import type { FoundBackups } from './find-table.ts';

interface Asked {
  readonly label: string;
  /** As it was given: the next command needs it as well. */
  readonly server: unknown;
}

/** @returns which backups hold a table, and how it is restored */
export function renderFound(found: FoundBackups, asked: Asked, stdout: NodeJS.WriteStream): string {
  const width = screenWidth(stdout);
  const { backups, unknown, has_more: hasMore } = found;
  const doubt = unknown > 0 ? `Of ${count(unknown, 'backup')} it is not known: they have no manifest.` : '';
  if (backups.length === 0) return nothingFound(found, asked, doubt);
  return [
    fittedTable(columnsOf(found, stdout), width),
    ...(hasMore ? ['Older backups were not looked at; --limit shows more.'] : []),
    ...(doubt ? [doubt] : []),
    '',
    nextCommands(commandsFor(bestOf(backups), asked), width),
  ].join('\n');
}

function nothingFound({ table, looked_at: lookedAt }: FoundBackups, { label, server }: Asked, doubt: string): string {
  const none = `No backup of ${printableInLine(label)} holds a table ${printableInLine(table)} (${count(lookedAt, 'backup')} looked at).`;
  return [
    doubt ? `${none} ${doubt}` : none,
    `what to do: Check the name. ${commandLine('history', label, { server })} shows the backups, sade show ID the tables in one.\n`,
  ].join('\n');
}

function columnsOf({ table, backups }: FoundBackups, stdout: NodeJS.WriteStream): Column[] {
  const time = timeColumn(
    backups.map(({ timestamp }) => timestamp),
    new Date(),
  );
  const states = backups.map(
    ({ state, loss, made_for }) => `${formatStateAndLoss(state, loss)}${made_for ? ', made before a restore' : ''}`,
  );
  return [
    { head: 'id', cells: backups.map(({ id }) => String(id)), rank: 0, align: 'right' },
    { head: `taken${time.zone}`, cells: backups.map(({ timestamp }) => time.format(timestamp)), rank: 0 },
    {
      head: `rows of ${printableInLine(table)}`,
      cells: backups.map(({ table }) => formatCount(table.rows)),
      rank: 0,
      align: 'right',
    },
    { head: 'in the dump', cells: backups.map(({ table }) => formatBytes(table.bytes)), rank: 1, align: 'right' },
    { head: 'state', cells: states, rank: 0, paint: shown => paintState(shown, stdout) },
  ];
}

function commandsFor({ id, table }: Found, { label, server }: Asked): NextCommand[] {
  const [which, options] = [{ at: id }, withValue('--tables', table.name)];
  return [
    [copyCommand(label, which, { server, options }), 'the table into another database, to look at it first'],
    [replaceCommand(label, which, { server, options }), 'replaces the table that is there now; makes a backup first'],
  ];
}

type Found = FoundBackups['backups'][number];

/**
 * @returns the newest with the most rows, of the complete ones that lost nothing if there are any; what a restore replaced is the last
 *   thing that is wanted
 */
function bestOf(backups: FoundBackups['backups']): Found {
  const ordinary = backups.filter(({ made_for }) => !made_for);
  const whole = ordinary.filter(
    ({ state, loss }) => state === 'complete' && loss !== 'unaccepted' && loss !== 'superseded',
  );
  const [first, ...more] = [whole, ordinary, backups].find(({ length }) => length > 0)!;
  return more.reduce((best, backup) => (backup.table.rows > best.table.rows ? backup : best), first!);
}
