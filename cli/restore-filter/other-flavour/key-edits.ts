import type { Flavour } from '../../dump-parser/lexer/delimiter.ts';
import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { ChangeList } from '../rewriting/change-list.ts';
import type { Edit } from '../rewriting/edits.ts';
import type { TargetReading } from '../rewriting/target-reading.ts';
import { itemsOf, LONG_TYPES, type TableItem, upper } from './table-items.ts';

/** @returns which keys of a CREATE TABLE are left out for a server of that flavour, or written otherwise */
export function keyEdits({ tokens, statement }: TargetReading, flavour: Flavour, changes: ChangeList): Edit[] {
  const items = itemsOf(tokens);
  const texts = flavour === 'mysql' ? textColumns(items) : new Set<string>();
  return items.flatMap(({ tokens: item, commaAt }) => {
    if (commaAt === undefined || item[0]?.kind === 'name') return [];
    const why = flavour === 'mysql' ? (vectorKey(item) ?? longKey(item, texts)) : expressionKey(item);
    if (why === undefined) return flavour === 'mysql' ? ignoredKey(item) : parserOf(item, changes, statement);
    changes.add('changed', why, statement.object);
    return [{ at: commaAt, end: item.at(-1)!.end, bytes: NOTHING }];
  });
}

const NOTHING = new Uint8Array();

/** `VECTOR KEY v (v)`. */
function vectorKey([first, second]: readonly ServerToken[]): string | undefined {
  return upper(first) === 'VECTOR' && upper(second) === 'KEY'
    ? 'vector key left out, which MySQL does not have'
    : undefined;
}

/** `KEY k ((a + 1))`, `UNIQUE KEY k (a, (b + 1))`: a parenthesis right behind a sign within those of the columns. */
function expressionKey(item: readonly ServerToken[]): string | undefined {
  const key = item.findIndex(token => upper(token) === 'KEY');
  if (key === -1 || key > 1) return undefined;
  const isOnExpression = item.some(
    ({ text, kind, depth }, i) => kind === 'sign' && text === '(' && depth === 2 && item[i - 1]!.kind === 'sign',
  );
  return isOnExpression ? 'key on an expression left out, which MariaDB does not have' : undefined;
}

/** `UNIQUE KEY k (t) USING HASH`, where `t` is a whole TEXT or BLOB. */
function longKey(item: readonly ServerToken[], texts: ReadonlySet<string>): string | undefined {
  if (upper(item[0]) !== 'UNIQUE' || upper(item[1]) !== 'KEY') return undefined;
  const isLong = item.some(
    ({ kind, text, depth }, i) =>
      i > 2 && depth === 2 && kind === 'name' && texts.has(text) && item[i + 1]?.text !== '(',
  );
  return isLong ? 'unique key on a whole TEXT or BLOB left out, which MySQL does not have' : undefined;
}

function textColumns(items: readonly TableItem[]): ReadonlySet<string> {
  const isText = ({ tokens: [name, type] }: TableItem) => name?.kind === 'name' && LONG_TYPES.test(upper(type));
  return new Set(items.filter(isText).map(({ tokens }) => tokens[0]!.text));
}

/** `KEY k (a) IGNORED` is `KEY k (a) INVISIBLE` there. */
function ignoredKey(item: readonly ServerToken[]): Edit[] {
  const ignored = item.find(token => upper(token) === 'IGNORED');
  return ignored === undefined ? [] : [{ at: ignored.at, end: ignored.end, bytes: Buffer.from('INVISIBLE') }];
}

/** `FULLTEXT KEY t (t) WITH PARSER ngram`. */
function parserOf(item: readonly ServerToken[], changes: ChangeList, { object }: TargetReading['statement']): Edit[] {
  const at = item.findIndex((token, i) => upper(token) === 'WITH' && upper(item[i + 1]) === 'PARSER');
  const parser = item[at + 2];
  if (at === -1 || parser === undefined) return [];
  changes.add('changed', `full-text parser ${parser.text} left out: MariaDB splits the words its own way`, object);
  return [{ at: item[at]!.at, end: parser.end, bytes: NOTHING }];
}
