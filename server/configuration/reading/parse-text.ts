import {
  type Document,
  isAlias,
  isMap,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Path } from './mistake.ts';

/** A file of YAML or JSON, which is YAML, too. */
export interface ParsedText {
  readonly value: unknown;
  /** @returns the line of what stands at a path or, where nothing does, of the nearest thing around it; from 1 */
  lineOf(path: Path): number;
}

/** A mistake of which only the line is known. */
export interface TextMistake {
  readonly line: number;
  readonly message: string;
}

/** A fleet of 10,000 databases, each with an entry of its own, is a third of this. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** One mistake can have thousands of the same kind in its wake. */
const MOST_MISTAKES = 20;

/** @returns what the text says; or where it stops being YAML. What stands there is not shown: it may be a password. */
export function parseText(text: string): ParsedText | { readonly mistakes: readonly TextMistake[] } {
  if (text.length > MAX_CHARACTERS) return { mistakes: [{ line: 1, message: 'the file is longer than 8 MiB' }] };
  const lineCounter = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true, logLevel: 'error' });
    const errors: readonly YAMLError[] = [...document.errors, ...document.warnings];
    const mistakes = errors.map(({ code, pos }) => ({
      line: lineCounter.linePos(pos[0]).line,
      message: MESSAGES[code] ?? 'is not valid YAML here',
    }));
    // The first one of a line is the cause of the others.
    const first = mistakes.filter(({ line }, index) => mistakes[index - 1]?.line !== line);
    if (first.length > 0) return { mistakes: first.slice(0, MOST_MISTAKES) };
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    if (hasCircle(value)) return { mistakes: [{ line: 1, message: TOO_DEEP }] };
    return { value, lineOf: path => lineOf(document, lineCounter, path) };
  } catch (error) {
    // The parser calls itself for each level, and refuses aliases that would fill the memory.
    if (error instanceof RangeError || error instanceof ReferenceError)
      return { mistakes: [{ line: 1, message: TOO_DEEP }] };
    throw error;
  }
}

const TOO_DEEP = 'the file nests too deeply, or has an alias that cannot be followed';

/** An alias may stand in the very thing that it means: who follows it never comes to an end. */
function hasCircle(value: unknown, around = new Set<unknown>(), done = new Set<unknown>()): boolean {
  if (typeof value !== 'object' || value === null || done.has(value)) return false;
  if (around.has(value)) return true;
  around.add(value);
  const found = Object.values(value).some(part => hasCircle(part, around, done));
  around.delete(value);
  done.add(value);
  return found;
}

const MESSAGES: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'the line is not indented as the lines around it: use the same number of spaces',
  TAB_AS_INDENT: 'a tab stands where the line is indented: use spaces',
  DUPLICATE_KEY: 'the same key stands twice in one map: remove one',
  MISSING_CHAR: 'a character is missing, usually a quote, a bracket, or a colon and a space',
  BAD_SCALAR_START: 'a text begins with a character that YAML reserves: put quotes around it',
  BLOCK_AS_IMPLICIT_KEY: 'a key stands in the middle of a line: begin a new line, or put quotes around the value',
  MULTILINE_IMPLICIT_KEY: 'a key is longer than its line: a colon is missing, or a quote is open',
  BAD_ALIAS: 'an alias (*name) has no anchor (&name): put quotes around a text that begins with *',
  BAD_DQ_ESCAPE: 'a text in double quotes has a backslash that YAML does not know: use single quotes',
  TAG_RESOLVE_FAILED: 'a tag (!name) is not known: put quotes around a text that begins with !',
  MULTIPLE_DOCS: 'a second document begins: there must be only one',
  UNEXPECTED_TOKEN: 'something stands here that YAML does not expect',
};

function lineOf(document: Document.Parsed, counter: LineCounter, path: Path): number {
  let node: Node | null = document.contents;
  let offset = 0;
  for (const part of path) {
    const next = stepInto(isAlias(node) ? (node.resolve(document) ?? null) : node, part);
    if (!next) break;
    offset = next.begin?.range?.[0] ?? offset;
    node = next.value;
  }
  return counter.linePos(offset).line || 1;
}

/** @returns what stands there, and where that begins: with its key, if it has one */
function stepInto(node: Node | null, part: string | number): { begin: Node | null; value: Node | null } | undefined {
  if (isMap(node)) {
    const pair = pairsOf(node as YAMLMap<Node, Node | null>).get(String(part));
    return pair && { begin: pair.key, value: pair.value };
  }
  const item = isSeq(node) ? (node.items[Number(part)] as Node | undefined) : undefined;
  return item && { begin: item, value: item };
}

type Pairs = ReadonlyMap<string, { readonly key: Node; readonly value: Node | null }>;

/** Looking a key up in a map of YAML reads the whole map, and a fleet has thousands. */
function pairsOf(map: YAMLMap<Node, Node | null>): Pairs {
  const known = indexes.get(map);
  if (known) return known;
  const pairs: Pairs = new Map(
    map.items.map(({ key, value }) => [String((key as { value?: unknown }).value ?? key), { key, value }]),
  );
  indexes.set(map, pairs);
  return pairs;
}

const indexes = new WeakMap<object, Pairs>();
