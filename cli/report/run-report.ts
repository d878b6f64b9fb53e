import type { Finding } from '../../protocol/finding.ts';
import type { UnacceptedLoss } from '../../protocol/responses.ts';
import { describeLoss, isLoss } from '../losses.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import { EXIT } from '../problems.ts';
import { count, formatBytes, formatCount, formatSeconds } from '../terminal/format.ts';
import { printableBlock, printableInLine } from '../terminal/printable.ts';
import { table } from '../terminal/table.ts';
import type { SnakeCased } from './snake-case.ts';

/** How a run ended. */
export interface RunReport {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly exitCode: number;
  readonly server: string;
  /** The signal that ended the run early. */
  readonly interruptedBy?: NodeJS.Signals;
  /** Databases that were to be backed up in this run. */
  readonly total: number;
  readonly outcomes: readonly Outcome[];
  /** Databases that the run did not get through, because it was interrupted. */
  readonly notDone: readonly string[];
  /** Paths of zips that wait in the work folder for the next run. */
  readonly kept: readonly string[];
  /** Labels of the databases that `--only` named; left out for a run of all. */
  readonly only?: readonly string[];
}

/** The same as `--json` prints it. */
export type RunReportJson = SnakeCased<RunReport>;

/** @returns what happened to one database, a line for each thing to know */
export function describeOutcome(outcome: Outcome): string {
  const { failure, findings } = outcome;
  const database = printableInLine(outcome.database);
  const lines = failure
    ? [`FAILED  ${database}  ${failure.stage}: ${printableBlock(failure.message, CONTINUED)}`]
    : [`${(isFine(outcome) ? 'ok' : resultOf(outcome)).padEnd(6)}  ${database}  ${whatWasDone(outcome)}`];
  if (failure?.advice) lines.push(`        what to do: ${printableBlock(failure.advice, CONTINUED)}`);
  if (failure?.keptAt) lines.push(`        its zip waits for the next run: ${printableInLine(failure.keptAt)}`);
  return [...lines, ...byWeight(findings).flatMap(describeFinding), ...olderLoss(outcome)].join('\n');
}

/** What a server or a client program said may have several lines: none of them begins as one of ours does. */
const CONTINUED = ' '.repeat(10);

/** The loss of an earlier night that no one has accepted; its own stands among the findings. */
function olderLoss({ backupId, loss }: Outcome): string[] {
  return loss && loss.id !== backupId ? describeLoss(loss, ' '.repeat(8)) : [];
}

function isFine({ state, loss }: Outcome): boolean {
  return state === 'complete' && !loss;
}

/** @returns the word for what is not fine */
function resultOf({ state }: Outcome): string {
  return state === 'complete' ? 'SHRUNK' : state.toUpperCase();
}

/** @returns a finding as it stands below the line of its database */
export function describeFinding({ code, severity, message, advice }: Finding): string[] {
  return [
    `        ${code === 'SHRUNK' ? 'LOSS' : severity === 'warning' ? severity : severity.toUpperCase()}: ${printableBlock(message, CONTINUED)} (${printableInLine(code)})`,
    ...(advice ? [`          what to do: ${printableBlock(advice, `${CONTINUED}  `)}`] : []),
  ];
}

/** What is so every night: an administrator who has decided to live with it wants no mail about it. */
const STANDING = ['NOT_TRANSACTIONAL', 'CLIENT_OLDER'];

/** @returns whether an outcome is worth a line when nothing is to be said unless something is amiss */
export function deservesLook({ state, findings, loss }: Outcome): boolean {
  return state !== 'complete' || loss !== undefined || findings.some(({ code }) => !STANDING.includes(code));
}

/** @returns what was lost first, for that may be urgent; then what makes a backup incomplete; then the warnings */
export function byWeight(findings: readonly Finding[]): Finding[] {
  const weight = ({ severity, code }: Finding) => (isLoss(code) ? 0 : severity !== 'warning' ? 1 : 2);
  return findings.toSorted((a, b) => weight(a) - weight(b));
}

function whatWasDone(outcome: Outcome): string {
  const { tables, rows, dumpBytes, zipBytes, seconds, backupId, isLeftover, fileName } = outcome;
  const sizes = [
    ...(tables === undefined ? [] : [count(tables, 'table')]),
    ...(rows === undefined ? [] : [`${formatCount(rows)} row${rows === 1 ? '' : 's'}`]),
    ...(dumpBytes === undefined ? [] : [`dump ${formatBytes(dumpBytes)}`]),
    ...(zipBytes === undefined ? [] : [`zip ${formatBytes(zipBytes)}`]),
  ];
  const what = isLeftover ? [`delivered ${printableInLine(fileName)}, left by an earlier run`, ...sizes] : sizes;
  return [...what, formatSeconds(seconds), `id ${backupId}`].join(', ');
}

/**
 * @returns 0 only if every database has a complete backup to show that has lost nothing, and nothing else is amiss; 2 if none
 *   has any
 */
export function exitCodeOf(outcomes: readonly Outcome[], total: number): number {
  const own = outcomes.filter(outcome => !outcome.isLeftover);
  if (own.filter(isFine).length === total && outcomes.every(isFine)) return EXIT.ok;
  return own.some(outcome => outcome.state !== 'failed') ? EXIT.someFailed : EXIT.noneSucceeded;
}

/** @returns the last lines of a run, so that silence never means success */
export function summarize(report: RunReport): string {
  const own = report.outcomes.filter(outcome => !outcome.isLeftover);
  const delivered = report.outcomes.filter(outcome => outcome.isLeftover && outcome.state !== 'failed').length;
  const complete = own.filter(outcome => outcome.state === 'complete').length;
  const seconds = (report.endedAt.getTime() - report.startedAt.getTime()) / 1000;
  const lines = [`${complete} of ${count(report.total, 'database')} backed up in ${formatSeconds(seconds)}`];
  if (delivered > 0) lines.push(`${count(delivered, 'zip')} of an earlier run delivered`);
  for (const state of ['incomplete', 'failed'] as const) {
    const databases = report.outcomes.filter(outcome => outcome.state === state).map(outcome => outcome.database);
    if (databases.length > 0) lines.push(`${state.toUpperCase()}: ${[...new Set(databases)].join(', ')}`);
  }
  const losses = new Map(report.outcomes.flatMap(({ database, loss }) => (loss ? [[database, loss]] : [])));
  if (losses.size > 0) lines.push(`SHRUNK: ${[...losses].map(describe).join(', ')}`);
  if (report.interruptedBy)
    lines.push(`interrupted by ${report.interruptedBy}; not done: ${report.notDone.join(', ') || 'nothing'}`);
  if (report.kept.length > 0)
    lines.push(`${count(report.kept.length, 'zip')} in the work folder for the next run to deliver`);
  return printableInLine(`${lines.join('; ')}.`);
}

function describe([database, { reference }]: [string, UnacceptedLoss]): string {
  return `${database} (${whichHasIt(reference)})`;
}

function whichHasIt({ id, timestamp, state, instead }: UnacceptedLoss['reference']): string {
  if (id === null) return `the backup of ${timestamp} UTC had what was lost`;
  if (state !== 'damaged') return `backup ${id} has what was lost`;
  const damaged = `backup ${id} had what was lost, and is damaged now`;
  return instead ? `${damaged}; backup ${instead.id} has it` : damaged;
}

/** @returns the same as a table, for a terminal */
export function tabulate({ outcomes }: RunReport): string {
  const size = (bytes: number | undefined) => (bytes === undefined ? '' : formatBytes(bytes));
  const rows = outcomes.map(({ database, state, dumpBytes, zipBytes, seconds, backupId, failure, loss }) => [
    database,
    { complete: loss ? 'SHRUNK' : 'ok', incomplete: 'INCOMPLETE', failed: `FAILED (${failure?.stage})` }[state],
    size(dumpBytes),
    size(zipBytes),
    formatSeconds(seconds),
    backupId ?? '',
  ]);
  return table(['database', 'result', 'dump', 'zip', 'time', 'id'], rows, [
    'left',
    'left',
    'right',
    'right',
    'right',
    'right',
  ]);
}
