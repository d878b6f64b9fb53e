import { firstNames } from '../../protocol/first-names.ts';
import { EXIT } from '../errors.ts';
import { count } from '../terminal/format.ts';
import { printable, printableBlock, printableInLine } from '../terminal/printable.ts';
import type { Check } from './checks/check.ts';

/** The whole of what `--json` prints. */
export interface DoctorReport {
  readonly checks: readonly Check[];
  readonly exitCode: number;
}

/** A single problem makes the set-up one that is not to be trusted. */
export function reportOf(checks: readonly Check[]): DoctorReport {
  return { checks, exitCode: checks.some(({ mark }) => mark === 'FAIL') ? EXIT.someFailed : EXIT.ok };
}

type Paint = (word: string) => string;

const PLAIN: Paint = word => word;

/** @returns a line for what was found, and below it one for what to do */
export function renderCheck(check: Check, paint: Paint = PLAIN): string {
  const { advice, area } = check;
  const line = renderFinding(check, paint);
  if (!advice) return line;
  // What to do about the list is a text of ours, with an example to copy: no line of it is marked as another's.
  const shown =
    area === 'configuration' ? printable(advice).replaceAll('\n', `\n${CONTINUED}`) : printableBlock(advice, CONTINUED);
  return `${line}\n        what to do: ${shown}`;
}

/** @returns the line for what was found alone */
export function renderFinding({ area, subject, mark, message }: Check, paint: Paint = PLAIN): string {
  return `${paint(mark.padEnd(5))} ${area}  ${printableInLine(subject)}: ${printableBlock(message, CONTINUED)}`;
}

/**
 * What the last run met and is still so is one problem, not two.
 * @returns the checks without those of the last run that repeat one of a database, which says so then
 */
export function withoutRepeated(checks: readonly Check[]): Check[] {
  const repeats = (last: Check, { area, subject, mark, message }: Check) =>
    area === 'database' &&
    mark === 'FAIL' &&
    last.message.startsWith(`${subject} `) &&
    last.message.endsWith(`: ${message}`);
  const ofLastRun = checks.filter(({ area, mark }) => area === 'last run' && mark === 'FAIL');
  const repeated = new Set(ofLastRun.filter(last => checks.some(check => repeats(last, check))));
  return checks
    .filter(check => !repeated.has(check))
    .map(check =>
      [...repeated].some(last => repeats(last, check))
        ? { ...check, message: `${check.message}; the last run had this, too` }
        : check,
    );
}

/** @returns the checks that are not ok, the problems last, each with what to do; empty when all is well */
export function renderOpen(checks: readonly Check[], paint: Paint = PLAIN): string {
  const open = (mark: Check['mark']) => checks.filter(check => check.mark === mark);
  return asOne([...open('warn'), ...open('FAIL')])
    .map(check => renderCheck(check, paint))
    .join('\n');
}

/** @returns the checks, those with one cause (a server that is down) as one that names all subjects */
function asOne(checks: readonly Check[]): Check[] {
  const causes = Map.groupBy(checks, ({ area, mark, message, advice }) =>
    JSON.stringify([area, mark, message, advice]),
  );
  return [...causes.values()].map(same => ({
    ...same[0]!,
    subject: firstNames([...new Set(same.map(({ subject }) => subject))]),
  }));
}

/** @returns such as `12 checks: 10 ok, 1 warning, 1 problem.` */
export function renderSummary(checks: readonly Check[]): string {
  const number = (wanted: Check['mark']) => checks.filter(({ mark }) => mark === wanted).length;
  const parts = [`${number('ok')} ok`, count(number('warn'), 'warning'), count(number('FAIL'), 'problem')];
  return `${count(checks.length, 'check')}: ${parts.join(', ')}.`;
}

/**
 * For a mail: the verdict first, then the problems, then the warnings.
 * @returns such as `sade doctor: 1 problem, 2 warnings (28 ok), 28 Nov 2026 15:00 +07:00` and what is not ok; empty when all is well
 */
export function renderMail(checks: readonly Check[], when: string): string {
  const [problems, warnings] = (['FAIL', 'warn'] as const).map(mark => checks.filter(check => check.mark === mark));
  if (problems!.length + warnings!.length === 0) return '';
  const parts = [
    ...(problems!.length > 0 ? [count(problems!.length, 'problem')] : []),
    ...(warnings!.length > 0 ? [count(warnings!.length, 'warning')] : []),
  ];
  const ok = checks.length - problems!.length - warnings!.length;
  return [
    `sade doctor: ${parts.join(', ')} (${ok} ok), ${when}`,
    ...asOne([...problems!, ...warnings!]).map(check => renderCheck(check)),
  ].join('\n');
}

/** What a server says may have several lines, and a mark stands at the beginning of one only where a check begins. */
const CONTINUED = ' '.repeat(10);
