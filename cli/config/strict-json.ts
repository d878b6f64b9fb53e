import jsonc, { type Node, type ParseError } from 'jsonc-parser';

/**
 * Parses JSON and refuses what `JSON.parse` silently accepts: a key that an object has twice. Only the last one would count.
 * The parser's own messages are not shown, since they quote what stands there, maybe a password.
 * @returns the value; or its mistakes, each a phrase with the place: every repeated key, or where the text stops being JSON
 */
export function parseStrictJson(text: string): { value: unknown } | { mistakes: readonly string[] } {
  try {
    return parse(text);
  } catch (error) {
    // Of the parser, which calls itself for each level.
    if (error instanceof RangeError) return { mistakes: ['nests lists or objects too deeply'] };
    throw error;
  }
}

/** One mistake can have thousands of the same kind in its wake, and finding the place of each takes time. */
const MOST_MISTAKES = 100;

function parse(text: string): { value: unknown } | { mistakes: readonly string[] } {
  const errors: ParseError[] = [];
  const tree = jsonc.parseTree(text, errors, { disallowComments: true });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { mistakes: [`is not valid JSON at ${placeOf(text, errors[0]?.offset ?? 0)}`] };
  }
  const mistakes = [...repeatedKeys(tree, text).take(MOST_MISTAKES)];
  return mistakes.length > 0 ? { mistakes } : { value };
}

function* repeatedKeys(node: Node | undefined, text: string): Generator<string> {
  const first = new Map<string, Node>();
  for (const child of node?.children ?? []) {
    const key = child.type === 'property' ? child.children![0]! : undefined;
    const earlier = key && first.get(key.value);
    if (earlier) yield repeated(key.value, placeOf(text, earlier.offset), placeOf(text, key.offset));
    else if (key) first.set(key.value, key);
    yield* repeatedKeys(child, text);
  }
}

function repeated(key: string, first: string, second: string): string {
  return `has the key "${key}" twice in one object, at ${first} and at ${second}. Remove one, or write "},{" between them where two objects were meant.`;
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}
