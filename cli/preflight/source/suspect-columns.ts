import { escapeId } from 'mysql2';

/** How a dump changes values that it can't hold as they are. */
export type Flaw =
  /** Bytes of a text that do not survive the way to utf8mb4 and back. */
  | 'text'
  /** Digits of a FLOAT beyond the sixth. */
  | 'float'
  /** A YEAR(2), of which no statement shows the century. */
  | 'year'
  /** Dates such as 2021-02-31, which are there under ALLOW_INVALID_DATES. */
  | 'date'
  /** Of an ENUM or SET that has the member '', what looks like it and is not. */
  | 'member'
  /** Of an ENUM or SET of MySQL, a member that the server shows with `?` in place of a character beyond U+FFFF. */
  | 'letters'
  /** NULL in an AUTO_INCREMENT column: it comes back as the next number. */
  | 'null';

/** A column that may hold such values. */
export interface SuspectColumn {
  readonly table: string;
  readonly column: string;
  readonly flaw: Flaw;
  /** Of a text. */
  readonly characterSet?: string;
  /** True of a value that comes back as another one. */
  readonly condition: string;
}

/** A row of information_schema.columns: these columns of it, in this order. */
export const SUSPECT_FIELDS =
  'table_name, column_name, data_type, character_set_name, numeric_scale, column_type, is_nullable, extra';

/**
 * @param row SUSPECT_FIELDS of one column
 * @returns a suspicion for each thing that can happen to its values; most columns have none
 */
export function suspectColumn(row: readonly unknown[], flavour: 'mysql' | 'mariadb'): SuspectColumn[] {
  const [table, column, dataType, characterSet, scale, columnType, isNullable, extra] = row;
  const name = escapeId(String(column), true);
  const type = String(dataType).toLowerCase();
  const suspect = (flaw: Flaw, condition: string) => ({
    ...{ table: String(table), column: String(column), flaw, condition },
  });
  const suspects: SuspectColumn[] = [];
  if (mayLoseBytes(characterSet, flavour))
    suspects.push({ ...suspect('text', losesBytes(name, String(characterSet))), characterSet: String(characterSet) });
  // With digits of its own, as FLOAT(10,2), it is written with all of them.
  if (type === 'float' && scale === null)
    suspects.push(suspect('float', `cast(concat(${name}, '') as float) <> ${name}`));
  if (String(columnType).toLowerCase() === 'year(2)') suspects.push(suspect('year', `${name} is not null`));
  if (type === 'date' || type === 'datetime') suspects.push(suspect('date', isNoDate(name)));
  if (type === 'enum' || type === 'set')
    for (const [flaw, condition] of membersOf(name, { type, columnType: String(columnType), flavour }))
      suspects.push(suspect(flaw, condition));
  if (/\bauto_increment\b/i.test(String(extra)) && isNullable === 'YES')
    suspects.push(suspect('null', `${name} is null`));
  return suspects;
}

/**
 * Character sets of which every byte, or every character that a column takes, comes back from utf8mb4, the dump's own.
 * Found out by a dump and a load of all of them: MariaDB 10.11 and 11.8, MySQL 9.7. Sets that only a newer server has are suspect.
 */
const WHOLE_IN_UTF8 = new Set([
  ...['utf8mb4', 'utf8mb3', 'utf8', 'utf16', 'utf16le', 'utf32', 'binary'],
  ...[
    'latin1',
    'latin2',
    'latin5',
    'latin7',
    'cp850',
    'cp852',
    'cp866',
    'keybcs2',
    'koi8r',
    'koi8u',
    'macce',
    'macroman',
  ],
]);
/** MySQL refuses bytes above 0x7F in ascii; MariaDB keeps single surrogates of ucs2 through utf8mb4. */
const WHOLE_IN_UTF8_OF = { mysql: new Set(['ascii']), mariadb: new Set(['ucs2']) };

function mayLoseBytes(characterSet: unknown, flavour: 'mysql' | 'mariadb'): boolean {
  const name = String(characterSet);
  return characterSet !== null && !WHOLE_IN_UTF8.has(name) && !WHOLE_IN_UTF8_OF[flavour].has(name);
}

/** Exactly what a dump and a load do to it. */
function losesBytes(name: string, characterSet: string): string {
  // The same, in half the time: such columns (UUIDs, digests) stand in the largest tables.
  if (characterSet === 'ascii') return `cast(${name} as binary) rlike '[\\\\x80-\\\\xFF]'`;
  const back = `convert(convert(${name} using utf8mb4) using ${escapeId(characterSet)})`;
  // MySQL converts a single surrogate of ucs2 to NULL.
  return `not (cast(${back} as binary) <=> cast(${name} as binary))`;
}

/** MySQL shows members in utf8mb3. */
function losesLetters(name: string): string {
  return `not (cast(convert(convert(${name} using utf8mb3) using utf8mb4) as binary) <=> cast(convert(${name} using utf8mb4) as binary))`;
}

/** A zero in it is taken by every server that loads a dump. The year 0 is no leap year to either. */
function isNoDate(name: string): string {
  const leaps = `year(${name}) % 4 = 0 and (year(${name}) % 100 <> 0 or (year(${name}) % 400 = 0 and year(${name}) > 0))`;
  const last = `case month(${name}) when 2 then if(${leaps}, 29, 28) else 30 end`;
  return `dayofmonth(${name}) > 28 and month(${name}) in (2, 4, 6, 9, 11) and dayofmonth(${name}) > ${last}`;
}

interface Members {
  readonly type: string;
  readonly columnType: string;
  readonly flavour: 'mysql' | 'mariadb';
}

/** What can happen to the members of an ENUM or SET. */
function membersOf(name: string, { type, columnType, flavour }: Members): [Flaw, string][] {
  const empty = emptyMember(columnType);
  const isShownOtherwise = flavour === 'mysql' && columnType.includes('?'); // of MariaDB: garbled-columns.ts
  return [
    ...(empty >= 0
      ? [['member', type === 'enum' ? `${name} + 0 = 0` : losesMember(name, empty)] satisfies [Flaw, string]]
      : []),
    ...(isShownOtherwise ? [['letters', losesLetters(name)] satisfies [Flaw, string]] : []),
  ];
}

/** @returns the place of the member '' of an ENUM or SET, from 0; -1 when it has no such member */
function emptyMember(columnType: string): number {
  return [...columnType.matchAll(/'((?:[^']|'')*)'/g)].findIndex(([, member]) => member === '');
}

/** Where it comes first, a value is written as if that member did not exist. */
function losesMember(name: string, place: number): string {
  const bit = 1n << BigInt(place);
  return `(${name} + 0) & ${bit} <> 0 and (${name} + 0) & ${bit - 1n} = 0`;
}
