import { table } from '../../cli/terminal/table.ts';
import type { Latency, Target } from '../case.ts';
import { type FinishedCase, type Row, verdictOn } from './finished-case.ts';
import { threeDigits } from './units.ts';

const MIB = 1024 ** 2;
const HEADINGS = ['', 'median s', 'min–max', 'x ours', 'CPU s', 'peak MiB', 'server MiB', 'out MiB', 'MiB/s'] as const;

const LOAD_HEADINGS = [
  '',
  'answers/s',
  'min–max',
  'time x ours',
  'p50 ms',
  'p95 ms',
  'CPU ms each',
  'server MiB',
  'KiB each',
] as const;

/** @returns what stands above the lines of a case */
export function headingsOf({ isLoad }: FinishedCase): readonly string[] {
  return isLoad ? LOAD_HEADINGS : HEADINGS;
}

/** @returns the cells of a line, as they are printed here and in the document */
export function cellsOf(row: Row): string[] {
  return row.summary?.latency ? loadCells(row, row.summary.latency) : workCells(row);
}

function loadCells({ name, seconds, ratio, summary }: Row, { p50, p95 }: Latency): string[] {
  const { min, max } = summary!.wallSeconds;
  return [
    name,
    threeDigits(1 / seconds),
    `${threeDigits(1 / max)}–${threeDigits(1 / min)}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    threeDigits(p50),
    threeDigits(p95),
    summary?.cpuSeconds === undefined ? '' : threeDigits(summary.cpuSeconds * 1000),
    mib(summary?.serverPeakBytes),
    summary?.outputBytes === undefined ? '' : threeDigits(summary.outputBytes / 1024),
  ];
}

function workCells({ name, seconds, ratio, summary, mibPerSecond }: Row): string[] {
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

/** @returns a table of each case below its title, for a terminal */
export function tabulate(cases: readonly FinishedCase[]): string {
  const right = Array<'right'>(HEADINGS.length - 1).fill('right');
  return cases
    .map(finished => {
      const { name, title, rows } = finished;
      return `${name}: ${title}\n${table(headingsOf(finished), rows.map(cellsOf), ['left', ...right])}`;
    })
    .join('\n\n');
}

/** @returns such as `zip -6 / ours: 2.41 x (wanted >= 2.3 x)` */
export function describeTarget(target: Target): string {
  const { what, value, atLeast, atMost, unit } = target;
  const limit = atLeast === undefined ? atMost && `<= ${atMost} ${unit}` : `>= ${atLeast} ${unit}`;
  const found = verdictOn(target) === 'not judged' ? 'a contestant was missing' : `${threeDigits(value!)} ${unit}`;
  return `${what}: ${found}${limit ? ` (wanted ${limit})` : ''}`;
}

function mib(bytes: number | undefined): string {
  return bytes === undefined ? '' : (bytes / MIB).toFixed(0);
}
