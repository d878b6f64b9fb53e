import { type ReadingRules, readAsServer, type ServerToken } from '../../dump-parser/server-reading/server-reading.ts';

/** A part of what stands in the parentheses of CREATE TABLE: a column, a key or a constraint. */
export interface Item {
  readonly tokens: readonly ServerToken[];
  /** Its bytes, one character each. */
  readonly text: string;
  /** Its first two words in capitals; of a column the first is empty. */
  readonly words: readonly [string, string];
}

/** A CREATE TABLE statement, taken apart; all texts have one character for each byte. */
export interface DefinitionParts {
  /** The table's name with its quotes. */
  readonly name: string;
  /** What stands in front of the items, and behind them. */
  readonly head: string;
  readonly tail: string;
  readonly items: readonly Item[];
  /** What stands behind the items. */
  readonly options: readonly ServerToken[];
}

/**
 * Takes a CREATE TABLE statement apart that is written as SHOW CREATE TABLE does it.
 * @returns undefined where it is written in another way
 */
export function partsOfDefinition(statement: Uint8Array, rules: ReadingRules): DefinitionParts | undefined {
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
  return {
    ...{ name: text.slice(name.at, name.end), head: text.slice(0, open.end), items },
    ...{ tail: text.slice(tokens[closeAt]!.at), options: tokens.slice(closeAt + 1) },
  };
}

export function isColumn({ tokens }: Item): boolean {
  return tokens[0]?.kind === 'name';
}

export function isSecondaryKey({ words: [first, second] }: Item): boolean {
  return first === 'KEY' || first === 'INDEX' || (first === 'UNIQUE' && (second === 'KEY' || second === 'INDEX'));
}

export function isPrimaryKey({ words: [first, second] }: Item): boolean {
  return first === 'PRIMARY' && second === 'KEY';
}

/** `CONSTRAINT name FOREIGN KEY (…)`. */
export function isForeignKey({ words: [first], tokens }: Item): boolean {
  return first === 'FOREIGN' || (first === 'CONSTRAINT' && wordOf(tokens[2]) === 'FOREIGN');
}

/** @returns of each part in the first parentheses of an item its tokens; for `KEY k (a(10), b DESC)` two lists */
export function partsOf({ tokens }: Item, from = 0): ServerToken[][] {
  const open = tokens.findIndex(
    ({ text, kind, depth }, at) => at >= from && depth === 1 && kind === 'sign' && text === '(',
  );
  const close = tokens.findIndex(
    ({ text, kind, depth }, at) => at > open && depth === 1 && kind === 'sign' && text === ')',
  );
  if (open < 0 || close < 0) return [];
  const parts: ServerToken[][] = [[]];
  for (const token of tokens.slice(open + 1, close))
    if (token.kind === 'sign' && token.text === ',' && token.depth === 2) parts.push([]);
    else parts.at(-1)!.push(token);
  return parts;
}

/** @returns a word in capitals; '' for what is no word */
export function wordOf(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
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
