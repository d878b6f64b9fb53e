/** A column as information_schema has it. */
export interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** With its length or its members. */
  readonly definition: string;
  readonly length: number | null;
  readonly characterSet: string | null;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly isNullable: number;
  /** `PRI`, `UNI`, `MUL`, or nothing. */
  readonly key: string;
}

/** @returns a value that the column takes, another one for each row as far as its type has as many; always the same for a row */
export function valueFor(column: Column, row: number): unknown {
  if (column.isNullable && column.key === '' && row % 7 === 3) return null;
  const make = MAKERS[column.type];
  if (make === undefined) throw new Error(`no values for the type ${column.type} of ${column.table}.${column.name}`);
  return make(column, row);
}

type Maker = (column: Column, row: number) => unknown;

const BITS: Readonly<Record<string, bigint>> = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n };

/** Small ones in rising order, and the largest in between: keys stay apart. */
function integer({ type, definition, key }: Column, row: number): string {
  const isUnsigned = definition.includes('unsigned');
  const largest = (1n << (BITS[type]! - (isUnsigned ? 0n : 1n))) - 1n;
  if (row % 9 === 8 && key !== 'PRI') return String(largest - BigInt(row));
  return String(isUnsigned || row % 5 !== 4 ? (1000 + row > Number(largest) ? row : 1000 + row) : -row);
}

function decimal({ precision, scale }: Column, row: number): string {
  const whole = '9'.repeat(Math.min((precision ?? 10) - (scale ?? 0), 15)).slice(0, -2) || '9';
  return `${row % 4 === 3 ? whole : row}${
    scale
      ? `.${String(row * 7)
          .padStart(scale, '3')
          .slice(-scale)}`
      : ''
  }`;
}

const AWKWARD = ["it's", '"quoted"', 'a\\b', '),(', 'line\nline', '\t;--', '/*!50003 x */', '\\', "'", '%_', '\r\n'];

function text({ length, characterSet }: Column, row: number): string {
  const letters = { utf8mb4: '数据🐈', utf8mb3: '数据é', latin1: 'éß' }[characterSet ?? ''] ?? 'x';
  const long = `${row}${AWKWARD[row % AWKWARD.length]}${letters}`;
  const most = Math.min(length ?? 200, 200);
  return [...(row % 6 === 5 ? long.repeat(9) : long)]
    .slice(0, Math.min(most, Math.floor((length ?? 200) / 4) || most))
    .join('');
}

function bytes({ length, type }: Column, row: number): Buffer {
  const most = Math.min(length ?? 60, 60);
  const whole = Buffer.from(
    Array.from({ length: most }, (_, at) => [row, 0, 0x27, 0x5c, 0xff, 0x0a, 0x1a, 0x22][at % 8]! & 0xff),
  );
  return type === 'binary' ? whole : whole.subarray(0, 1 + (row % most));
}

function members({ definition }: Column): string[] {
  return [...definition.matchAll(/'((?:[^']|'')*)'/g)].map(([, member]) => member!.replaceAll("''", "'"));
}

const day = (row: number) => `2024-${String(1 + (row % 12)).padStart(2, '0')}-${String(1 + row).padStart(2, '0')}`;
const time = (row: number) => `${String(row % 24).padStart(2, '0')}:30:${String(row % 60).padStart(2, '0')}`;

const MAKERS: Readonly<Record<string, Maker>> = {
  ...Object.fromEntries(Object.keys(BITS).map(type => [type, integer])),
  ...Object.fromEntries(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext'].map(type => [type, text])),
  ...Object.fromEntries(
    ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'].map(type => [type, bytes]),
  ),
  decimal,
  float: (_, row) => row * 0.5,
  double: (_, row) => (row % 2 === 0 ? row / 3 : -1e100 * row),
  bit: (_, row) => row % 2,
  date: (_, row) => day(row),
  datetime: (_, row) => `${day(row)} ${time(row)}`,
  timestamp: (_, row) => `${day(row)} ${time(row)}`,
  time: (_, row) => time(row),
  year: (_, row) => 2000 + row,
  enum: (column, row) => members(column)[row % members(column).length],
  set: (column, row) =>
    members(column)
      .filter((_, at) => (row >> at) % 2 === 1)
      .join(),
};
