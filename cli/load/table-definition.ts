import { type ReadingRules, readAsServer, type ServerToken } from '../dump-parser/server-reading/server-reading.ts';

/** How a table can be made so that its rows come in faster. */
export interface TableDefinition {
  /** Creates it with all keys, but without foreign keys. */
  readonly withKeys: Uint8Array;
  /** Creates it without those keys that `addKeys` adds; undefined where all of them stay. */
  readonly withoutKeys: Uint8Array | undefined;
  readonly addKeys: Uint8Array | undefined;
  readonly addForeignKeys: Uint8Array | undefined;
  /** Whether its rows are in the same order afterwards, in any order they come in. */
  readonly isOrderFree: boolean;
}

/** A part of what stands in the parentheses of CREATE TABLE. */
interface Item {
  readonly tokens: readonly ServerToken[];
  /** Its bytes, one character each. */
  readonly text: string;
  /** Its first two words in capitals; a column has an empty one first. */
  readonly words: readonly [string, string];
}

/** What makes a table one whose keys are better left alone. */
const LEFT_ALONE = /\b(?:SYSTEM|PERIOD|PARTITION|FULLTEXT|SPATIAL|VECTOR|OVERLAPS|CLUSTERING|UNION|ENCRYPTED|SELECT)\b/;

/**
 * Reads a CREATE TABLE statement as SHOW CREATE TABLE writes it.
 * @returns undefined where it is not surely understood: then it is to be sent as it is
 */
export function readTableDefinition(statement: Uint8Array, rules: ReadingRules): TableDefinition | undefined {
  const text = Buffer.from(statement.buffer, statement.byteOffset, statement.length).toString('latin1');
  const { tokens, fault, isCut } = readAsServer(text, { ...rules, isShallow: false });
  if (fault !== undefined || isCut) return undefined;
  const [create, table, name, open] = tokens;
  const isPlain =
    wordOf(create) === 'CREATE' && wordOf(table) === 'TABLE' && name?.kind === 'name' && open?.text === '(';
  const closeAt = tokens.findIndex(({ text, depth }, at) => at > 3 && depth === 0 && text === ')');
  if (!isPlain || closeAt < 0 || create!.at !== 0) return undefined;
  const items = itemsOf(tokens.slice(4, closeAt), { text, from: open.end, to: tokens[closeAt]!.at });
  if (!items.every(({ text }) => isBalanced(text))) return undefined;

  const options = tokens.slice(closeAt + 1);
  const isInnoDb = options.some((token, at) => wordOf(token) === 'ENGINE' && wordOf(options[at + 2]) === 'INNODB');
  const words = [...items.flatMap(({ tokens }) => tokens), ...options].map(wordOf).join(' ');
  if (/\b(?:SYSTEM|PERIOD)\b/.test(words)) return undefined; // the order and the moment of its rows are its history
  const head = text.slice(0, open.end);
  const tail = text.slice(tokens[closeAt]!.at);
  const alter = `ALTER TABLE ${text.slice(name.at, name.end)}`;
  const made = (kept: readonly Item[]) => bytes(`${head}\n${kept.map(({ text }) => `  ${text}`).join(',\n')}\n${tail}`);
  const adding = (added: readonly Item[]) =>
    added.length === 0 ? undefined : bytes(`${alter} ${added.map(({ text }) => `ADD ${text}`).join(', ')}`);

  const foreign = items.filter(isForeignKey);
  const rest = items.filter(item => !isForeignKey(item));
  const later = isInnoDb && !LEFT_ALONE.test(words) ? keysForLater(rest) : [];
  return {
    withKeys: foreign.length === 0 ? statement : made(rest),
    withoutKeys: later.length === 0 ? undefined : made(rest.filter(item => !later.includes(item))),
    addKeys: adding(later),
    addForeignKeys: adding(foreign),
    isOrderFree: isInnoDb && hasClusterKey(rest),
  };
}

function itemsOf(
  tokens: readonly ServerToken[],
  { text, from, to }: { text: string; from: number; to: number },
): Item[] {
  const items: Item[] = [];
  let begin = from;
  let own: ServerToken[] = [];
  const end = (at: number) => {
    items.push({ tokens: own, text: text.slice(begin, at).trim(), words: [wordOf(own[0]), wordOf(own[1])] });
    own = [];
    begin = at + 1;
  };
  for (const token of tokens)
    if (token.kind === 'sign' && token.text === ',' && token.depth === 1) end(token.at);
    else own.push(token);
  end(to);
  return items;
}

/** Whether no comment that is code begins in one item and ends in another. */
function isBalanced(text: string): boolean {
  return text.split('/*').length === text.split('*/').length;
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

function isColumn({ tokens }: Item): boolean {
  return tokens[0]?.kind === 'name';
}

function isSecondaryKey({ words: [first, second] }: Item): boolean {
  return first === 'KEY' || first === 'INDEX' || (first === 'UNIQUE' && (second === 'KEY' || second === 'INDEX'));
}

function isPrimaryKey({ words: [first, second] }: Item): boolean {
  return first === 'PRIMARY' && second === 'KEY';
}

/** `CONSTRAINT name FOREIGN KEY (…)`. */
function isForeignKey({ words: [first], tokens }: Item): boolean {
  return first === 'FOREIGN' || (first === 'CONSTRAINT' && wordOf(tokens[2]) === 'FOREIGN');
}

/** One over plain columns of which none is computed; one over a long text that the server keeps as a hash is not. */
function mayComeLater(key: Item, columns: ReadonlyMap<string, Item>): boolean {
  const parts = partsOf(key);
  const isHash = key.tokens.some(token => wordOf(token) === 'HASH');
  return (
    !isHash &&
    parts.length > 0 &&
    parts.every(part => {
      const column = part.kind === 'name' ? columns.get(part.text) : undefined;
      return column !== undefined && !column.tokens.some(token => COMPUTED.has(wordOf(token)));
    })
  );
}

const COMPUTED = new Set(['GENERATED', 'AS', 'VIRTUAL', 'PERSISTENT', 'STORED', 'INVISIBLE', 'COMPRESSED']);

/** @returns the first token of each part of a key, in its parentheses */
function partsOf({ tokens }: Item): ServerToken[] {
  const open = tokens.findIndex(({ text, kind }) => kind === 'sign' && text === '(');
  const isStart = (at: number) => at === open + 1 || (tokens[at - 1]!.text === ',' && tokens[at - 1]!.depth === 2);
  const inside = tokens.slice(
    0,
    tokens.findIndex(({ text, depth }, at) => at > open && depth === 1 && text === ')'),
  );
  return open < 0 ? [] : inside.filter((_, at) => at > open && isStart(at));
}

/** Whether it is the one that a column with AUTO_INCREMENT needs: it begins with that column. */
function isForCounter(key: Item, items: readonly Item[]): boolean {
  const counter = items.find(item => isColumn(item) && item.tokens.some(token => wordOf(token) === 'AUTO_INCREMENT'));
  if (counter === undefined) return false;
  const primary = items.find(isPrimaryKey);
  const name = counter.tokens[0]!.text;
  const isFirstOf = (item: Item | undefined) => item !== undefined && partsOf(item)[0]?.text === name;
  return !isFirstOf(primary) && partsOf(key).some(({ text }) => text === name);
}

/** @returns by which InnoDB keeps the rows where there is no primary key: the first unique one over columns that are NOT NULL */
function clusterKeyOf(items: readonly Item[], columns: ReadonlyMap<string, Item>): Item | undefined {
  if (items.some(isPrimaryKey)) return undefined;
  return items.find(item => item.words[0] === 'UNIQUE' && isSecondaryKey(item) && partsOf(item).every(isNotNull));

  function isNotNull({ text }: ServerToken): boolean {
    const tokens = columns.get(text)?.tokens ?? [];
    return tokens.some((token, at) => wordOf(token) === 'NOT' && wordOf(tokens[at + 1]) === 'NULL');
  }
}

function hasClusterKey(items: readonly Item[]): boolean {
  return items.some(isPrimaryKey);
}

function wordOf(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
