import { SeededRandom } from './random.ts';
import type { Table } from './tables.ts';

/** A piece is handed on when it has about so many characters: few calls, little memory. */
const PIECE = 1024 ** 2;

/**
 * @param bytes how many, about, all tables' rows are to take in a dump
 * @returns how many of them are the table's
 */
export function shareOf(table: Table, bytes: number): number {
  return (bytes * table.percent) / 100;
}

/** Rows as LOAD DATA takes them: a line each, tabs between. @returns pieces of about 1 MiB */
export function* tabbedRows(table: Table, { bytes, seed }: { bytes: number; seed: number }): Generator<string> {
  const random = new SeededRandom(seed);
  const wanted = shareOf(table, bytes);
  for (let id = 1, made = 0; made < wanted; ) {
    let piece = '';
    while (piece.length < PIECE && made + piece.length < wanted) {
      piece += `${table.row(id, random).join('\t')}\n`;
      id += 1;
    }
    made += piece.length;
    yield piece;
  }
}

/** Rows as mysqldump writes them: INSERT statements with many rows. @returns a statement of about 1 MiB each time, without end */
export function* inserts(table: Table, seed: number): Generator<string> {
  const random = new SeededRandom(seed);
  const hex = table.columns.indexOf(table.hexColumn ?? '');
  for (let id = 1; ; ) {
    const rows: string[] = [];
    for (let length = 0; length < PIECE; id += 1) {
      const values = table.row(id, random).map((value, at) => literal(value, at === hex));
      rows.push(`(${values.join(',')})`);
      length += rows.at(-1)!.length;
    }
    yield `INSERT INTO \`${table.name}\` VALUES\n${rows.join(',\n')};\n`;
  }
}

function literal(value: number | string, isHex: boolean): string {
  if (typeof value === 'number') return String(value);
  return isHex ? `0x${value.toUpperCase()}` : `'${value}'`;
}

/** @returns the statement that makes the table */
export function createTable({ name, definition }: Table): string {
  return `CREATE TABLE \`${name}\` (${definition}\n) DEFAULT CHARSET=utf8mb4`;
}
