import type { ReadingRules, ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import {
  type Item,
  isColumn,
  isForeignKey,
  isPrimaryKey,
  isSecondaryKey,
  partsOf,
  partsOfDefinition,
  wordOf,
} from './definition-items.ts';
import { type Reference, referableIn, referencesIn } from './references.ts';

/** How a table can be made so that its rows come in faster. */
export interface TableDefinition {
  /** Creates it with all keys, but without foreign keys. */
  readonly withKeys: Uint8Array;
  /** Creates it without those keys that `addKeys` adds; undefined where all of them stay. */
  readonly withoutKeys: Uint8Array | undefined;
  readonly addKeys: Uint8Array | undefined;
  readonly addForeignKeys: Uint8Array | undefined;
  /** What its foreign keys point to. */
  readonly references: readonly Reference[];
  /** What a foreign key can surely point to: the columns that a key begins with, with their types. */
  readonly referable: readonly string[];
  /** Whether its rows are in the same order afterwards, in any order they come in. */
  readonly isOrderFree: boolean;
}

/** What makes a table one whose keys are better left alone. */
const LEFT_ALONE = /\b(?:SYSTEM|PERIOD|PARTITION|FULLTEXT|SPATIAL|VECTOR|OVERLAPS|CLUSTERING|UNION|ENCRYPTED|SELECT)\b/;

/**
 * Reads a CREATE TABLE statement as SHOW CREATE TABLE writes it.
 * @returns undefined where it is not surely understood: then it is to be sent as it is
 */
export function readTableDefinition(statement: Uint8Array, rules: ReadingRules): TableDefinition | undefined {
  const parts = partsOfDefinition(statement, rules);
  if (parts === undefined) return undefined;
  const { name, head, tail, items, options } = parts;
  const words = [...items.flatMap(({ tokens }) => tokens), ...options].map(wordOf).join(' ');
  if (/\b(?:SYSTEM|PERIOD)\b/.test(words)) return undefined; // the order and the moment of its rows are its history
  const isInnoDb = options.some((token, at) => wordOf(token) === 'ENGINE' && wordOf(options[at + 2]) === 'INNODB');
  const made = (kept: readonly Item[]) => bytes(`${head}\n${kept.map(({ text }) => `  ${text}`).join(',\n')}\n${tail}`);
  const adding = (added: readonly Item[]) =>
    added.length === 0 ? undefined : bytes(`ALTER TABLE ${name} ${added.map(({ text }) => `ADD ${text}`).join(', ')}`);

  const foreign = items.filter(isForeignKey);
  const rest = items.filter(item => !isForeignKey(item));
  const later = isInnoDb && !LEFT_ALONE.test(words) ? keysForLater(rest) : [];
  return {
    withKeys: foreign.length === 0 ? statement : made(rest),
    withoutKeys: later.length === 0 ? undefined : made(rest.filter(item => !later.includes(item))),
    addKeys: adding(later),
    addForeignKeys: adding(foreign),
    references: referencesIn(foreign, rest, options),
    referable: isInnoDb ? referableIn(rest, options) : [],
    isOrderFree: isInnoDb && rest.some(isPrimaryKey),
  };
}

/**
 * SHOW CREATE TABLE lists keys in the order in which the server keeps them: those that are unique first. Keys that are added
 * later come behind the others of their sort, so that only the last ones may be.
 */
function keysForLater(items: readonly Item[]): Item[] {
  const keys = items.filter(isSecondaryKey);
  const columns = new Map(items.filter(isColumn).map(item => [item.tokens[0]!.text, item]));
  const cluster = clusterKeyOf(items, columns);
  const lastKept = keys.findLastIndex(
    key => key === cluster || !mayComeLater(key, columns) || isForCounter(key, items),
  );
  return keys.slice(lastKept + 1);
}

/** One over plain columns of which none is computed; one over a long text that the server keeps as a hash is not. */
function mayComeLater(key: Item, columns: ReadonlyMap<string, Item>): boolean {
  const parts = partsOf(key);
  const isHash = key.tokens.some(token => wordOf(token) === 'HASH');
  return (
    !isHash &&
    parts.length > 0 &&
    parts.every(([part]) => {
      const column = part?.kind === 'name' ? columns.get(part.text) : undefined;
      return column !== undefined && !column.tokens.some(token => COMPUTED.has(wordOf(token)));
    })
  );
}

const COMPUTED = new Set(['GENERATED', 'AS', 'VIRTUAL', 'PERSISTENT', 'STORED', 'INVISIBLE', 'COMPRESSED']);

/** Whether it is the one that a column with AUTO_INCREMENT needs: it begins with that column. */
function isForCounter(key: Item, items: readonly Item[]): boolean {
  const counter = items.find(item => isColumn(item) && item.tokens.some(token => wordOf(token) === 'AUTO_INCREMENT'));
  if (counter === undefined) return false;
  const primary = items.find(isPrimaryKey);
  const name = counter.tokens[0]!.text;
  const isFirstOf = (item: Item | undefined) => item !== undefined && partsOf(item)[0]?.[0]?.text === name;
  return !isFirstOf(primary) && partsOf(key).some(([part]) => part?.text === name);
}

/** @returns by which InnoDB keeps the rows where there is no primary key: the first unique one over columns that are NOT NULL */
function clusterKeyOf(items: readonly Item[], columns: ReadonlyMap<string, Item>): Item | undefined {
  if (items.some(isPrimaryKey)) return undefined;
  return items.find(
    item => item.words[0] === 'UNIQUE' && isSecondaryKey(item) && partsOf(item).every(([part]) => isNotNull(part!)),
  );

  function isNotNull({ text }: ServerToken): boolean {
    const tokens = columns.get(text)?.tokens ?? [];
    return tokens.some((token, at) => wordOf(token) === 'NOT' && wordOf(tokens[at + 1]) === 'NULL');
  }
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
