import { randomBytes } from 'node:crypto';
import type { DatabaseSource } from '../config/databases.ts';
import { isAtLeast } from '../mysql/server-facts.ts';
import type { ServerProgram } from './server-programs.ts';

export interface Account {
  readonly user: string;
  readonly password: string;
}

/** @returns an account whose name no dump can know, so that none can name it as a DEFINER */
export function newAccount(role: 'admin' | 'load' | 'read'): Account {
  return { user: `${role}_${randomBytes(12).toString('hex')}`, password: randomBytes(24).toString('hex') };
}

/**
 * What a new server runs before anyone can connect, a statement a line. Afterwards there is one account with rights, of a name that
 * no one knows. This matters since the account that loads a dump may name any DEFINER: root@localhost as a
 * definer must be no one.
 */
export function firstStatements({ user, password }: Account, flavour: ServerProgram['flavour']): string {
  const admin = `'${user}'@'localhost'`;
  const others =
    flavour === 'mariadb'
      ? // MariaDB has made the others by its scripts: they go, and so does what they were given.
        [
          `delete from mysql.global_priv where user <> '${user}'`,
          'delete from mysql.db',
          'delete from mysql.tables_priv',
          'delete from mysql.procs_priv',
          'delete from mysql.proxies_priv',
        ]
      : [`drop user 'root'@'localhost'`];
  return [
    `create user ${admin} identified by '${password}'`,
    `grant all on *.* to ${admin} with grant option`,
    ...others,
    'flush privileges',
    '',
  ].join(';\n');
}

/**
 * The statements that make an account which may do everything within one database, may name any account as the DEFINER of what it
 * makes there, and may do nothing else.
 */
export function loadAccountStatements(
  { user, password }: Account,
  database: string,
  { flavour, version }: Pick<ServerProgram, 'flavour' | 'version'>,
): string[] {
  const account = `'${user}'@'localhost'`;
  return [
    `create user ${account} identified by '${password}'`,
    `grant all on ${databasePattern(database)}.* to ${account}`,
    `grant ${definerRights(flavour, version)} on *.* to ${account}`,
  ];
}

/** @returns what lets an account name any table in a foreign key: without it the table with the key would not be made */
export function referenceStatement({ user }: Account): string {
  return `grant references on *.* to '${user}'@'localhost'`;
}

/** The statements that make an account which may read and dump all of one database, its routines included, and change nothing. */
export function readAccountStatements(
  { user, password }: Account,
  database: string,
  { flavour, version }: Pick<ServerProgram, 'flavour' | 'version'>,
): string[] {
  const account = `'${user}'@'localhost'`;
  const isMaria = flavour === 'mariadb';
  const ofRoutines = isMaria && isAtLeast(version, 11, 3) ? ', show create routine' : '';
  const rights = `select, show view, trigger, event, lock tables, execute${ofRoutines}`;
  return [
    `create user ${account} identified by '${password}'`,
    `grant ${rights} on ${databasePattern(database)}.* to ${account}`,
    ...(isMaria && !ofRoutines ? [`grant select on mysql.proc to ${account}`] : []),
    ...(isMaria ? [] : [`grant show_routine on *.* to ${account}`]),
  ];
}

/**
 * Accounts that exist only so that what they define can be opened: no one can log in as one of them.
 * @param definer such as `app@%`; a role of MariaDB has no host
 */
export function definerStatements(definer: string, database: string): string[] {
  const { account, isRole } = definerOf(definer);
  const locked = isRole ? '' : ` identified by '${randomBytes(24).toString('hex')}' account lock`;
  return [
    `create ${isRole ? 'role' : 'user'} if not exists ${account}${locked}`,
    `grant all on ${databasePattern(database)}.* to ${account}`,
  ];
}

/** @returns the statement that removes such an account */
export function dropDefiner(definer: string): string {
  const { account, isRole } = definerOf(definer);
  return `drop ${isRole ? 'role' : 'user'} if exists ${account}`;
}

function definerOf(definer: string): { readonly account: string; readonly isRole: boolean } {
  const at = definer.lastIndexOf('@');
  const [user, host] = at === -1 ? [definer, ''] : [definer.slice(0, at), definer.slice(at + 1)];
  return host === ''
    ? { account: quoted(user), isRole: true }
    : { account: `${quoted(user)}@${quoted(host)}`, isRole: false };
}

function definerRights(flavour: ServerProgram['flavour'], version: string): string {
  if (flavour === 'mariadb') return 'set user';
  return isAtLeast(version, 8, 2) ? 'set_any_definer, allow_nonexistent_definer' : 'set_user_id';
}

/** @returns how to connect to a database as that account */
export function sourceOf(socket: string, { user, password }: Account, database: string): DatabaseSource {
  return {
    ...{ label: database, database, socket, port: 0, user, password },
    ...{ dumpOptions: [], shrinkLimitPercent: 0 },
  };
}

/** @returns a name within backticks */
export function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** In a GRANT `_` and `%` of a database's name are wildcards. */
function databasePattern(name: string): string {
  return identifier(name.replace(/[_%\\]/g, '\\$&'));
}

/** @returns a text within quotes, for a session without NO_BACKSLASH_ESCAPES */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
