import type { ObjectKind } from '../../protocol/manifest.ts';
import { Tokens } from './server-reading/tokens.ts';

/** Something that a statement of a dump brings back. */
export interface DumpedObject {
  readonly kind: ObjectKind;
  readonly name: string;
}

/**
 * Tells what a CREATE statement of mysqldump creates. A stand-in for a view, which mysqldump writes so that other views can
 * refer to it, is nothing.
 * @param head of the statement, as the lexer keeps it
 */
export function createdBy(head: string): DumpedObject | undefined {
  const { object, isStandIn } = creationOf(head) ?? {};
  return isStandIn ? undefined : object;
}

/** @returns what a CREATE statement of mysqldump creates, and whether only a stand-in for that view; undefined for none of these */
export function creationOf(head: string): { readonly object: DumpedObject; readonly isStandIn: boolean } | undefined {
  const tokens = new Tokens(head);
  if (!tokens.skip('CREATE')) return undefined;
  const next = tokens.peek();
  const kind = kindOf(tokens);
  if (kind === undefined) return undefined;
  tokens.skip('IF', 'NOT', 'EXISTS');
  const name = nameOf(tokens);
  if (name === undefined) return undefined;
  const isOne = isStandIn(kind, next?.text === 'VIEW', head, tokens);
  return { object: { kind: isOne ? 'views' : kind, name }, isStandIn: isOne };
}

/** @returns the table that an INSERT or REPLACE statement fills; its head may end with `VALUES (` */
export function tableFilledBy(head: string): string | undefined {
  const tokens = new Tokens(head);
  if (!tokens.skip('INSERT') && !tokens.skip('REPLACE')) return undefined;
  while (
    tokens.skip('IGNORE') ||
    tokens.skip('DELAYED') ||
    tokens.skip('LOW_PRIORITY') ||
    tokens.skip('HIGH_PRIORITY')
  );
  tokens.skip('INTO');
  return nameOf(tokens);
}

/** What the word behind CREATE or DROP makes of it; the body of a package is told by the word behind that. */
export const KIND_OF_WORD: Readonly<Record<string, ObjectKind>> = {
  TABLE: 'tables',
  SEQUENCE: 'sequences',
  VIEW: 'views',
  TRIGGER: 'triggers',
  PROCEDURE: 'procedures',
  FUNCTION: 'functions',
  PACKAGE: 'packages',
  EVENT: 'events',
};

/** What can stand in front of the kind, beside ALGORITHM and DEFINER. */
const ADJECTIVES = [
  ['OR', 'REPLACE'],
  ['SQL', 'SECURITY', 'DEFINER'],
  ['SQL', 'SECURITY', 'INVOKER'],
  ['AGGREGATE'],
  ['TEMPORARY'],
  ['EXTERNAL'],
  ['JSON'],
  ['RELATIONAL'],
  ['DUALITY'],
  ['MATERIALIZED'],
];

/** Stops at the first word that is not known: behind it, in a body or an option, the name of a kind means nothing. */
function kindOf(tokens: Tokens): ObjectKind | undefined {
  while (skipAlgorithm(tokens) || skipDefiner(tokens) || ADJECTIVES.some(words => tokens.skip(...words)));
  const token = tokens.next();
  const kind = token === undefined || token.isQuoted ? undefined : KIND_OF_WORD[token.text.toUpperCase()];
  return kind === 'packages' && tokens.skip('BODY') ? 'package_bodies' : kind;
}

function skipAlgorithm(tokens: Tokens): boolean {
  return tokens.skip('ALGORITHM', '=') && tokens.next() !== undefined;
}

/** `user`@`host`, a role, or CURRENT_USER with its parentheses or without. */
function skipDefiner(tokens: Tokens): boolean {
  if (!tokens.skip('DEFINER', '=') || tokens.next() === undefined) return false;
  if (tokens.skip('@')) tokens.next();
  tokens.skip('(', ')');
  return true;
}

/** The last part of `database`.`name`. */
function nameOf(tokens: Tokens): string | undefined {
  let name = tokens.next()?.text;
  while (tokens.skip('.')) name = tokens.next()?.text;
  return name;
}

/**
 * Stand-ins are what mysqldump itself writes in a comment for newer servers: of old a table, today a view of ones, in capitals
 * where the server's own text of a view has small letters.
 */
function isStandIn(kind: ObjectKind, isBareView: boolean, head: string, tokens: Tokens): boolean {
  if (!/^\/\*M?!/.test(head)) return false;
  if (kind === 'tables') return true;
  return kind === 'views' && isBareView && ['AS', 'SELECT', '1', 'AS'].every(word => tokens.next()?.text === word);
}
