import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { ChangeList } from './change-list.ts';
import type { Edit } from './edits.ts';
import type { TargetReading } from './target-reading.ts';

/** @returns where a statement names a collation that is to be another one; never within text */
export function collationEdits(
  { tokens, code, encode, statement }: TargetReading,
  wanted: ReadonlyMap<string, string>,
  changes: ChangeList,
): Edit[] {
  if (wanted.size === 0) return [];
  const edits: Edit[] = [];
  for (const [i, token] of tokens.entries()) {
    if (!isCollation(tokens, i)) continue;
    const isQuoted = token.kind === 'string';
    const name = isQuoted ? code.slice(token.at + 1, token.end - 1) : token.text;
    const other = mapped(name, wanted);
    if (other === undefined) continue;
    edits.push({ at: token.at, end: token.end, bytes: encode(isQuoted ? `'${other}'` : other) });
    changes.add('changed', `collation ${name} written as ${other}`, statement.object);
  }
  return edits;
}

/**
 * @returns what a collation becomes; undefined when it stays. `*` stands for any letters, but only of collations of the same character
 *   set: every server refuses a collation for a text in another one (error 1253).
 */
export function mapped(name: string, wanted: ReadonlyMap<string, string>): string | undefined {
  const lower = name.toLowerCase();
  const exact = wanted.get(lower);
  if (exact !== undefined) return exact;
  for (const [pattern, other] of wanted)
    if (pattern.includes('*') && matches(pattern, lower) && isOfSameSet(lower, other)) return other;
  return undefined;
}

/** Whether both can be of one character set: MariaDB has names without one, such as `uca1400_ai_ci`, which fit several. */
export function isOfSameSet(one: string, other: string): boolean {
  const [set, otherSet] = [characterSetOf(one), characterSetOf(other)];
  return set === undefined || otherSet === undefined || set === otherSet;
}

function matches(pattern: string, name: string): boolean {
  return new RegExp(`^${pattern.toLowerCase().replaceAll('*', '\\w*')}$`).test(name);
}

/** @returns with which the name of a collation begins; `utf8` is the former name of `utf8mb3` */
function characterSetOf(collation: string): string | undefined {
  const [set] = collation.toLowerCase().split('_');
  if (set === 'uca1400') return undefined;
  return set === 'utf8' ? 'utf8mb3' : set;
}

/** `COLLATE x`, `COLLATE = x`, `COLLATION_CONNECTION = x`. */
function isCollation(tokens: readonly ServerToken[], at: number): boolean {
  if (tokens[at]!.kind === 'sign') return false;
  const before = upper(tokens[at - 1]);
  if (before === 'COLLATE') return true;
  const variable = before === '=' ? upper(tokens[at - 2]) : '';
  return variable === 'COLLATE' || variable === 'COLLATION_CONNECTION';
}

function upper(token: ServerToken | undefined): string {
  return token === undefined || token.kind === 'name' ? '' : token.text.toUpperCase();
}
