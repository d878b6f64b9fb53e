import { EXIT } from '../problems.ts';
import { count } from '../terminal/format.ts';
import { printableBlock, printableInLine } from '../terminal/printable.ts';
import type { Check } from './check.ts';

/** The whole of what `--json` prints. */
export interface DoctorReport {
  readonly checks: readonly Check[];
  readonly exitCode: number;
}

/** A single problem makes the set-up one that is not to be trusted. */
export function reportOf(checks: readonly Check[]): DoctorReport {
  return { checks, exitCode: checks.some(({ mark }) => mark === 'FAIL') ? EXIT.someFailed : EXIT.ok };
}

/** @returns a line for what was found, and below it one for what to do */
export function renderCheck({ area, subject, mark, message, advice }: Check): string {
  const lines = [`${mark.padEnd(5)} ${area}  ${printableInLine(subject)}: ${printableBlock(message, CONTINUED)}`];
  if (advice) lines.push(`        what to do: ${printableBlock(advice, CONTINUED)}`);
  return lines.join('\n');
}

/** @returns the last line, such as `12 checks: 10 ok, 1 warning, 1 problem.` */
export function renderSummary(checks: readonly Check[]): string {
  const number = (wanted: Check['mark']) => checks.filter(({ mark }) => mark === wanted).length;
  const parts = [`${number('ok')} ok`, count(number('warn'), 'warning'), count(number('FAIL'), 'problem')];
  return `${count(checks.length, 'check')}: ${parts.join(', ')}.`;
}

/** What a server says may have several lines, and a mark stands at the beginning of one only where a check begins. */
const CONTINUED = ' '.repeat(10);
