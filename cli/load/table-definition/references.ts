import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import { type Item, isColumn, isPrimaryKey, isSecondaryKey, partsOf, wordOf } from './definition-items.ts';

/** What a foreign key points to. */
export interface Reference {
  /** In small letters, one character a byte. */
  readonly table: string;
  /** What a key of that table must begin with, as `referableIn` lists it. */
  readonly key: string;
}

/** @returns for each foreign key of a table what it points to */
export function referencesIn(
  foreignKeys: readonly Item[],
  items: readonly Item[],
  options: readonly ServerToken[],
): Reference[] {
  const types = typesIn(items, options);
  return foreignKeys.map(item => {
    const at = item.tokens.findIndex(token => wordOf(token) === 'REFERENCES');
    const isQualified = item.tokens[at + 2]?.text === '.';
    const table = item.tokens[at + (isQualified ? 3 : 1)]?.text.toLowerCase() ?? '';
    const own = namesOf(partsOf(item));
    const key = namesOf(partsOf(item, at)).map((name, column) => `${name} ${types.get(own[column]!) ?? '?'}`);
    return { table, key: key.join() };
  });
}

/**
 * @returns of each key the columns that it begins with, with their types, such as `a int(11)` and `a int(11),b char(3) utf8mb4`: a
 * foreign key of columns with the same types can point to them
 */
export function referableIn(items: readonly Item[], options: readonly ServerToken[]): string[] {
  const types = typesIn(items, options);
  return items
    .filter(item => isPrimaryKey(item) || isSecondaryKey(item))
    .flatMap(item => {
      // Behind a part of a column nothing can be pointed to.
      const parts = partsOf(item);
      const partial = parts.findIndex(part => part.some(({ text }) => text === '('));
      const names = namesOf(partial < 0 ? parts : parts.slice(0, partial));
      return names.map((_, last) =>
        names
          .slice(0, last + 1)
          .map(name => `${name} ${types.get(name)}`)
          .join(),
      );
    });
}

function namesOf(parts: readonly (readonly ServerToken[])[]): string[] {
  return parts.map(([name]) => name?.text.toLowerCase() ?? '');
}

/** Of each column, by its name: its type up to what does not belong to it, with the collation of a text. */
function typesIn(items: readonly Item[], options: readonly ServerToken[]): ReadonlyMap<string, string> {
  const collation = options.map(({ text }) => text).join(' ');
  return new Map(
    items.filter(isColumn).map(({ tokens: [name, ...rest] }) => {
      const end = rest.findIndex(token => BEHIND_TYPE.has(wordOf(token)));
      const type = (end < 0 ? rest : rest.slice(0, end)).map(({ text }) => text.toLowerCase()).join(' ');
      const isText = /char|text|enum|set/.test(type) && !/collate/.test(type);
      return [name!.text.toLowerCase(), isText ? `${type} ${collationIn(collation)}` : type];
    }),
  );
}

function collationIn(options: string): string {
  return /(?:CHARSET|COLLATE) = \S+(?: COLLATE = \S+)?/i.exec(options)?.[0] ?? '?';
}

const BEHIND_TYPE = new Set([
  ...['NOT', 'NULL', 'DEFAULT', 'AUTO_INCREMENT', 'COMMENT', 'CHECK', 'GENERATED', 'AS', 'ON', 'INVISIBLE', 'WITHOUT'],
]);
