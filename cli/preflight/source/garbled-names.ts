import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import { KIND_NAMES } from '../../../protocol/manifest.ts';
import type { LeftOut } from '../../config/partial-dumps.ts';
import type { BoundObject } from './hardcoded-names.ts';

/** Something whose name, comment or the like comes back as another text. */
export interface GarbledObject extends BoundObject {
  /** The character set or the SQL mode that it was created under. */
  readonly under: string;
  /** What of it: `name`, `comment`, `definer`, `returned type`, `table`. */
  readonly parts: readonly string[];
}

type Flavour = 'mysql' | 'mariadb';

/**
 * Columns that the server garbles, of information_schema's views, by what is in them. mysqldump puts each routine, trigger and event
 * under the character set of the connection that created it, in which its body is written; these parts the server gives in UTF-8
 * anyway. (MariaDB converts the names of routines and what is in parentheses, and keeps triggers as they were written.)
 */
const PARTS: Readonly<Record<'routines' | 'triggers' | 'events', Record<Flavour, Readonly<Record<string, string>>>>> = {
  routines: {
    mariadb: { comment: 'routine_comment', 'returned type': 'dtd_identifier' },
    mysql: {
      ...{ name: 'routine_name', comment: 'routine_comment', definer: 'definer' },
      'returned type': 'dtd_identifier',
    },
  },
  triggers: {
    mariadb: { definer: 'definer' },
    mysql: { name: 'trigger_name', definer: 'definer', table: 'event_object_table' },
  },
  events: {
    mariadb: { name: 'event_name', comment: 'event_comment', definer: 'definer' },
    mysql: { name: 'event_name', comment: 'event_comment', definer: 'definer' },
  },
};

/**
 * Those that the server writes with escapes in every SQL mode. Under NO_BACKSLASH_ESCAPES, which mysqldump sets for what was
 * created under it, a backslash is then two, and a line end is one and a letter.
 */
const ESCAPED = {
  routines: { comment: 'routine_comment', 'returned type': 'dtd_identifier' },
  triggers: {},
  events: { comment: 'event_comment' },
};
const MODE = 'NO_BACKSLASH_ESCAPES';

/** @returns a column for a question to a view of information_schema, of which garbledObject makes sense */
export function garbledColumn(view: keyof typeof PARTS, flavour: Flavour): string {
  const beyondAscii = (column: string) => `length(${column}) <> char_length(${column})`;
  const codes = flavour === 'mariadb' && view === 'routines' ? [92, 10, 13, 0] : [92, 10, 13];
  const escaped = (column: string) => codes.map(code => `instr(${column}, char(${code})) > 0`).join(' or ');
  const isUtf8 = `character_set_client in ('utf8', 'utf8mb3', 'utf8mb4', 'binary')`;
  return `concat_ws('|', if(${isUtf8}, null, ${listOf('character_set_client', PARTS[view][flavour], beyondAscii)}),
    if(find_in_set('${MODE}', sql_mode) = 0, null, ${listOf(`'${MODE}'`, ESCAPED[view], escaped)}))`;
}

function listOf(first: string, parts: Readonly<Record<string, string>>, isGarbled: (column: string) => string): string {
  const found = Object.entries(parts).map(([part, column]) => `if(${isGarbled(column)}, '${part}', null)`);
  return `concat_ws(',', ${[first, ...found].join(', ')})`;
}

/** @param column the value of garbledColumn */
export function garbledObject(object: BoundObject, column: unknown): GarbledObject[] {
  return String(column ?? '')
    .split('|')
    .flatMap(list => {
      const [under, ...parts] = list.split(',');
      return parts.length > 0 ? [{ ...object, under: under!, parts }] : [];
    });
}

/** @returns those that are not left out on purpose */
export function dumpedOf(garbled: readonly GarbledObject[], asWanted: LeftOut): GarbledObject[] {
  return garbled.filter(
    ({ kind, table }) => !asWanted.kinds.has(kind) && !(table !== undefined && asWanted.leavesOut(table)),
  );
}

export function garbledFindings(garbled: readonly GarbledObject[]): Finding[] {
  const bySet = garbled.filter(({ under }) => under !== MODE);
  const byMode = garbled.filter(({ under }) => under === MODE);
  return [
    ...told(
      bySet,
      'letters beyond ASCII do not come back, or keep the dump from loading, in parts of these, which were created over a connection in a different character set than UTF-8',
      'Over a connection in utf8mb4 (SET NAMES utf8mb4), take',
    ),
    ...told(
      byMode,
      `a restore changes backslashes and line ends in parts of these, which were created under the SQL mode ${MODE}`,
      `Without ${MODE} in sql_mode, and with backslashes in strings doubled, take`,
    ),
  ];
}

function told(garbled: readonly GarbledObject[], what: string, how: string): Finding[] {
  if (garbled.length === 0) return [];
  const names = garbled.map(({ kind, name, parts, under }) => {
    return `${KIND_NAMES[kind]} ${name} (${parts.join(', ')}${under === MODE ? '' : `; ${under}`})`;
  });
  return [
    finding(
      'METADATA_GARBLED',
      `${what}: ${firstNames(names)}`,
      `${how} what SHOW CREATE PROCEDURE, FUNCTION, TRIGGER or EVENT shows of each, drop it, and create it again with that.`,
    ),
  ];
}
