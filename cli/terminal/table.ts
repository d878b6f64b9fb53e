import { widthOf } from './cut.ts';
import { printableInLine } from './printable.ts';

type Alignment = 'left' | 'right';

/** Between two columns. */
export const GAP = 2;

/**
 * @param rows may hold what a server said: no cell can end its line or steer the terminal
 * @param paint for a column that has one: gives a cell its colour, once it is cleaned
 * @returns columns without a frame, which a terminal of any kind and a mail show alike
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  alignment: readonly Alignment[] = [],
  paint: readonly (((shown: string, row: number) => string) | undefined)[] = [],
): string {
  const lines = [head, ...rows].map(row => row.map(cell => printableInLine(String(cell))));
  const widths = head.map((_, column) => lines.reduce((most, line) => Math.max(most, widthOf(line[column]!)), 0));
  const drawn = lines.map((line, at) =>
    line.map((cell, column) => {
      const blanks = ' '.repeat(widths[column]! - widthOf(cell));
      const painted = at === 0 ? cell : (paint[column]?.(cell, at - 1) ?? cell);
      return alignment[column] === 'right' ? blanks + painted : painted + blanks;
    }),
  );
  return drawn.map(cells => cells.join(' '.repeat(GAP)).trimEnd()).join('\n');
}
