import { dirname } from 'node:path';
import { firstNames } from '../../protocol/first-names.ts';
import { count } from '../terminal/format.ts';
import { printableInLine } from '../terminal/printable.ts';
import type { ReportClock } from './clock.ts';
import { failedTroubles } from './failed.ts';
import { incompleteTroubles } from './incomplete.ts';
import { paragraph } from './paragraph.ts';
import { isFine, type RunReport } from './run-report.ts';
import { shrunkTroubles } from './shrunk.ts';
import { TROUBLE_STATES, type Trouble, type TroubleState } from './trouble.ts';

/** @returns what needs attention, the most urgent first */
export function troublesOf({ outcomes, notDone }: RunReport, clock: ReportClock): Trouble[] {
  return [
    ...shrunkTroubles(outcomes, clock),
    ...failedTroubles(outcomes, clock),
    ...incompleteTroubles(outcomes, clock),
    ...(notDone.length === 0 ? [] : [notDoneTrouble(notDone)]),
  ];
}

function notDoneTrouble(labels: readonly string[]): Trouble {
  const names = labels.map(printableInLine);
  return { state: 'NOT DONE', databases: labels, summary: firstNames(names), details: [] };
}

/**
 * @param paint colours the word that says how something is
 * @returns the lines that come first: how many need attention, then each cause once, with what is at stake
 */
export function verdict(
  report: RunReport,
  { troubles, clock, now, paint = (word: string) => word }: VerdictOptions,
): string[] {
  const groups = TROUBLE_STATES.map(state => troubles.filter(trouble => trouble.state === state));
  return [
    ...headline(report, clock, now).flatMap(line => paragraph(line, '', '')),
    ...groups.filter(group => group.length > 0).flatMap(group => describeGroup(group, paint)),
    ...zips(report),
  ];
}

interface VerdictOptions {
  readonly troubles: readonly Trouble[];
  readonly clock: ReportClock;
  readonly now: Date;
  readonly paint?: (word: TroubleState) => string;
}

function describeGroup(troubles: readonly Trouble[], paint: (word: TroubleState) => string): string[] {
  const databases = new Set(troubles.flatMap(({ databases }) => databases));
  return [
    '',
    `${paint(troubles[0]!.state)} ${databases.size}`,
    ...troubles.flatMap(({ summary, fix }) => [
      ...paragraph(summary, '  ', '    '),
      ...(fix ? paragraph(fix, '    ', '      ') : []),
    ]),
  ];
}

/** @returns the line that a mail program shows of a mail that is not open, and what else there is to count */
export function headline(report: RunReport, clock: ReportClock, now: Date): string[] {
  const { outcomes, total, notDone, interruptedBy, startedAt, endedAt } = report;
  const own = new Set(outcomes.filter(({ isLeftover }) => !isLeftover).map(({ database }) => database));
  const bad = new Set(outcomes.filter(outcome => !isFine(outcome)).map(({ database }) => database));
  const needing = [...bad].filter(database => own.has(database)).length;
  const ok = total - needing - notDone.length;
  const [all, when] = [count(total, 'database'), clock.span(startedAt, endedAt, now)];
  const others = bad.size - needing;
  const earlier =
    others === 0 ? [] : [`Zips that an earlier run left of ${count(others, 'database')} need attention too.`];
  const need = `${needing === 1 ? 'needs' : 'need'} attention`;
  if (interruptedBy || notDone.length > 0) {
    const how = interruptedBy ? `Interrupted (${interruptedBy})` : 'Not finished';
    return [`${how}: ${notDone.length} of ${all} not done, ${when}`, `${ok} ok, ${needing} ${need}.`, ...earlier];
  }
  if (needing === 0) return [`${ok} of ${all} ok, ${when}`, ...earlier];
  return [`${needing} of ${all} ${need} (${ok} ok), ${when}`, ...earlier];
}

function zips({ outcomes, kept }: RunReport): string[] {
  const delivered = outcomes.filter(({ isLeftover, state }) => isLeftover && state !== 'failed').length;
  const folder = kept[0] === undefined ? '' : printableInLine(dirname(kept[0]));
  const waiting = `${count(kept.length, 'zip')} ${kept.length === 1 ? 'waits' : 'wait'} in ${folder}; the next run uploads ${kept.length === 1 ? 'it' : 'them'} first.`;
  const lines = [
    ...(kept.length > 0 ? paragraph(waiting, '') : []),
    ...(delivered > 0
      ? [`${count(delivered, 'zip')} that an earlier run left ${delivered === 1 ? 'is' : 'are'} delivered.`]
      : []),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}
