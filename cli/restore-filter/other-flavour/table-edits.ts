import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { ChangeList } from '../rewriting/change-list.ts';
import type { Edit } from '../rewriting/edits.ts';
import type { TargetReading, TargetServer } from '../rewriting/target-reading.ts';
import { columnEdits } from './column-edits.ts';
import { itemsOf } from './table-items.ts';

/**
 * @returns what a CREATE TABLE is to leave out for a server of the other flavour, of its keys and defaults: without these
 * the table holds the same rows
 */
export function tableEdits(reading: TargetReading, { flavour }: TargetServer, changes: ChangeList): Edit[] {
  const { statement, tokens } = reading;
  if (statement.reading.rules.flavour === flavour || statement.object?.kind !== 'tables') return [];
  if (statement.kind !== 'create') return [];
  const edits: Edit[] = [];
  for (const item of itemsOf(tokens)) {
    const what = flavour === 'mysql' ? vectorKey(item.tokens) : expressionKey(item.tokens);
    if (what === undefined || item.commaAt === undefined) continue;
    edits.push({ at: item.commaAt, end: item.tokens.at(-1)!.end, bytes: NOTHING });
    changes.add('changed', what, statement.object);
  }
  return flavour === 'mysql' ? [...edits, ...columnEdits(reading, changes)] : edits;
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

function upper(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}
