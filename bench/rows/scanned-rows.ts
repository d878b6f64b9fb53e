import { SeededRandom } from './random.ts';
import { inserts } from './row-text.ts';
import { codes } from './short-values.ts';
import { TABLES } from './tables.ts';

const MIB = 1024 ** 2;

/** Kinds of rows by what they cost a reader of dumps. */
export const KINDS = {
  /** The worst: a quote every few bytes, and no processor guesses where. */
  short: () => inserts(codes, 5),
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
  for (let id = 1; ; id += 1) {
    const values = codes
      .row(id, random)
      .slice(1, 4)
      .map(value => `'${value}'`);
    yield `INSERT INTO \`codes\` VALUES (${id},${values.join(',')},'${random.hex(24)}');\n`;
  }
}
