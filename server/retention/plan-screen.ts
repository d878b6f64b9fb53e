import { formatBytes } from '../../protocol/format-bytes.ts';
import { minuteOf } from '../../protocol/texts/minute.ts';
import type { DatabasePlan } from './rules/plan-retention.ts';
import { policyInWords } from './rules/policy.ts';
import type { DatabaseSummary, PlanDocument } from './stored-plans.ts';

/** @returns the plan of all databases as text: one line for each database that loses a backup, or that is held */
export function fleetScreen({ summaries, brakes, ...totals }: PlanDocument): string {
  const lines = summaries.map(({ name, backups, goes, goesBytes, holds, waits }) => [
    name,
    `${number(goes)} of ${number(backups)}`,
    formatBytes(goesBytes),
    [...holds.map(({ words }) => `held: ${words}`), ...waits.map(({ words }) => `waits: ${words}`)].join('; '),
  ]);
  const held = summaries.filter(({ holds }) => holds.length > 0);
  const waiting = summaries.filter(({ waits }) => waits.length > 0);
  return [
    ...(lines.length > 0 ? [table([['database', 'to remove', 'size', 'why it is held or waits'], ...lines]), ''] : []),
    `${number(totals.goes)} of ${number(totals.backups)} backups (${formatBytes(totals.bytes)}) of ${databases(totals.databases)} would be removed, ${formatBytes(totals.goesBytes)}.`,
    ...(held.length > 0 ? [`${databases(held.length)} held: ${names(held)}.`] : []),
    ...(waiting.length > 0
      ? [`${databases(waiting.length)} wait${waiting.length === 1 ? 's' : ''} for an operator: ${names(waiting)}.`]
      : []),
    ...brakes.map(({ words }) => `Nothing is removed automatically: ${words}.`),
    '',
  ].join('\n');
}

/** @returns the plan of one database as text: one line for each backup, the newest first */
export function databaseScreen({ database, policy, decisions, goes, holds, waits }: DatabasePlan): string {
  const lines = decisions.map(({ backup, why }) => [
    String(backup.id),
    minuteOf(backup.takenAt),
    formatBytes(backup.size),
    backup.damage === null ? backup.state : 'damaged',
    `${why}${backup.goesBy === 'retention' ? ' (in its grace)' : ''}`,
  ]);
  return [
    table([['id', 'taken', 'size', 'state', 'why'], ...lines]),
    '',
    `${database}: ${policyInWords(policy)}. ${number(goes.length)} of ${number(decisions.length)} backups would be removed, ${formatBytes(goes.reduce((sum, { backup }) => sum + backup.size, 0))}.`,
    ...holds.map(({ words }) => `Held: ${words}.`),
    ...waits.map(({ words }) => `Waits for an operator: ${words}.`),
    '',
  ].join('\n');
}

/** So many names are in a sentence. */
const MOST_NAMES = 5;

function names(summaries: readonly DatabaseSummary[]): string {
  const some = summaries.slice(0, MOST_NAMES).map(({ name }) => name);
  const more = summaries.length - some.length;
  return some.join(', ') + (more > 0 ? ` and ${number(more)} more` : '');
}

function databases(count: number): string {
  return `${number(count)} database${count === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}

/** Columns as wide as their widest cell; the last one is as long as it is. */
function table(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  return rows
    .map(row =>
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
