import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { ChangeList } from '../rewriting/change-list.ts';
import type { Edit } from '../rewriting/edits.ts';
import type { TargetReading } from '../rewriting/target-reading.ts';
import { itemsOf, LONG_TYPES, replaced, upper } from './table-items.ts';

/**
 * @returns how the columns of a table of MariaDB are written for MySQL, so that they take the same rows: MariaDB dumps the values of
 * generated columns, too, which MySQL takes for plain ones only
 */
export function columnEdits({ tokens, statement }: TargetReading, changes: ChangeList): Edit[] {
  const edits: Edit[] = [];
  for (const { tokens: item } of itemsOf(tokens)) {
    if (item[0]?.kind !== 'name') continue; // a key
    const column = item[0].text;
    for (const change of [typeChange(item), generatedChange(item), defaultChange(item), textDefaultChange(item)]) {
      if (change === undefined) continue;
      edits.push(...change.edits);
      if (change.what !== undefined) changes.add('changed', `column ${column}: ${change.what}`, statement.object);
    }
  }
  return edits;
}

interface ColumnChange {
  readonly edits: readonly Edit[];
  /** Undefined where it is the same in other words. */
  readonly what: string | undefined;
}

/** Types that MySQL does not have, whose values are dumped as text. */
const TYPES: Readonly<Record<string, string>> = { UUID: 'char(36)', INET6: 'varchar(45)', INET4: 'varchar(15)' };

function typeChange([, type]: readonly ServerToken[]): ColumnChange | undefined {
  const other = TYPES[upper(type)];
  if (type === undefined || other === undefined) return undefined;
  return { edits: [replaced(type.at, type.end, other)], what: `type ${type.text} written as ${other}` };
}

/** `GENERATED ALWAYS AS (…) STORED`. */
function generatedChange(item: readonly ServerToken[]): ColumnChange | undefined {
  const at = item.findIndex((token, i) => upper(token) === 'GENERATED' && upper(item[i + 1]) === 'ALWAYS');
  const close = closing(item, at + 3);
  if (at === -1 || close === -1) return undefined;
  const last = /^(?:STORED|VIRTUAL|PERSISTENT)$/.test(upper(item[close + 1])) ? close + 1 : close;
  return { edits: [replaced(item[at]!.at, item[last]!.end, '')], what: 'generated column written as a plain one' };
}

/** `DEFAULT uuid()` is `DEFAULT (uuid())` there, and `DEFAULT nextval(s)` nothing. */
function defaultChange(item: readonly ServerToken[]): ColumnChange | undefined {
  const at = item.findIndex(token => upper(token) === 'DEFAULT');
  const call = item[at + 1];
  if (at === -1 || call?.kind !== 'word' || item[at + 2]?.text !== '(' || IN_BOTH.test(call.text)) return undefined;
  const close = closing(item, at + 2);
  if (close === -1) return undefined;
  const { end } = item[close]!;
  if (upper(call) === 'NEXTVAL')
    return { edits: [replaced(item[at]!.at, end, '')], what: 'default from a sequence left out' };
  return { edits: [replaced(call.at, call.at, '('), replaced(end, end, ')')], what: undefined };
}

/** `t text DEFAULT 'x'` is `DEFAULT ('x')` there: a TEXT or BLOB takes only an expression. */
function textDefaultChange(item: readonly ServerToken[]): ColumnChange | undefined {
  const at = item.findIndex(token => upper(token) === 'DEFAULT');
  const [value, next] = item.slice(at + 1, at + 3);
  if (at === -1 || !LONG_TYPES.test(upper(item[1])) || value?.kind === 'sign' || next?.text === '(') return undefined;
  if (value === undefined || upper(value) === 'NULL') return undefined;
  const { end } = value.kind === 'word' && next?.kind === 'string' ? next : value; // X'00ff'
  return { edits: [replaced(value.at, value.at, '('), replaced(end, end, ')')], what: undefined };
}

const IN_BOTH = /^(?:current_timestamp|now)$/i;

/** @returns where the parenthesis ends that opens there; -1 when none does */
function closing(item: readonly ServerToken[], open: number): number {
  const opened = item[open];
  if (opened?.text !== '(') return -1;
  return item.findIndex(
    ({ kind, text, depth }, i) => i > open && kind === 'sign' && text === ')' && depth === opened.depth,
  );
}
