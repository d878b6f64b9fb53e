import { cutMiddle, widthOf } from './cut.ts';
import { printableInLine } from './printable.ts';
import { GAP, table } from './table.ts';

/** A column of a table that fits the terminal. */
export interface Column {
  readonly head: string;
  /** One for each row. */
  readonly cells: readonly string[];
  readonly align?: 'left' | 'right';
  /** 0 is never left out; of the others the one with the highest number goes first where there is no room. */
  readonly rank: number;
  /** Set where the cells may be cut in the middle, down to this width. */
  readonly least?: number;
  /** Gives a cell its colour, by its row; called with what is shown of it. */
  readonly paint?: (shown: string, row: number) => string;
}

/**
 * Draws a table that is no wider than the terminal: first the least important columns go, then names are cut in the middle.
 * @param columns from left to right; the cells may hold what a server said
 * @param width of the terminal; undefined without a terminal: all columns are there, and nothing is cut
 */
export function fittedTable(columns: readonly Column[], width: number | undefined): string {
  const shown = columns.map(column => ({ ...column, cells: column.cells.map(printableInLine) }));
  const fitting = width === undefined ? shown : shrunk(withoutLeastImportant(shown, width), width);
  const count = fitting[0]!.cells.length;
  const rows = Array.from({ length: count }, (_, row) => fitting.map(({ cells }) => cells[row]!));
  return table(
    fitting.map(({ head }) => head),
    rows,
    fitting.map(({ align = 'left' }) => align),
    fitting.map(({ paint }) => paint),
  );
}

/** Before a column is dropped, names are cut only as far as they stay distinguishable. */
const WANTED = 28;

function withoutLeastImportant(columns: readonly Column[], width: number): readonly Column[] {
  const wanted = (column: Column) =>
    column.least === undefined ? natural(column) : Math.min(natural(column), Math.max(column.least, WANTED));
  const rank = Math.max(...columns.map(({ rank }) => rank));
  if (rank === 0 || total(columns.map(wanted)) <= width) return columns;
  return withoutLeastImportant(
    columns.filter(column => column.rank < rank),
    width,
  );
}

/** Takes from the widest of those that may be cut, until all fit or none can be cut further. */
function shrunk(columns: readonly Column[], width: number): readonly Column[] {
  const widths = columns.map(natural);
  for (let over = total(widths) - width; over > 0; over--) {
    const cuttable = columns.map(({ least }, at) => (least !== undefined && widths[at]! > least ? widths[at]! : 0));
    const widest = cuttable.indexOf(Math.max(...cuttable));
    if (cuttable[widest] === 0) break;
    widths[widest]! -= 1;
  }
  return columns.map((column, at) => ({ ...column, cells: column.cells.map(cell => cutMiddle(cell, widths[at]!)) }));
}

function natural({ head, cells }: Column): number {
  return cells.reduce((most, cell) => Math.max(most, widthOf(cell)), widthOf(head));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP, -GAP);
}
