/** What to do about the errors that administrators meet; by the number that the server or the client prints. */
const ADVICE: Readonly<Record<number, string | ((text: string) => string)>> = {
  145: crashedTable,
  1017: text =>
    `The file of ${tableIn(text)} is gone or can't be read. Check the server's log and its data folder, then restore or drop that table.`,
  1040: 'The server accepts no more connections. Back it up at a quieter time, or with fewer --dump-workers.',
  1044: deniedOnDatabase,
  1045: 'The server refuses this user or password. Check db_username and db_password, and from which host the user may log in. If the user is created with REQUIRE SSL, set "ssl": "require".',
  1049: text =>
    ESCAPED_NAME.test(text)
      ? 'MariaDB\'s mysqldump can\'t dump the events of a database whose name has a quote or a backslash in it. Rename the database (make one of another name, and move all there), dump it by another client, or leave its events out with dump_options: ["--skip-events"].'
      : 'The server has no such database. Check database_name. If the database was lost, restore it: docs/restore.md.',
  1130: 'The server does not accept connections from this machine. Create the user for this host.',
  1142: deniedOnTable,
  1194: crashedTable,
  1203: 'The user has too many connections open at once. Raise its MAX_USER_CONNECTIONS, or use fewer --dump-workers.',
  1226: 'The user has reached a limit of its account, such as MAX_USER_CONNECTIONS. Raise it, or use fewer --dump-workers.',
  1227: text => {
    const right = /at least one of\) the ([A-Z_, ]+?) privilege/.exec(text)?.[1];
    return `The user lacks ${right ? `the right ${right}` : 'a right'}, which applies to the whole server. Grant it, or remove the dump option that needs it.`;
  },
  1356: text => {
    const view = /View '(.+?)' references/.exec(text)?.[1];
    const how = view
      ? `Bring that back, or grant it to the view's definer: SHOW CREATE VIEW ${quote(view)} shows what it reads. Only if that was removed on purpose: change the view with CREATE OR REPLACE VIEW, or drop it.`
      : "Bring that back, or grant it to the view's definer. Only if it was removed on purpose: change the view with CREATE OR REPLACE VIEW, or drop it.";
    return `The view ${view ?? ''} reads something that is gone or not granted, and nothing behind it was dumped. ${how}`.replace(
      'view  ',
      'view ',
    );
  },
  1412: text => `${capital(tableIn(text))} was changed while it was dumped. Run the backup again, at a quieter time.`,
  1449: text => {
    const definer = /definer \((.+?)\) does not exist/.exec(text)?.[1];
    return `A view or routine belongs to ${definer ? `the user ${definer}, who` : 'a user that'} is gone. Create that user, or give what belongs to it another definer.`;
  },
  1698: 'Either there is no such user for this host (check db_username), or the server lets it in only in another way, such as by its socket: then create a user with a password for the backups.',
  2002: 'Nothing answers there. Check db_host, db_port or db_socket, and whether the server runs.',
  2003: 'Nothing answers there. Check db_host and db_port, the firewall, and whether the server runs.',
  2005: 'The name of the host is unknown. Check db_host.',
  2006: text =>
    `The server has gone away${placeIn(text)}. Check its log: a restart, a crash, wait_timeout or max_allowed_packet are the usual reasons.`,
  2013: text =>
    `The server ended the connection in the middle${placeIn(text)}. Check its log; max_allowed_packet, net_write_timeout or a restart are the usual reasons.`,
  2020: text =>
    `A row${placeIn(text)} is larger than max_allowed_packet. Raise it with dump_options: ["--max-allowed-packet=1G"].`,
  2026: 'TLS could not be set up. Check the key "ssl" of this database, its ssl_ca, and whether the server offers TLS.',
  2059: text => {
    const plugin = /plugin '?(\w+)'? (?:cannot|could not|can't)/i.exec(text)?.[1];
    if (plugin === 'mysql_clear_password' || plugin === 'dialog') return readablePassword(plugin);
    return `The client has no plugin ${plugin ? `${plugin}, by which` : 'for the way in which'} this user logs in. Use MySQL's own mysqldump (--mysqldump) for MySQL servers and MariaDB's (--mariadb-dump) for MariaDB's, or create a user that logs in by another plugin.`;
  },
  2061: 'The way this user logs in needs TLS. Set "ssl": "require".',
  3159: 'The server accepts connections over TLS only. Set "ssl": "require".',
};

/** @returns what to do where a server asks for the password as it is */
export function readablePassword(plugin: string): string {
  return `With ${plugin} the server would get the password in clear text. sade gives it only to a server that is verified: set "ssl": "verify" with its ssl_ca, use db_socket, or create a user that logs in by another plugin.`;
}

/** The server never writes a name like this: it is what the client has asked for. */
const ESCAPED_NAME = /Unknown database '.*\\['"\\]/;

const SERVER_DISK_FULL =
  'The disk of the database server is full, that of its data or of its temporary files (tmpdir). Make room there.';

/** @returns whether the program could not write its dump because the disk is full */
export function hasNoRoom(stderr: string): boolean {
  return /Got errno (?:28|122) on write/.test(stderr);
}

export const NO_DATABASE_SERVER =
  'Something answers there, but not as a database server does. Check db_host and db_port, and the firewall.';

/**
 * @param advice on an error that came when logging in
 * @returns the same; where the password was refused, and is one that depends on its encoding, with what to do about that
 */
export function withEncoding(
  advice: string | undefined,
  number: number | undefined,
  { password }: { readonly password: string },
): string | undefined {
  const isInDoubt = number === 1045 && /[^\x20-\x7e]/.test(password);
  return isInDoubt ? [advice, OTHER_ENCODING].filter(Boolean).join(' ') : advice;
}

const OTHER_ENCODING =
  'The password holds letters beyond ASCII, which sade sends in UTF-8: set it again with a client that runs in UTF-8 (mariadb --default-character-set=utf8mb4), or choose one of ASCII letters and digits.';

/**
 * @param stderr what mysqldump said
 * @returns what to do next, naming the object where it is named, or undefined for an unknown error
 */
export function adviceFor(stderr: string): string | undefined {
  if (/(?:errno:?|Errcode:|Got error:?) (?:28|122)\b|No space left|\(1021\)/.test(stderr)) return SERVER_DISK_FULL;
  if (/\(?2013\b.*initial communication/s.test(stderr)) return NO_DATABASE_SERVER;
  // MariaDB's client says it by the number 1105, too, which is that of unknown errors.
  if (/Plugin '?\w+'? could not be loaded/.test(stderr)) return adviceOn(2059, stderr);
  const numbers = [...stderr.matchAll(/(?:error:?\s+|\()(\d{3,4})\b/gi)].map(match => Number(match[1]));
  return numbers.map(number => adviceOn(number, stderr)).find(Boolean);
}

/**
 * @param number of the error, as the MySQL manual's error reference lists it
 * @param text what was said with it
 */
export function adviceOn(number: number | undefined, text = ''): string | undefined {
  const advice = number === undefined ? undefined : ADVICE[number];
  return typeof advice === 'function' ? advice(text) : advice;
}

function deniedOnDatabase(text: string): string {
  const [, account, database, isLock] = /user ('.*?'@'.*?') to database '(.+?)'(.*LOCK TABLES)?/s.exec(text) ?? [];
  const right = isLock ? 'LOCK TABLES' : /show events/i.test(text) ? 'EVENT' : undefined;
  if (!database)
    return 'The user may not use this database, or no database has that name. Check database_name, and grant the user the rights that docs/how-to/make-a-user-that-backs-up.md lists.';
  const on = `ON \`${database.replace(/[\\_%]/g, '\\$&').replaceAll('`', '``')}\`.* TO ${account};`;
  if (right) return `The user lacks the right ${right} on the database: GRANT ${right} ${on}`;
  return `The user may not use this database, or no database has that name. Check database_name, or: GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ${on} docs/how-to/make-a-user-that-backs-up.md tells which right the routines need.`;
}

function deniedOnTable(text: string): string {
  const [, right, table] =
    /\b([A-Z][A-Z ]*[A-Z]) command denied to user .*? for table (['`].+?['`])(?:\s|$)/.exec(text) ?? [];
  const what = right ? `the right ${right} on the table or view ${table}` : 'a right on a table';
  return `The user lacks ${what}. Grant it on the whole database, with all that docs/how-to/make-a-user-that-backs-up.md lists.`;
}

function crashedTable(text: string): string {
  const table = tableIn(text);
  return `${capital(table)} is damaged. Repair it with REPAIR TABLE (after a copy of its files), and run the backup again.`;
}

/** `Table './db/t' is marked`, `dumping table `t` at row`, `Table 't' is`, `file: './db/t'` */
function tableIn(text: string): string {
  const patterns = [/table `([^`]+)` at row/, /Table '(?:\.\/)?([^']+)' is /, /file: '(?:\.\/)?([^']+)'/];
  const name = patterns.map(pattern => pattern.exec(text)?.[1]).find(Boolean);
  return name ? `table ${name.replace('/', '.').replace(/\.MY[ID]$/, '')}` : 'a table';
}

/** `when dumping table `t` at row: 7` */
function placeIn(text: string): string {
  const [, table, row] = /dumping table `(.+?)` at row: (\d+)/.exec(text) ?? [];
  return table ? ` (table ${table}, at row ${row})` : '';
}

/** `db.name` as the server writes it in messages; a dot in the database's name can't be told from this one. */
function quote(name: string): string {
  return name
    .split('.')
    .map(part => `\`${part}\``)
    .join('.');
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
