import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import type { ChangeList } from '../rewriting/change-list.ts';
import type { Edit } from '../rewriting/edits.ts';
import { RefusedStatement } from '../rewriting/refused-statement.ts';
import type { TargetReading, TargetServer } from '../rewriting/target-reading.ts';
import { upper } from './table-items.ts';

const NAMES = { mysql: 'MySQL', mariadb: 'MariaDB' } as const;

/** @throws {RefusedStatement} when the dump is of the other flavour, and that was not asked for */
export function checkFlavour(
  statement: DumpStatement,
  { target, acrossFlavours }: { target: TargetServer; acrossFlavours?: boolean | undefined },
): void {
  const { flavour } = statement.reading.rules;
  if (flavour === target.flavour || acrossFlavours) return;
  const [from, to] = [NAMES[flavour], NAMES[target.flavour]];
  throw new RefusedStatement(
    statement,
    `the dump is of ${from}, and the server is ${to}`,
    `Restore into ${from}. If it must be ${to}, ask for that explicitly: what ${to} does not have is then left out and listed.`,
  );
}

/** @returns why a server of the target's flavour can't have such a thing; undefined when it may */
export function whyImpossible(statement: DumpStatement, { flavour }: TargetServer): string | undefined {
  return flavour === 'mysql' ? whyNotInMySql(statement) : whyNotInMariaDb(statement);
}

function whyNotInMySql({ kind, object, reading }: DumpStatement): string | undefined {
  const what = object?.kind;
  if (what === 'sequences') return 'MySQL has no sequences';
  if (what === 'packages' || what === 'package_bodies') return 'MySQL has no packages';
  if (kind === 'create' && reading.isOracle && what !== 'tables' && what !== 'views')
    return 'MySQL has no SQL mode ORACLE, in which it is written';
  return reading.tokens.slice(0, 10).some(token => upper(token) === 'AGGREGATE')
    ? 'MySQL has no aggregate functions in SQL'
    : undefined;
}

function whyNotInMariaDb({ kind, reading }: DumpStatement): string | undefined {
  if (reading.occasion === 'histograms') return 'MariaDB makes its own histograms';
  if (kind !== 'create' && kind !== 'drop') return undefined;
  const head = reading.tokens.slice(0, 12).map(token => upper(token));
  if (head.includes('LIBRARY')) return 'MariaDB has no libraries';
  if (head.includes('MASKING')) return 'MariaDB has no masking policies';
  if (head.includes('DUALITY')) return 'MariaDB has no duality views';
  return hasWords(reading.tokens, 'LANGUAGE', 'JAVASCRIPT') ? 'MariaDB has no routines in JavaScript' : undefined;
}

/**
 * @returns what a CREATE TABLE of MariaDB is to leave out for MySQL
 * @throws {RefusedStatement} when its history is part of its columns
 */
export function versioningEdits(
  { statement, tokens }: TargetReading,
  { flavour }: TargetServer,
  changes: ChangeList,
): Edit[] {
  if (flavour !== 'mysql' || statement.object?.kind !== 'tables' || statement.kind !== 'create') return [];
  if (hasWords(tokens, 'FOR', 'SYSTEM_TIME') || hasWords(tokens, 'BY', 'SYSTEM_TIME'))
    throw new RefusedStatement(
      statement,
      'MySQL has no system versioning, and the columns or the partitions of this table are made for it',
      BY_HAND,
    );
  if (hasWords(tokens, 'PERIOD', 'FOR'))
    throw new RefusedStatement(statement, 'MySQL has no periods, such as PERIOD FOR and WITHOUT OVERLAPS', BY_HAND);
  const edits: Edit[] = [];
  for (const [i, token] of tokens.entries()) {
    if (!/^WITH(?:OUT)?$/.test(upper(token)) || !hasWords(tokens.slice(i + 1, i + 3), 'SYSTEM', 'VERSIONING')) continue;
    edits.push({ at: token.at, end: tokens[i + 2]!.end, bytes: new Uint8Array() });
  }
  if (edits.length > 0)
    changes.add('changed', 'system versioning left out, which MySQL does not have', statement.object);
  return edits;
}

/**
 * Each row of a table with system versioning is dumped with its history: the columns of that are not in quotes.
 * @throws {RefusedStatement} when that goes to MySQL
 */
export function checkHistory(statement: DumpStatement, { tokens }: TargetReading, { flavour }: TargetServer): void {
  if (flavour === 'mysql' && tokens.some(token => upper(token) === 'ROW_START'))
    throw new RefusedStatement(statement, 'MySQL has no system versioning, and these rows have a history', BY_HAND);
}

const BY_HAND = 'Restore the other tables by name, and move this one by hand.';

/** @returns a SET of the SQL mode without the modes that the server does not know, and which make it an error */
export function sqlModeEdits(
  { statement, tokens, code, encode }: TargetReading,
  { flavour }: TargetServer,
  changes: ChangeList,
): Edit[] {
  const edits: Edit[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'string' || upper(tokens[i - 2]) !== 'SQL_MODE') continue;
    const modes = code.slice(token.at + 1, token.end - 1).split(',');
    const unknown = modes.filter(mode => UNKNOWN[flavour].has(mode.trim().toUpperCase()));
    if (unknown.length === 0) continue;
    const left = modes.filter(mode => !unknown.includes(mode));
    edits.push({ at: token.at, end: token.end, bytes: encode(`'${left.join(',')}'`) });
    for (const mode of unknown)
      changes.add('changed', `SQL mode ${mode} left out, which ${NAMES[flavour]} does not have`, statement.object);
  }
  return edits;
}

/** @returns those of some SQL modes that servers of a flavour do not have */
export function unknownSqlModes(modes: readonly string[], flavour: 'mysql' | 'mariadb'): string[] {
  return modes.filter(mode => UNKNOWN[flavour].has(mode.toUpperCase()));
}

/** MySQL has dropped those of its own that MariaDB has kept. */
const UNKNOWN: Readonly<Record<'mysql' | 'mariadb', ReadonlySet<string>>> = {
  mysql: new Set([
    ...['NO_AUTO_CREATE_USER', 'NO_FIELD_OPTIONS', 'NO_KEY_OPTIONS', 'NO_TABLE_OPTIONS', 'POSTGRESQL', 'ORACLE'],
    ...['MSSQL', 'DB2', 'MAXDB', 'MYSQL323', 'MYSQL40', 'EMPTY_STRING_IS_NULL', 'SIMULTANEOUS_ASSIGNMENT'],
    ...['TIME_ROUND_FRACTIONAL', 'IGNORE_BAD_TABLE_OPTIONS'],
  ]),
  mariadb: new Set(['TIME_TRUNCATE_FRACTIONAL']),
};

function hasWords(tokens: readonly ServerToken[], first: string, second: string): boolean {
  return tokens.some((token, i) => upper(token) === first && upper(tokens[i + 1]) === second);
}
