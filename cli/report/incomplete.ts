import { byWeight, type Finding, isLoss } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import { count } from '../terminal/format.ts';
import { printableInLine } from '../terminal/printable.ts';
import type { ReportClock } from './clock.ts';
import { describeLastGood } from './last-good.ts';
import { ADVICE, groupBy, NAMES_IN_VERDICT, type Trouble } from './trouble.ts';

/** @returns what makes backups incomplete, once for all databases of which the same is to be said */
export function incompleteTroubles(outcomes: readonly Outcome[], clock: ReportClock): Trouble[] {
  const incomplete = outcomes.filter(({ state }) => state === 'incomplete');
  return groupBy(incomplete, outcome =>
    JSON.stringify(reasonsOf(outcome).map(({ message, advice }) => [message, advice])),
  )
    .toSorted((a, b) => b.length - a.length)
    .map(group => describe(group, clock));
}

/** What was lost is said before, under SHRUNK. */
function reasonsOf({ findings }: Outcome): Finding[] {
  return byWeight(findings.filter(({ code, severity }) => severity !== 'warning' && !isLoss(code)));
}

function describe(group: readonly Outcome[], clock: ReportClock): Trouble {
  const names = [...new Set(group.map(({ database }) => printableInLine(database)))].sort();
  const [first, ...more] = reasonsOf(group[0]!);
  const what = first ? sentence(first) : 'lost something, see above';
  const others = more.length === 0 ? '' : `; ${count(more.length, 'more reason')} below`;
  const good = ` (${describeLastGood(group, clock)})`;
  const fix = first?.advice && STATEMENT.test(first.advice) ? printableInLine(first.advice) : undefined;
  return {
    state: 'INCOMPLETE',
    databases: [...new Set(group.map(({ database }) => database))].sort(),
    summary:
      names.length === 1
        ? `${names[0]}: ${what}${others}${good}`
        : `${what}: ${count(names.length, 'database')}, ${firstNames(names, NAMES_IN_VERDICT)}${others}${good}`,
    ...(fix && { fix }),
    details: [
      ...(first?.advice && !fix ? [`${ADVICE} ${first.advice}`] : []),
      ...more.flatMap(reason => [sentence(reason), ...(reason.advice ? [`${ADVICE} ${reason.advice}`] : [])]),
    ],
  };
}

function sentence({ code, message }: Finding): string {
  return `${printableInLine(message)} (${printableInLine(code)})`;
}

/** One SQL statement and nothing else: it fixes what it is said of, and can be copied as it is. */
const STATEMENT = /^[A-Z]{3,} [^;\n]{1,300};$/;
