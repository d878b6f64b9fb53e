import { bare, parseOption, withoutPrefixes } from './dump-option-name.ts';

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
  compatible: 'routines and events would be written in quotes that do not load',
  'result-file': 'the dump would go elsewhere',
  tab: 'the dump would go elsewhere',
  'log-error': 'the errors would go elsewhere',
  'all-databases': 'one entry is one database',
  databases: 'one entry is one database',
  'delete-master-logs': 'it would change the server',
  'delete-source-logs': 'it would change the server',
  'dump-slave': 'it would stop the replication of the server',
  'dump-replica': 'it would stop the replication of the server',
  'apply-slave-statements': 'it would stop and start the replication of the server where the dump is restored',
  'apply-replica-statements': 'it would stop and start the replication of the server where the dump is restored',
  'init-command': 'it would run statements of its own in the session that dumps',
  'default-character-set': 'the dump is in utf8mb4, so that no character is lost',
  'set-charset': 'the dump would not say in which character set it is',
  'no-set-names': 'the dump would not say in which character set it is',
  system: 'the dump would hold accounts and settings of the whole server, and change them where it is restored',
  users: 'the dump would hold the accounts of the whole server, and create them where it is restored',
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

/** Options that stay on: only a plain `--single-transaction` or `--single-transaction=1` is taken. */
const KEPT_ON: Readonly<Record<string, string>> = {
  'single-transaction': 'without one transaction the dump is no snapshot: its tables are of different moments',
  'quote-names': 'a dump with a name that is a word of SQL, or has a blank in it, would not load',
  'tz-utc': 'instants of the hour in which summer time ends would be told from each other no more',
  'no-data-med': 'the rows of a MERGE table would be there twice after a restore',
  opt: 'the dump would not say in which character set it is; switch off single parts, such as --skip-add-drop-table',
};

/**
 * Tells why an extra option for mysqldump is not taken. The client takes `_` for `-`, any unambiguous beginning of a
 * name, and prefixes such as loose-, skip- and autoset-; none of them is a way around.
 * @returns a sentence, or undefined when the option is fine
 */
export function dumpOptionProblem(option: string): string | undefined {
  if (/\p{Cc}/u.test(option)) return 'holds a control character';
  if (!/^--[A-Za-z]/.test(option)) return 'must be in the long form, such as --skip-lock-tables or --where=…';
  const { written } = parseOption(option);
  const names = [written, withoutPrefixes(written)].filter(name => bare(name) !== '');
  const refused = Object.keys(REFUSED).find(name => names.some(given => isOf(given, name)));
  const reason = refused === undefined ? whySwitchedOff(option) : REFUSED[refused];
  return reason === undefined ? undefined : `is not allowed: ${reason}`;
}

/** Tells whether it is the name or a beginning of it, or that of a relative, such as init-command-add. */
function isOf(given: string, name: string): boolean {
  const isRelative = given.startsWith(`${name}-`) && name !== 'ssl';
  return bare(name).startsWith(bare(given)) || isRelative;
}

function whySwitchedOff(option: string): string | undefined {
  const { written, value } = parseOption(option);
  const plain = withoutPrefixes(written);
  // A name that is whole is no beginning of another.
  const isWhole = plain === '' || plain === 'no-data';
  const name = isWhole ? undefined : Object.keys(KEPT_ON).find(name => name.startsWith(plain));
  const isOn =
    /^(?:loose-)?$/.test(written.slice(0, written.length - plain.length)) && /^(?:1|on|true)?$/i.test(value ?? '');
  return name === undefined || isOn ? undefined : KEPT_ON[name];
}
