import { escapeId } from 'mysql2';
import type { Inventory } from '../../../protocol/manifest.ts';
import { isAtLeast, type ServerFacts } from '../../mysql/server-facts.ts';
import { escapePattern } from '../../preflight/privileges/database-patterns.ts';
import { quoteAccount } from '../../preflight/privileges/missing-rights.ts';
import type { TargetFacts } from './target-facts.ts';

type Server = Pick<ServerFacts, 'flavour' | 'version'>;

/** A right on the whole server that a restore needs, and how an administrator knows it. */
interface GlobalRight {
  readonly right: string;
  /** What it is for, completing "the user lacks X, …". */
  readonly purpose: string;
}

/**
 * @returns the rights on the whole server with which views, triggers, routines and events keep their definers, and all tables
 *   load. MySQL manual, "Dynamic Privilege Descriptions"; MariaDB Knowledge Base, "GRANT"
 */
export function globalRights({ flavour, version }: Server, keepsDefiners: boolean): GlobalRight[] {
  const definers = 'which views, triggers, routines and events need to keep their definers';
  if (flavour === 'mariadb') {
    if (!keepsDefiners) return [];
    return [{ right: isAtLeast(version, 10, 5, 2) ? 'SET USER' : 'SUPER', purpose: definers }];
  }
  const strict = 'which tables need that were created without the strict mode';
  const settings = isAtLeast(version, 8, 0, 14) ? [{ right: 'SESSION_VARIABLES_ADMIN', purpose: strict }] : [];
  if (!keepsDefiners) return settings;
  if (!isAtLeast(version, 8)) return [{ right: 'SUPER', purpose: definers }];
  const rights = isAtLeast(version, 8, 2) ? ['SET_ANY_DEFINER', 'ALLOW_NONEXISTENT_DEFINER'] : ['SET_USER_ID'];
  return [...rights.map(right => ({ right, purpose: definers })), ...settings];
}

/** @returns the rights on the database itself, for what is loaded into it */
export function databaseRights(inventory: Inventory | undefined): string[] {
  const has = (...kinds: (keyof Inventory)[]) => !inventory || kinds.some(kind => inventory[kind].length > 0);
  return [
    ...['SELECT', 'INSERT', 'CREATE', 'DROP', 'ALTER', 'INDEX', 'REFERENCES'],
    ...(has('views') ? ['CREATE VIEW', 'SHOW VIEW'] : []),
    ...(has('triggers') ? ['TRIGGER'] : []),
    ...(has('procedures', 'functions', 'packages') ? ['CREATE ROUTINE', 'ALTER ROUTINE', 'EXECUTE'] : []),
    ...(has('events') ? ['EVENT'] : []),
  ];
}

/** @returns the statement that gives all rights on a database, for the account that the server took the user for */
export function grantOnDatabase(facts: TargetFacts, database: string): string {
  const { pattern } = facts.rights.grantedRow(database, facts.account);
  return `GRANT ALL ON ${escapeId(pattern, true)}.* TO ${quoteAccount(facts.account)};`;
}

/** @returns the statement that adds rights on a database, without putting those out of force that the user has on it by a pattern */
export function grantRightsOn(facts: TargetFacts, rights: readonly string[], database: string): string {
  const row = facts.rights.grantedRow(database, facts.account);
  const all = [...new Set([...row.rights, ...rights])].join(', ');
  return `GRANT ${all} ON ${escapeId(row.pattern, true)}.* TO ${quoteAccount(facts.account)};`;
}

export function grantOnServer(rights: readonly string[], account: string): string {
  return `GRANT ${rights.join(', ')} ON *.* TO ${quoteAccount(account)};`;
}

/** @returns the right with which the definitions of routines of other accounts can be read, as a backup needs it, too */
export function rightToReadRoutines(
  { flavour, version, rights, account }: TargetFacts,
  database: string,
): { readonly right: string; readonly isGiven: boolean; readonly grant: string } {
  const to = `TO ${quoteAccount(account)};`;
  const readsProc = rights.onTable('SELECT', 'mysql', 'proc');
  if (flavour === 'mysql' && isAtLeast(version, 8)) {
    const isGiven = rights.everywhere('SHOW_ROUTINE') || rights.everywhere('SELECT');
    return { right: 'SHOW_ROUTINE', isGiven, grant: `GRANT SHOW_ROUTINE ON *.* ${to}` };
  }
  const isGiven = readsProc || (isAtLeast(version, 11, 3) && rights.onDatabase('SHOW CREATE ROUTINE', database));
  return { right: 'SELECT on mysql.proc', isGiven, grant: `GRANT SELECT ON mysql.proc ${to}` };
}

/**
 * @param account as a statement names it
 * @returns the statements that make a user which restores one database, as docs/how-to/make-a-user-that-restores.md has them
 */
export function restoreUserStatements(server: Server, database: string, account: string): string[] {
  const pattern = escapePattern(database).replaceAll('`', '``');
  const rights = globalRights(server, true).map(({ right }) => right);
  return [
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY 'a long password';`,
    `GRANT ALL ON \`${pattern}\`.* TO ${account};`,
    `GRANT ${rights.join(', ')} ON *.* TO ${account};`,
  ];
}
