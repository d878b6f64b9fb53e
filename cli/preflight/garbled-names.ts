import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { ObjectKind } from '../../protocol/manifest.ts';
import type { LeftOut } from '../dump-options.ts';
import type { BoundObject } from './name-bound.ts';

/** Something whose name, comment or the like comes back as another text. */
export interface GarbledObject extends BoundObject {
  readonly characterSet: string;
  /** What of it: `name`, `comment`, `definer`, `returned type`, `table`. */
  readonly parts: readonly string[];
}

type Flavour = 'mysql' | 'mariadb';

/**
 * Columns that the server garbles, of information_schema's views, by what is in them. mysqldump puts each routine, trigger and event
 * under the character set of the connection that created it, in which its body is written; these parts the server gives in UTF-8
 * all the same. (MariaDB converts the names of routines and what is in parentheses, and keeps triggers as they were written.)
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

/** @returns a column for a question to a view of information_schema, of which garbledObject makes sense */
export function garbledColumn(view: keyof typeof PARTS, flavour: Flavour): string {
  const parts = Object.entries(PARTS[view][flavour]).map(
    ([part, column]) => `if(length(${column}) <> char_length(${column}), '${part}', null)`,
  );
  return `if(character_set_client in ('utf8', 'utf8mb3', 'utf8mb4', 'binary'), null, concat_ws(',', character_set_client, ${parts.join(', ')}))`;
}

/** @param column the value of garbledColumn */
export function garbledObject(object: BoundObject, column: unknown): GarbledObject[] {
  const [characterSet, ...parts] = String(column ?? '').split(',');
  return parts.length > 0 ? [{ ...object, characterSet: characterSet!, parts }] : [];
}

/** @returns those that are not left out on purpose */
export function dumpedOf(garbled: readonly GarbledObject[], asWanted: LeftOut): GarbledObject[] {
  return garbled.filter(
    ({ kind, table }) => !asWanted.kinds.has(kind) && !(table !== undefined && asWanted.leavesOut(table)),
  );
}

export function garbledFindings(garbled: readonly GarbledObject[]): Finding[] {
  if (garbled.length === 0) return [];
  const names = garbled.map(
    ({ kind, name, parts, characterSet }) => `${WORDS[kind]} ${name} (${parts.join(', ')}; ${characterSet})`,
  );
  return [
    finding(
      'METADATA_GARBLED',
      `letters beyond ASCII do not come back, or keep the dump from loading, in parts of these, which were created over a connection in another character set than UTF-8: ${firstNames(names)}`,
      'Over a connection in utf8mb4 (SET NAMES utf8mb4), take what SHOW CREATE PROCEDURE, FUNCTION, TRIGGER or EVENT shows of each, drop it, and create it anew with that.',
    ),
  ];
}

const WORDS: Readonly<Partial<Record<ObjectKind, string>>> = {
  triggers: 'trigger',
  procedures: 'procedure',
  functions: 'function',
  packages: 'package',
  package_bodies: 'package body',
  events: 'event',
};
