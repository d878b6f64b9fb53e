import Table from 'cli-table3';
import { printableInLine } from './printable.ts';

type Alignment = 'left' | 'right';

/**
 * @param rows may hold what a server said: no cell can end its line or steer the terminal
 * @param paint for a column that has one: gives a cell its colour, once it is cleaned
 * @returns columns without a frame, which a terminal of any kind and a mail show alike
 */
export function table(
  head: string[],
  rows: (string | number)[][],
  alignment: readonly Alignment[] = head.map(() => 'left'),
  paint: readonly (((shown: string, row: number) => string) | undefined)[] = [],
): string {
  const chars = Object.fromEntries(FRAME.map(part => [part, '']));
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 2 };
  const drawn = new Table({ head, colAligns: [...alignment], chars, style });
  for (const [at, row] of rows.entries())
    drawn.push(row.map((cell, column) => paint[column]?.(shown(cell), at) ?? shown(cell)));
  return drawn.toString().replace(/ +$/gm, '');
}

function shown(cell: string | number): string {
  return printableInLine(String(cell));
}

const FRAME = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
];
