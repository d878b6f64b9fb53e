import type { ObjectKind } from '../../protocol/manifest.ts';
import type { ServerToken } from '../dump-parser/server-reading/server-reading.ts';
import { type DumpedObject, KIND_OF_WORD } from '../dump-parser/statement.ts';

/** What a statement of a dump does. `other` is anything that does not stand here. */
export type StatementKind =
  | 'set'
  | 'create'
  | 'drop'
  | 'insert'
  | 'lock'
  | 'unlock'
  | 'keys'
  | 'alter database'
  | 'create database'
  | 'sequence value'
  | 'commit'
  | 'other';

/**
 * @param decode from one character a byte
 * @returns what a statement does, and to what; of CREATE and INSERT only the first
 */
export function kindOf(
  tokens: readonly ServerToken[],
  decode: (text: string) => string,
): { readonly kind: StatementKind; readonly object: DumpedObject | undefined } {
  const words = tokens.slice(0, 4).map(({ kind, text }) => (kind === 'word' ? text.toUpperCase() : ''));
  const [first, second] = words;
  const named = (kind: ObjectKind, at: number): DumpedObject | undefined => {
    const name = nameAt(tokens, at);
    return name === undefined ? undefined : { kind, name: decode(name) };
  };
  if (first === 'DROP') return { kind: 'drop', object: dropped(words, named) };
  if (first === 'LOCK') return { kind: 'lock', object: named('tables', 2) };
  if (first === 'ALTER' && second === 'TABLE') return { kind: 'keys', object: named('tables', 2) };
  if (first === 'ALTER' && second === 'DATABASE') return { kind: 'alter database', object: undefined };
  if (first === 'CREATE' && isDatabase(second)) return { kind: 'create database', object: undefined };
  if ((first === 'DO' || first === 'SELECT') && second === 'SETVAL')
    return { kind: 'sequence value', object: named('sequences', 3) };
  return { kind: PLAIN[first ?? ''] ?? 'other', object: undefined };
}

const PLAIN: Readonly<Record<string, StatementKind>> = {
  SET: 'set',
  CREATE: 'create',
  INSERT: 'insert',
  REPLACE: 'insert',
  UNLOCK: 'unlock',
  COMMIT: 'commit',
};

/** `DROP kind IF EXISTS name`. */
function dropped(
  words: readonly string[],
  named: (kind: ObjectKind, at: number) => DumpedObject | undefined,
): DumpedObject | undefined {
  if (words[1] === 'PACKAGE' && words[2] === 'BODY') return named('package_bodies', 5);
  const kind = KIND_OF_WORD[words[1] ?? ''];
  return kind === undefined ? undefined : named(kind, 4);
}

function isDatabase(second: string | undefined): boolean {
  return second === 'DATABASE' || second === 'SCHEMA';
}

/** The last part of `database`.`name`. */
function nameAt(tokens: readonly ServerToken[], at: number): string | undefined {
  const last = tokens[at + 1]?.text === '.' ? tokens[at + 2] : tokens[at];
  return last?.kind === 'name' || last?.kind === 'word' ? last.text : undefined;
}
