import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import { RefusedStatement } from './refused-statement.ts';
import type { TargetReading } from './target-reading.ts';

/**
 * Makes sure that what a CREATE or INSERT statement is about was read right: what has to be known of views, triggers and events must
 * not escape. What is read quickly, from how it begins, is compared with what the server reads.
 * @throws {RefusedStatement} when they are not the same, or when the server may read letters or blanks as something else
 */
export function checkNames(reading: TargetReading): void {
  const { statement, tokens, decode } = reading;
  const { kind, object } = statement;
  checkBlanks(reading);
  if (kind !== 'create' && kind !== 'insert') return;
  const at = kind === 'insert' ? tokens.findIndex(token => upper(token) === 'INTO') : kindAt(tokens);
  const word = upper(tokens[at]);
  if (kind === 'create' && WITHOUT_KIND.has(word)) return;
  const named = nameAt(tokens, at + 1);
  const isSame = kind === 'insert' || object?.kind === KINDS[word] || (word === 'TABLE' && object?.kind === 'views');
  if (!isSame || named === undefined || object === undefined || decode(named.text) !== object.name)
    throw new RefusedStatement(statement, 'what it is about is written in an unusual way');
  const isReadAlike = /^utf8(?:mb[34])?$/.test(statement.reading.characterSet);
  if (!isReadAlike && (kind === 'insert' || (object.kind === 'tables' && !/^[\w$ .-]*$/.test(object.name))))
    throw new RefusedStatement(
      statement,
      `mysqldump writes tables and rows in utf8mb4, and this is in ${statement.reading.characterSet}`,
    );
}

/** In some character sets a letter beyond ASCII is a blank; in others it begins a comment behind two dashes. */
function checkBlanks({ statement, tokens }: TargetReading): void {
  if (/^utf8(?:mb[34])?$/.test(statement.reading.characterSet)) return;
  for (const [i, { kind, text, at }] of tokens.entries()) {
    if (kind !== 'word' || !/[\x80-\xff]/.test(text)) continue;
    const [first, second] = [tokens[i - 2], tokens[i - 1]];
    const isBehindDashes = first?.text === '-' && second?.text === '-' && second.at === first.end && at === second.end;
    if (/[\xa0\xff]/.test(text) || (isBehindDashes && text.charCodeAt(0) >= 0x80))
      throw new RefusedStatement(statement, 'it has letters that a server may read as spaces');
  }
}

/** @returns where the kind of what is created stands */
function kindAt(tokens: readonly ServerToken[]): number {
  let at = 1;
  for (; at < tokens.length; at++) {
    const word = upper(tokens[at]);
    if (word === 'DEFINER' && tokens[at + 1]?.text === '=') at = behindAccount(tokens, at + 2) - 1;
    else if (word === 'ALGORITHM') at += 2;
    else if (!ADJECTIVES.has(word)) break;
  }
  return upper(tokens[at]) === 'PACKAGE' && upper(tokens[at + 1]) === 'BODY' ? at + 1 : at;
}

function behindAccount(tokens: readonly ServerToken[], at: number): number {
  if (tokens[at + 1]?.text === '@') return at + 3;
  return tokens[at + 1]?.text === '(' ? at + 3 : at + 1;
}

/** The last part of a name. */
function nameAt(tokens: readonly ServerToken[], from: number): ServerToken | undefined {
  const words = ['IF', 'NOT', 'EXISTS'];
  const at = words.every((word, i) => upper(tokens[from + i]) === word) ? from + words.length : from;
  return tokens[at + 1]?.text === '.' && tokens[at + 1]?.kind === 'sign' ? tokens[at + 2] : tokens[at];
}

function upper(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}

const ADJECTIVES = new Set([
  ...['OR', 'REPLACE', 'SQL', 'SECURITY', 'DEFINER', 'INVOKER', 'AGGREGATE', 'JSON', 'RELATIONAL', 'DUALITY'],
]);
/** Things of MySQL that are no objects of an inventory. */
const WITHOUT_KIND = new Set(['LIBRARY', 'MASKING']);
const KINDS: Readonly<Record<string, string>> = {
  ...{ TABLE: 'tables', SEQUENCE: 'sequences', VIEW: 'views', TRIGGER: 'triggers', PROCEDURE: 'procedures' },
  ...{ FUNCTION: 'functions', PACKAGE: 'packages', BODY: 'package_bodies', EVENT: 'events' },
};
