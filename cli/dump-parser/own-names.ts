import type { ServerToken } from './server-reading/server-reading.ts';

/** A place where a definition names a database in front of something. */
export interface QualifiedName {
  /** As it is written. */
  readonly database: string;
  readonly name: string;
  /**
   * What stands there: a name of three parts, a table, view or sequence (behind FROM, say), a routine that is called, or the like of
   * `a.b`, where `a` may be a table, too.
   */
  readonly place: 'three parts' | 'relation' | 'routine' | 'open';
}

export interface QualifiedNames {
  readonly names: readonly QualifiedName[];
  /** Something in it is called as the database: a table, an alias, a variable. Then `a.b` may well be a column of that. */
  readonly isAmbiguous: boolean;
  /** Sequences of other databases that it draws from, as `database.sequence`. */
  readonly foreignSequences: readonly string[];
  /** Other databases whose tables, views or functions it names. */
  readonly foreignDatabases: readonly string[];
}

/**
 * Finds where the body of a routine, trigger or event, or the query of a view, names its own database.
 * @param tokens of the statement that creates it
 * @param decode from one character a byte
 */
export function qualifiedNames(
  tokens: readonly ServerToken[],
  database: string,
  decode: (text: string) => string,
): QualifiedNames {
  const names = new Map<string, QualifiedName>();
  const foreignSequences = new Set<string>();
  const foreignDatabases = new Set<string>();
  const { places, isAmbiguous } = namePlaces(tokens, database, decode);
  for (const { at, isOwn, isDrawn, place } of places) {
    const [first, next] = [decode(tokens[at]!.text), decode(tokens[at + 2]!.text)];
    if (isOwn) {
      const found = { database: first, name: next, place };
      names.set(JSON.stringify(found), found);
    } else if (isDrawn) foreignSequences.add(`${first}.${next}`);
    else if (place !== 'open') foreignDatabases.add(first);
  }
  return {
    names: [...names.values()],
    isAmbiguous,
    foreignSequences: [...foreignSequences],
    foreignDatabases: [...foreignDatabases],
  };
}

/** Where a definition has `a.b`. */
export interface NamePlace {
  /** Which token `a` is. */
  readonly at: number;
  /** Whether `a` is called as the database that was dumped. */
  readonly isOwn: boolean;
  /** Whether `b` is a sequence, from which a number is drawn. */
  readonly isDrawn: boolean;
  readonly place: QualifiedName['place'];
}

/**
 * @param tokens of the statement that creates it
 * @returns each `a.b` in the body of a routine, trigger or event, or in the query of a view; `isAmbiguous` as for qualifiedNames
 */
export function namePlaces(
  tokens: readonly ServerToken[],
  database: string,
  decode: (text: string) => string,
): { readonly places: readonly NamePlace[]; readonly isAmbiguous: boolean } {
  const isOwnName = nameTest(database, decode);
  const places: NamePlace[] = [];
  let isAmbiguous = false;
  for (let at = bodyOf(tokens); at < tokens.length; at++) {
    const token = tokens[at]!;
    if (!isIdentifier(token) || isOneOf(tokens[at - 1], '@')) continue;
    const isOwn = isOwnName(token);
    if (nameBehind(tokens, at) === undefined) {
      isAmbiguous ||= isOwn && isAlone(tokens, at);
      continue;
    }
    const isDrawn = isOneOf(tokens[at - 1], '(') && SEQUENCE_FUNCTIONS.has(upper(tokens[at - 2]));
    places.push({ at, isOwn, isDrawn, place: placeOf(tokens, at, isDrawn) });
  }
  return { places, isAmbiguous };
}

function nameTest(wanted: string, decode: (text: string) => string): (token: ServerToken) => boolean {
  const name = wanted.toLowerCase();
  // A name has as many bytes as letters at least, and four for each at most.
  return ({ text }) =>
    text.length >= name.length && text.length <= 4 * name.length && decode(text).toLowerCase() === name;
}

/** @returns the second part of a name, when the first one stands at that place */
function nameBehind(tokens: readonly ServerToken[], at: number): ServerToken | undefined {
  const isFirst = isOneOf(tokens[at + 1], '.') && !isOneOf(tokens[at - 1], '.');
  const next = tokens[at + 2];
  return isFirst && next !== undefined && isIdentifier(next) ? next : undefined;
}

/** Whether it is a name or the last part of one, and no account. */
function isAlone(tokens: readonly ServerToken[], at: number): boolean {
  return !isOneOf(tokens[at + 1], '.', '@');
}

const SEQUENCE_FUNCTIONS = new Set(['NEXTVAL', 'LASTVAL', 'SETVAL']);
const BEFORE_RELATION = new Set(['FROM', 'JOIN', 'STRAIGHT_JOIN', 'INTO', 'UPDATE', 'TABLE', 'TRUNCATE']);

/** Behind these a statement of a block begins. */
const INTRODUCERS = new Set(['BEGIN', 'THEN', 'ELSE', 'LOOP', 'DO']);

function placeOf(tokens: readonly ServerToken[], at: number, isDrawn: boolean): QualifiedName['place'] {
  const word = wordBefore(tokens, at);
  const before = upper(tokens[word]);
  if (isOneOf(tokens[at + 3], '.')) return 'three parts';
  if (before === 'CALL') return 'routine';
  if (isDrawn || (BEFORE_RELATION.has(before) && !isArgument(tokens, word))) return 'relation';
  if (before === 'FOR' && upper(tokens[word - 1]) === 'VALUE') return 'relation';
  // MariaDB's PL/SQL calls without CALL, and without parentheses where there is nothing in them.
  const isStatement = isOneOf(tokens[at + 3], ';') && (isOneOf(tokens[at - 1], ';') || INTRODUCERS.has(before));
  return isStatement || isOneOf(tokens[at + 3], '(') ? 'routine' : 'open';
}

/** @returns where the word in front is; FROM in `FROM ((a.b JOIN …) JOIN …)`, which is how the server writes a view */
function wordBefore(tokens: readonly ServerToken[], at: number): number {
  let opened = at - 1;
  while (isOneOf(tokens[opened], '(')) opened--;
  return /^(?:FROM|JOIN)$/.test(upper(tokens[opened])) ? opened : at - 1;
}

/** As in `extract(year from a.b)` and `trim('x' from a.b)`, where `a` is a table. */
function isArgument(tokens: readonly ServerToken[], at: number): boolean {
  const { depth } = tokens[at]!;
  if (depth === 0 || upper(tokens[at]) !== 'FROM') return false;
  let i = at - 1;
  while (i > 0 && tokens[i]!.depth >= depth) i--;
  return isIdentifier(tokens[i - 1] ?? tokens[i]!) && upper(tokens[i + 1]) !== 'SELECT';
}

/** @returns where the body begins, or what is in front of it and names nothing but the thing itself and its definer ends */
function bodyOf(tokens: readonly ServerToken[]): number {
  for (const [i, token] of tokens.entries()) {
    if (token.depth > 0 || token.kind !== 'word') continue;
    const word = upper(token);
    if (word === 'VIEW') return behind(tokens, i, 'AS');
    if (word === 'TRIGGER') return behind(tokens, i, 'ROW');
    if (/^(?:PROCEDURE|FUNCTION|EVENT|BODY)$/.test(word)) return i + 2;
    if (word === 'PACKAGE' && upper(tokens[i + 1]) !== 'BODY') return i + 2;
  }
  return tokens.length;
}

function behind(tokens: readonly ServerToken[], from: number, word: string): number {
  const at = tokens.findIndex((token, i) => i > from && token.kind === 'word' && upper(token) === word);
  return at === -1 ? tokens.length : at + 1;
}

function isIdentifier({ kind, text }: ServerToken): boolean {
  return kind === 'name' || (kind === 'word' && !/^\d+$/.test(text));
}

function isOneOf(token: ServerToken | undefined, ...signs: string[]): boolean {
  return token?.kind === 'sign' && signs.includes(token.text);
}

function upper(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}
