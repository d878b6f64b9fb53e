import type { BackupSummary, DatabaseHistory } from '../../../protocol/responses.ts';
import { describeFound, describeLoss, type FoundLoss, formatStateAndLoss } from '../../losses/losses.ts';
import { commandLine } from '../../options/command-line.ts';
import { describeFailedDrill, failedDrill, formatProof } from '../../proof/proof.ts';
import { copyCommand } from '../../restore/by-hand/copy-command.ts';
import { paintState } from '../../terminal/colour.ts';
import { type Column, fittedTable } from '../../terminal/columns.ts';
import { count, formatAge, formatBytes, formatCount } from '../../terminal/format.ts';
import { localDay, timeColumn } from '../../terminal/local-time.ts';
import { type NextCommand, nextCommands } from '../../terminal/next-commands.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrap } from '../../terminal/wrap.ts';

export interface HistoryScreen extends Readonly<DatabaseHistory['data']> {
  /** What the latest backup has lost, if it is incomplete. */
  readonly found: FoundLoss | undefined;
  /** With file names, and nothing left out or cut. */
  readonly isWide: boolean;
  /** As it was given: the next commands need it as well. */
  readonly server: unknown;
  readonly now: Date;
}

/** @returns what `sade history` shows a person: a table, the loss, how many older ones there are, and the next commands */
export function renderHistory(screen: HistoryScreen, stdout: NodeJS.WriteStream): string {
  const width = screenWidth(stdout);
  const { found, unaccepted_loss, isWide } = screen;
  const failed = failedDrill(screen);
  const losses = [
    ...(found ? describeFound(found, '') : []),
    ...(unaccepted_loss ? describeLoss(screen.database_name, unaccepted_loss, '') : []),
    ...(failed ? describeFailedDrill(failed, '') : []),
  ];
  return [
    `${fittedTable(columnsOf(screen, stdout), isWide ? undefined : width)}\n`,
    ...(losses.length > 0 ? [`${losses.map(line => wrap(line, width, ' '.repeat(4))).join('\n')}\n`] : []),
    ...older(screen),
    nextCommands(newestComplete(screen), width),
  ].join('\n');
}

function columnsOf({ histories, found, isWide, now }: HistoryScreen, stdout: NodeJS.WriteStream): Column[] {
  const right = 'right' as const;
  const taken = timeColumn(
    histories.map(({ timestamp }) => timestamp),
    now,
  );
  const cells = (of: (backup: BackupSummary) => string) => histories.map(of);
  const figure = (number: number | null | undefined, format: (number: number) => string) =>
    typeof number === 'number' ? format(number) : '';
  const isDrilled = histories.some(({ last_drill }) => last_drill);
  const isReplaced = histories.some(({ made_for }) => made_for);
  const madeFor = ({ made_for }: BackupSummary) => (made_for ? 'a restore' : '');
  const proof = (backup: BackupSummary) => formatProof(backup, now);
  const colour = (shown: string) => paintState(shown, stdout);
  const state = (backup: BackupSummary) =>
    formatLife(
      backup,
      formatStateAndLoss(backup.state, found?.backup.id === backup.id ? 'unaccepted' : backup.loss),
      now,
    );
  return [
    { head: 'id', cells: cells(({ id }) => String(id)), rank: 0, align: right },
    { head: 'state', cells: cells(state), rank: 0, paint: colour },
    { head: `taken${taken.zone}`, cells: cells(({ timestamp }) => taken.format(timestamp)), rank: 0, align: right },
    { head: 'age', cells: cells(({ timestamp }) => formatAge(timestamp, now)), rank: 5, align: right },
    { head: 'rows', cells: cells(({ dump_rows }) => figure(dump_rows, formatCount)), rank: 2, align: right },
    { head: 'tables', cells: cells(({ table_count }) => figure(table_count, formatCount)), rank: 4, align: right },
    { head: 'size', cells: cells(({ size }) => figure(size, formatBytes)), rank: 1, align: right },
    { head: 'dump', cells: cells(({ dump_size }) => figure(dump_size, formatBytes)), rank: 6, align: right },
    ...(isReplaced ? [{ head: 'made for', cells: cells(madeFor), rank: 0 }] : []),
    ...(isDrilled ? [{ head: 'proven', cells: cells(proof), rank: 2.5, align: right, paint: colour }] : []),
    { head: 'findings', cells: cells(findings), rank: 3, least: 12 },
    ...(isWide ? [{ head: 'file', cells: cells(({ file_name }) => file_name), rank: 0 }] : []),
  ];
}

/** @returns the state of a backup; that it was removed, or on which day it will be: the time of day is with `sade show` */
function formatLife({ removed_at: removed, removal_due: due }: BackupSummary, state: string, now: Date): string {
  if (removed) return 'removed';
  return due ? `${state}, removed on ${localDay(due, now)}` : state;
}

/** @returns such as `BROKEN_VIEW, 2 more`: the one that weighs most, and how many there are besides */
function findings({ finding_count, worst_finding }: BackupSummary): string {
  if (!finding_count) return '';
  if (!worst_finding) return String(finding_count);
  return finding_count === 1 ? worst_finding : `${worst_finding}, ${finding_count - 1} more`;
}

function older({ database_name, histories, backup_count, server }: HistoryScreen): string[] {
  const more = (backup_count ?? histories.length) - histories.length;
  if (more <= 0) return [];
  const command = commandLine('history', database_name, { server, options: ['--limit', String(backup_count)] });
  return [`and ${formatCount(more)} older: ${command}\n`];
}

function newestComplete({ database_name, histories, server }: HistoryScreen): NextCommand[] {
  const there = histories.filter(({ removed_at }) => !removed_at);
  const complete = there.filter(({ state, made_for }) => state === 'complete' && !made_for);
  const whole = complete.find(({ loss }) => !loss || loss === 'accepted');
  const [newest] = complete;
  const show = (id: number) => commandLine('show', id, { server });
  if (!newest) {
    const none = `why it is not complete: none of these ${count(histories.length, 'backup')} of ${database_name} is`;
    return [
      [show((there[0] ?? histories[0]!).id), there.length > 0 ? none : 'who removed the newest one, when and why'],
    ];
  }
  if (!whole) return [[show(newest.id), 'what the newest complete backup has lost']];
  const which = `the newest complete backup${whole === newest ? '' : ' without a loss'}`;
  return [
    [show(whole.id), `what is in ${which}`],
    [copyCommand(database_name, { at: whole.id }, { server }), 'restores it into a new database; asks first'],
  ];
}
