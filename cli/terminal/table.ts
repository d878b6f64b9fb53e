import Table from 'cli-table3';
import { printableInLine } from './printable.ts';

type Alignment = 'left' | 'right';

/**
 * @param rows may hold what a server said: no cell can end its line or steer the terminal
 * @returns columns without a frame, which a terminal of any kind and a mail show alike
 */
export function table(
  head: string[],
  rows: (string | number)[][],
  alignment: Alignment[] = head.map(() => 'left'),
): string {
  const chars = Object.fromEntries(FRAME.map(part => [part, '']));
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 2 };
  const drawn = new Table({ head, colAligns: alignment, chars, style });
  for (const row of rows) drawn.push(row.map(cell => (typeof cell === 'string' ? printableInLine(cell) : cell)));
  return drawn.toString().replace(/ +$/gm, '');
}

const FRAME = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
];
