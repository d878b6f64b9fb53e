import { dirname } from 'node:path';
import { firstNames } from '../../protocol/first-names.ts';
import { shellOnly } from '../../protocol/texts/shell-word.ts';
import type { ReportClock } from '../report/clock.ts';
import { isFine, type RunReport } from '../report/run-report.ts';
import { count } from '../terminal/format.ts';
import { printableInLine } from '../terminal/printable.ts';
import { failedTroubles } from './failed.ts';
import { incompleteTroubles } from './incomplete.ts';
import { paragraph, quotedParagraph } from './paragraph.ts';
import { shrunkTroubles } from './shrunk.ts';
import { NAMES_IN_VERDICT, TROUBLE_STATES, type Trouble, type TroubleState } from './trouble.ts';

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
  const again = labels.length <= NAMES_IN_VERDICT ? ` ${shellOnly(labels)}` : '';
  return {
    state: 'NOT DONE',
    databases: labels,
    summary: firstNames(names),
    next: [`sade backup${again}`],
    details: [],
  };
}

/**
 * @param paint colours the word that says how something is
 * @returns the lines that come first: how many need attention, then each cause once, with what is at stake
 */
export function verdict(
  report: RunReport,
  { troubles, clock, now, paint = (word: string) => word }: VerdictOptions,
): string[] {
  const once = saidOnce(troubles);
  const groups = TROUBLE_STATES.map(state => once.filter(trouble => trouble.state === state));
  return [
    ...headline(report, clock, now).flatMap(line => paragraph(line, '', '')),
    ...(report.unfinished ? ['', ...quotedParagraph(`warning: ${report.unfinished}`, '')] : []),
    ...groups.flatMap((group, at) => describeGroup(group, namesIn(groups.slice(0, at).flat()), paint)),
    ...zips(report),
  ];
}

interface VerdictOptions {
  readonly troubles: readonly Trouble[];
  readonly clock: ReportClock;
  readonly now: Date;
  readonly paint?: (word: TroubleState) => string;
}

/** Two causes may have the same way out. */
function saidOnce(troubles: readonly Trouble[]): Trouble[] {
  const said = new Map<string, string>();
  return troubles.map(trouble => {
    const [name = ''] = trouble.databases;
    const next = trouble.next.map(text => {
      const before = said.get(text);
      if (before === undefined) said.set(text, name);
      return before === undefined || before === name ? text : `the same as for ${printableInLine(before)}`;
    });
    return { ...trouble, next };
  });
}

/** @param above the databases of the groups before: one that is in both is counted in both */
function describeGroup(
  troubles: readonly Trouble[],
  above: ReadonlySet<string>,
  paint: (word: TroubleState) => string,
): string[] {
  const [first] = troubles;
  if (!first) return [];
  const databases = namesIn(troubles);
  const again = [...databases].filter(database => above.has(database)).map(printableInLine);
  const also = again.length === 0 ? '' : ` (also above: ${firstNames(again, NAMES_IN_VERDICT)})`;
  return [
    '',
    ...paragraph(`${paint(first.state)} ${databases.size}${also}`, ''),
    ...troubles.flatMap(({ summary, next }) => [
      ...paragraph(summary, '  ', '    '),
      ...next.flatMap(text => paragraph(`-> ${text}`, '    ', '       ')),
    ]),
  ];
}

function namesIn(troubles: readonly Trouble[]): Set<string> {
  return new Set(troubles.flatMap(({ databases }) => databases));
}

/** @returns the line that a mail program shows of a mail that is not open, and what else there is to count */
export function headline(report: RunReport, clock: ReportClock, now: Date): string[] {
  const { outcomes, total, notDone, interruptedBy, startedAt, endedAt } = report;
  const own = new Set(outcomes.filter(({ isLeftover }) => !isLeftover).map(({ database }) => database));
  const bad = new Set(outcomes.filter(outcome => !isFine(outcome)).map(({ database }) => database));
  const needing = [...bad].filter(database => own.has(database)).length;
  const ok = total - needing - notDone.length;
  const [all, when] = [count(total, 'database'), clock.span(startedAt, endedAt, now)];
  const elsewhere = bad.size - needing;
  const earlier =
    elsewhere === 0 ? [] : [`Zips that an earlier run left of ${count(elsewhere, 'database')} need attention too.`];
  const need = `${needing === 1 ? 'needs' : 'need'} attention`;
  if (interruptedBy || notDone.length > 0) {
    const how = interruptedBy ? `Interrupted (${interruptedBy})` : 'Not finished';
    const others = ok + needing === 0 ? 'This run backed up no database.' : `${ok} ok, ${needing} ${need}.`;
    return [`${how}: ${notDone.length} of ${all} not done, ${when}`, others, ...earlier];
  }
  // What a mail program shows must not say that all is well when the run exits with 1.
  if (elsewhere > 0 && needing === 0)
    return [`Zips of earlier runs need attention (${count(elsewhere, 'database')}); ${ok} of ${all} ok, ${when}`];
  if (needing === 0) return [`${ok} of ${all} ok, ${when}`];
  return [`${needing} of ${all} ${need} (${ok} ok), ${when}`, ...earlier];
}

function zips({ outcomes, kept }: RunReport): string[] {
  const delivered = outcomes.filter(({ isLeftover, state }) => isLeftover && state !== 'failed');
  const folder = kept[0] === undefined ? '' : printableInLine(dirname(kept[0]));
  const isOne = kept.length === 1;
  const waiting = `${count(kept.length, 'zip')} ${isOne ? 'waits' : 'wait'} in ${folder}, not yet at the service; the next run uploads ${isOne ? 'it' : 'them'} first.`;
  const names = [...new Set(delivered.map(({ database }) => printableInLine(database)))];
  const now = `${count(delivered.length, 'zip')} of an earlier run ${delivered.length === 1 ? 'is' : 'are'} at the service now: ${firstNames(names, NAMES_IN_VERDICT)}.`;
  const lines = [
    ...(kept.length > 0 ? paragraph(waiting, '') : []),
    ...(delivered.length > 0 ? paragraph(now, '') : []),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}
