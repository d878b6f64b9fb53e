import { SeededRandom } from './random.ts';
import { inserts } from './row-text.ts';
import { TABLES } from './tables.ts';

const MIB = 1024 ** 2;

/** Kinds of rows by what they cost a reader of dumps. */
export const KINDS = {
  /** The worst: a quote every few bytes, and no processor guesses where. */
  short: shortValues,
  /** Those of the other cases. */
  bench: benchRows,
  /** Long hexadecimal numbers, and long text with escapes in it. */
  long: longValues,
  /** A statement for each row, as mysqldump writes with --skip-extended-insert. */
  single: singleRows,
} satisfies Record<string, (random: SeededRandom) => Generator<string>>;

/** @returns a dump of about so many bytes, the same each time */
export function scannedRows(kind: keyof typeof KINDS, bytes: number): Buffer {
  const parts: Buffer[] = [];
  let made = 0;
  for (const statement of KINDS[kind](new SeededRandom(5))) {
    const part = Buffer.from(statement);
    parts.push(part);
    made += part.length;
    if (made >= bytes) break;
  }
  return Buffer.concat([...parts, Buffer.from('-- Dump completed\n')]);
}

/** @returns INSERT statements of about 1 MiB each, without end */
export function* shortValues(random: SeededRandom): Generator<string> {
  for (let id = 1; ; ) {
    const rows: string[] = [];
    for (let length = 0; length < MIB; id += 1) {
      rows.push(`(${id},${Array.from({ length: 12 }, () => shortValue(random)).join(',')})`);
      length += rows.at(-1)!.length + 1;
    }
    yield `INSERT INTO \`codes\` VALUES\n${rows.join(',\n')};\n`;
  }
}

function shortValue(random: SeededRandom): string {
  return random.below(4) === 0 ? String(random.below(1000) - 500) : shortText(random);
}

function shortText(random: SeededRandom): string {
  return `'${random.hex(8).slice(0, random.below(9))}'`;
}

function* benchRows(): Generator<string> {
  const kinds = TABLES.map((table, at) => inserts(table, 1 + at));
  for (;;) for (const kind of kinds) yield kind.next().value as string;
}

function* longValues(random: SeededRandom): Generator<string> {
  const prose = 'It\\\'s raining in Bogor, \\"again\\";\\nand the harvest (such as it is) waits. '.repeat(400);
  for (let id = 1; ; ) {
    const rows: string[] = [];
    for (let length = 0; length < MIB; id += 1) {
      rows.push(`(${id},0x${random.hex(40_000)},'${prose}')`);
      length += rows.at(-1)!.length;
    }
    yield `INSERT INTO \`files\` VALUES\n${rows.join(',\n')};\n`;
  }
}

function* singleRows(random: SeededRandom): Generator<string> {
  for (let id = 1; ; id += 1)
    yield `INSERT INTO \`codes\` VALUES (${id},${shortText(random)},'${random.hex(24)}',${shortText(random)});\n`;
}
