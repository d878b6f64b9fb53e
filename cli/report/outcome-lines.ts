import { byWeight, type ForeignFinding } from '../../protocol/finding.ts';
import type { SharedCause } from '../errors.ts';
import { describeLoss } from '../losses/losses.ts';
import { count, formatBytes, formatCount, formatSeconds } from '../terminal/format.ts';
import { withLocalTimes } from '../terminal/local-time.ts';
import { printableBlock, printableInLine } from '../terminal/printable.ts';
import type { Failure, Outcome } from './outcome.ts';
import { isFine } from './run-report.ts';

/** What is printed of each database as it ends, on a terminal and in the work folder: what many share is said with the first. */
export class OutcomeLines {
  readonly #told = new Set<string>();

  /** @returns what happened to one database, a line for each thing to know */
  describe(outcome: Outcome): string {
    const { cause } = outcome.failure ?? {};
    if (!cause) return describeOutcome(outcome);
    const key = JSON.stringify([cause.where, cause.why]);
    if (!this.#told.has(key)) {
      this.#told.add(key);
      return describeOutcome(outcome);
    }
    const { failure, ...rest } = outcome;
    return describeOutcome({ ...rest, failure: asAbove(failure!, cause) });
  }
}

function asAbove({ advice: _, ...failure }: Failure, { where, why }: SharedCause): Failure {
  return { ...failure, message: `${where} ${why}, as said above` };
}

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

/** A message of a server or a client program may have several lines: none of them looks like a line of sade. */
const CONTINUED = ' '.repeat(10);

/** The loss of an earlier night that no one has accepted; its own stands among the findings. */
function olderLoss({ database, backupId, loss }: Outcome): string[] {
  return loss && loss.id !== backupId ? describeLoss(database, loss, ' '.repeat(8)) : [];
}

/** @returns the word for what is not fine */
function resultOf({ state }: Outcome): string {
  return state === 'complete' ? 'SHRUNK' : state.toUpperCase();
}

/** @returns a finding as it stands below the line of its database */
export function describeFinding({ code, severity, message, advice }: ForeignFinding): string[] {
  return [
    `        ${code === 'SHRUNK' ? 'LOSS' : severity === 'warning' ? severity : severity.toUpperCase()}: ${printableBlock(withLocalTimes(message), CONTINUED)} (${printableInLine(code)})`,
    ...(advice ? [`          what to do: ${printableBlock(withLocalTimes(advice), `${CONTINUED}  `)}`] : []),
  ];
}

function whatWasDone(outcome: Outcome): string {
  const { tables, rows, dumpBytes, zipBytes, seconds, backupId, isLeftover, fileName, rehearsal } = outcome;
  const sizes = [
    ...(tables === undefined ? [] : [count(tables, 'table')]),
    ...(rows === undefined ? [] : [`${formatCount(rows)} row${rows === 1 ? '' : 's'}`]),
    ...(dumpBytes === undefined ? [] : [`dump ${formatBytes(dumpBytes)}`]),
    ...(zipBytes === undefined ? [] : [`zip ${formatBytes(zipBytes)}`]),
  ];
  const what = isLeftover ? [`delivered ${printableInLine(fileName)}, left by an earlier run`, ...sizes] : sizes;
  const rehearsed = rehearsal ? [rehearsal.reason === null ? 'rehearsed' : 'not rehearsed'] : [];
  return [...what, ...rehearsed, formatSeconds(seconds), `id ${backupId}`].join(', ');
}
