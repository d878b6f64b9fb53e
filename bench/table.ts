import Table from 'cli-table3';
import type { Target } from './case.ts';
import { type FinishedCase, type Row, verdictOn } from './finished-case.ts';
import { threeDigits } from './units.ts';

const MIB = 1024 ** 2;
export const HEADINGS = [
  '',
  'median s',
  'min–max',
  'x ours',
  'CPU s',
  'peak MiB',
  'server MiB',
  'out MiB',
  'MiB/s',
] as const;

/** @returns the cells of a line, as they are printed here and in the document */
export function cellsOf({ name, seconds, ratio, summary, mibPerSecond }: Row): string[] {
  const range = summary && `${threeDigits(summary.wallSeconds.min)}–${threeDigits(summary.wallSeconds.max)}`;
  return [
    name,
    threeDigits(seconds),
    range ?? '',
    ratio === undefined ? '' : ratio.toFixed(2),
    summary?.cpuSeconds === undefined ? '' : threeDigits(summary.cpuSeconds),
    mib(summary?.peakBytes),
    mib(summary?.serverPeakBytes),
    summary?.outputBytes === undefined ? '' : threeDigits(summary.outputBytes / MIB),
    mibPerSecond === undefined ? '' : threeDigits(mibPerSecond),
  ];
}

/** @returns the one table of all cases, for a terminal */
export function tabulate(cases: readonly FinishedCase[]): string {
  const table = new Table({
    head: [...HEADINGS],
    style: { head: [], border: [] },
    colAligns: ['left', ...Array(HEADINGS.length - 1).fill('right')],
  });
  for (const { name, title, rows } of cases) {
    table.push([{ content: `${name}: ${title}`, colSpan: HEADINGS.length }]);
    for (const row of rows) table.push(cellsOf(row));
  }
  return table.toString();
}

/** @returns such as `zip -6 / ours: 2.41 x (wanted >= 2.3 x)` */
export function describeTarget(target: Target): string {
  const { what, value, atLeast, atMost, unit } = target;
  const limit = atLeast === undefined ? atMost && `<= ${atMost} ${unit}` : `>= ${atLeast} ${unit}`;
  const found = verdictOn(target) === 'not judged' ? 'somebody was missing' : `${threeDigits(value!)} ${unit}`;
  return `${what}: ${found}${limit ? ` (wanted ${limit})` : ''}`;
}

function mib(bytes: number | undefined): string {
  return bytes === undefined ? '' : (bytes / MIB).toFixed(0);
}
