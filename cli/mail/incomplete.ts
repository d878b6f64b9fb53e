import { byWeight, type Finding, isLoss } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { ReportClock } from '../report/clock.ts';
import type { Outcome } from '../report/outcome.ts';
import { count } from '../terminal/format.ts';
import { printableInLine } from '../terminal/printable.ts';
import { describeLastGood } from './last-good.ts';
import { ADVICE, groupBy, NAMES_IN_VERDICT, splitAdvice, type Trouble } from './trouble.ts';

/**
 * Of a database that failed, too: what its dump was seen to lack is not better because the service is out, for example.
 * @returns what makes backups incomplete, once for all databases of which the same is to be said; what fixes it may differ
 */
export function incompleteTroubles(outcomes: readonly Outcome[], clock: ReportClock): Trouble[] {
  const incomplete = outcomes.filter(
    outcome => outcome.state === 'incomplete' || (outcome.state === 'failed' && reasonsOf(outcome).length > 0),
  );
  return groupBy(incomplete, outcome => JSON.stringify(reasonsOf(outcome).map(({ code, message }) => [code, message])))
    .toSorted((a, b) => b.length - a.length)
    .map(group => describe(group, clock));
}

/** What was lost is said before, under SHRUNK. */
function reasonsOf({ findings }: Outcome): Finding[] {
  return byWeight(findings.filter(({ code, severity }) => severity !== 'warning' && !isLoss(code)));
}

function describe(group: readonly Outcome[], clock: ReportClock): Trouble {
  const databases = [...new Set(group.map(({ database }) => database))].sort();
  const names = databases.map(printableInLine);
  const isSaidAbove = group.every(({ state }) => state === 'failed');
  const [first, ...more] = reasonsOf(group[0]!);
  const what = first ? sentence(first) : 'lost something, see above';
  const after = `${more.length === 0 ? '' : `; ${count(more.length, 'more reason')} below`}${isSaidAbove ? '' : ` (${describeLastGood(group, clock)})`}`;
  const [advice, ...others] = advicesOf(group, 0);
  const isOne = advice !== undefined && others.length === 0;
  const { next, rest } = isOne ? splitAdvice(advice) : { next: EACH_ITS_OWN, rest: '' };
  return {
    state: 'INCOMPLETE',
    databases,
    summary:
      names.length === 1
        ? `${names[0]}: ${what}${after}`
        : `${what}: ${count(names.length, 'database')}, ${firstNames(names, NAMES_IN_VERDICT)}${after}`,
    next: advice === undefined ? [] : [next],
    details: [
      ...(isOne ? [rest].filter(Boolean) : advicesOf(group, 0)).map(inDetails),
      ...more.flatMap((reason, at) => [sentence(reason), ...advicesOf(group, at + 1).map(inDetails)]),
    ],
  };
}

const EACH_ITS_OWN = 'each needs a command of its own: see Details';

/** @returns what to do about the reason at that place, of all databases of a group, each once */
function advicesOf(group: readonly Outcome[], at: number): string[] {
  return [...new Set(group.flatMap(outcome => reasonsOf(outcome)[at]?.advice ?? []))];
}

function inDetails(advice: string): string {
  return `${ADVICE} ${advice}`;
}

function sentence({ code, message }: Finding): string {
  return `${printableInLine(message)} (${printableInLine(code)})`;
}
