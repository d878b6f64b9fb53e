import { firstNames } from '../../protocol/first-names.ts';
import type { ReportClock } from '../report/clock.ts';
import type { Failure, Outcome } from '../report/outcome.ts';
import { count } from '../terminal/format.ts';
import { printableInLine } from '../terminal/printable.ts';
import { describeLastGood } from './last-good.ts';
import { ADVICE, groupBy, NAMES_IN_VERDICT, splitAdvice, type Trouble } from './trouble.ts';

type Failed = Outcome & { readonly failure: Failure };

/** @returns what has failed, once for all databases that failed for the same cause or with the same words */
export function failedTroubles(outcomes: readonly Outcome[], clock: ReportClock): Trouble[] {
  const failed = outcomes.filter((outcome): outcome is Failed => outcome.failure !== undefined);
  const isMixed = new Set(failed.map(({ failure }) => failure.keptAt !== undefined)).size > 1;
  return groupBy(failed, causeOf)
    .toSorted((a, b) => namesOf(b).length - namesOf(a).length)
    .map(group => describe(group, clock, isMixed));
}

function causeOf({ failure: { cause, stage, message, advice } }: Failed): string {
  return JSON.stringify(cause ? [cause.where, cause.why] : [stage, message, advice]);
}

/** @param isMixed whether the zips of some wait, and of others not: then each says it */
function describe(group: readonly Failed[], clock: ReportClock, isMixed: boolean): Trouble {
  const [{ failure }] = group as [Failed];
  const { next, rest } = splitAdvice(failure.advice ?? '', failure.cause !== undefined);
  const names = namesOf(group);
  const { sentence, isWhole } = sentenceOf(failure);
  const databases = [...new Set(group.map(({ database }) => database))].sort();
  const newest = databases.map(name => group.findLast(({ database }) => database === name)!);
  const after = `${isMixed ? zipsOf(group) : ''} (${describeLastGood(newest, clock)})`;
  return {
    state: 'FAILED',
    databases,
    summary:
      names.length === 1
        ? `${names[0]}: ${sentence}${after}`
        : `${sentence}: ${count(names.length, 'database')}, ${firstNames(names, NAMES_IN_VERDICT)}${after}`,
    next: [next].filter(Boolean),
    details: [...(isWhole ? [] : textsOf(group)), ...(rest ? [`${ADVICE} ${rest}`] : [])],
  };
}

/** The same cause may be said in other words for another user: then each text has its databases before it. */
function textsOf(group: readonly Failed[]): string[] {
  const texts = groupBy(group, textOf);
  if (texts.length === 1) return texts[0]!.slice(0, 1).map(textOf);
  const shown = texts.slice(0, MOST_TEXTS).map(same => `${firstNames(namesOf(same))}: ${textOf(same[0]!)}`);
  const left = texts.length - shown.length;
  return left === 0
    ? shown
    : [...shown, `${count(left, 'more text')} of other databases: see last-run.json in the work folder`];
}

/** Of one cause. */
const MOST_TEXTS = 5;

function textOf({ failure: { stage, message } }: Failed): string {
  return `${stage}: ${shortened(message)}`;
}

function namesOf(group: readonly Failed[]): string[] {
  return [...new Set(group.map(({ database }) => printableInLine(database)))].sort();
}

/** @returns what is said of a cause in one line, and whether the failure has no more to say */
function sentenceOf({ cause, stage, message }: Failure): { sentence: string; isWhole: boolean } {
  if (cause) return { sentence: `${printableInLine(cause.where)} ${printableInLine(cause.why)}`, isWhole: false };
  const [first = ''] = message.split(/\r?\n/, 1);
  const isWhole = first === message && message.length <= LONGEST;
  const said = first.length <= LONGEST ? first : `${first.slice(0, LONGEST - 1)}…`;
  return { sentence: `${stage}: ${printableInLine(said)}${isWhole || said.endsWith('…') ? '' : ' …'}`, isWhole };
}

/** Of a message in the verdict; the details have more of it. */
const LONGEST = 160;

/** A client program may say megabytes, of which a message has thousands of characters: the beginning and the end say why. */
function shortened(message: string): string {
  const lines = message
    .trimEnd()
    .split(/\r?\n/)
    .map(line => (line.length <= MOST_IN_LINE ? line : `${line.slice(0, MOST_IN_LINE)} …`));
  const left = lines.length - 2 * LINES_AT_EACH_END;
  if (left <= 1) return lines.join('\n');
  const note = `… ${left} lines are left out; last-run.json in the work folder has them`;
  return [...lines.slice(0, LINES_AT_EACH_END), note, ...lines.slice(-LINES_AT_EACH_END)].join('\n');
}

const [LINES_AT_EACH_END, MOST_IN_LINE] = [6, 600];

function zipsOf(group: readonly Failed[]): string {
  const waiting = group.filter(({ failure }) => failure.keptAt !== undefined).length;
  return waiting === 0 ? '' : `; ${count(waiting, 'zip')} ${waiting === 1 ? 'waits' : 'wait'}`;
}
