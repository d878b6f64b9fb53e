/**
 * Options of mysqldump that would hide an incomplete dump, send it elsewhere, or say in the open what databases.json says
 * in private. `--force` goes on after errors; `--compact`, `--skip-comments` and `--xml` leave out the end marker.
 */
const REFUSED: Readonly<Record<string, string>> = {
  force: 'it goes on after errors, so that an incomplete dump looks whole',
  'ignore-error': 'it goes on after errors, so that an incomplete dump looks whole',
  compact: 'it leaves out the marker at the end that proves the dump complete',
  comments: 'without comments the marker at the end is missing that proves the dump complete',
  xml: 'the dump would not be SQL',
  'result-file': 'the dump would go elsewhere',
  tab: 'the dump would go elsewhere',
  'log-error': 'the errors would go elsewhere',
  'all-databases': 'one entry is one database',
  databases: 'one entry is one database',
  'delete-master-logs': 'it would change the server',
  'delete-source-logs': 'it would change the server',
  'dump-slave': 'it would stop the replication of the server',
  'dump-replica': 'it would stop the replication of the server',
  protocol: 'use db_host or db_socket',
  pipe: 'use db_host or db_socket',
  help: 'it dumps nothing',
  version: 'it dumps nothing',
  'print-defaults': 'it dumps nothing',
  'no-defaults': 'options are read from a private file',
  'defaults-file': 'options are read from a private file',
  'defaults-extra-file': 'options are read from a private file',
  'login-path': 'use db_username and db_password',
  password: 'everybody on this machine could read it: use db_password or db_password_file',
  password1: 'everybody on this machine could read it: use db_password or db_password_file',
  password2: 'everybody on this machine could read it',
  password3: 'everybody on this machine could read it',
  ssl: 'use the key "ssl"',
  'ssl-mode': 'use the key "ssl"',
  'ssl-verify-server-cert': 'use the key "ssl"',
  user: 'use db_username',
  host: 'use db_host',
  port: 'use db_port',
  socket: 'use db_socket',
};

/**
 * Tells why an extra option for mysqldump is not taken. The client takes `_` for `-`, any unambiguous beginning of a
 * name, and prefixes such as loose-, skip- and autoset-; none of them is a way around.
 * @returns a sentence, or undefined when the option is fine
 */
export function dumpOptionProblem(option: string): string | undefined {
  if (/\p{Cc}/u.test(option)) return 'holds a control character';
  if (!/^--[A-Za-z]/.test(option)) return 'must be in the long form, such as --skip-lock-tables or --where=…';
  const written = option.slice(2).split('=', 1)[0]!.replaceAll('_', '-');
  const names = [written, withoutPrefixes(written)].map(bare).filter(Boolean);
  const refused = Object.keys(REFUSED).find(name => names.some(given => bare(name).startsWith(given)));
  return refused === undefined ? undefined : `is not allowed: ${REFUSED[refused]}`;
}

function bare(name: string): string {
  return name.replaceAll('-', '');
}

function withoutPrefixes(name: string): string {
  return name.replace(/^(?:(?:loose|skip|enable|disable|maximum|autoset)-)+/, '');
}

const PARTIAL = [
  ...['no-data', 'no-create-info', 'where', 'ignore-table', 'ignore-table-data', 'ignore-database', 'ignore-views'],
  ...['skip-triggers', 'skip-routines', 'skip-events', 'disable-triggers', 'disable-routines', 'disable-events'],
];

/**
 * Tells which of the options leave something out of the dump on purpose: that is allowed, and said each time.
 * @returns their names
 */
export function partialDumpOptions(options: readonly string[]): string[] {
  const names = options.map(option =>
    option
      .slice(2)
      .split('=', 1)[0]!
      .replaceAll('_', '-')
      .replace(/^loose-/, ''),
  );
  return names.filter(name => PARTIAL.includes(name)).map(name => `--${name}`);
}
