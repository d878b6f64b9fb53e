import { didYouMean } from '../options/did-you-mean.ts';
import { DUMP_OPTIONS, parseOption } from './dump-option-list.ts';

/** Why an option is not taken, for those that an administrator may know of. */
const REASONS: Readonly<Record<string, string>> = {
  force: 'it continues after errors, so that an incomplete dump looks complete',
  'ignore-error': 'it continues after errors, so that an incomplete dump looks complete',
  compact: 'it leaves out the end marker, which proves that the dump is complete',
  comments: 'without comments the end marker is missing, which proves that the dump is complete',
  xml: 'the dump would not be SQL',
  compatible: 'routines and events would be written in quotes that do not load',
  'result-file': 'the dump would go elsewhere',
  tab: 'the dump would go elsewhere',
  dir: 'the dump would go elsewhere',
  'log-error': 'the errors would go elsewhere',
  debug: 'it can write a file of any name',
  'all-databases': 'one entry is one database',
  databases: 'one entry is one database',
  'delete-master-logs': 'it would change the server',
  'delete-source-logs': 'it would change the server',
  'dump-slave': 'it would stop the replication of the server',
  'dump-replica': 'it would stop the replication of the server',
  'apply-slave-statements': 'it would stop and start the replication of the server where the dump is restored',
  'apply-replica-statements': 'it would stop and start the replication of the server where the dump is restored',
  'init-command': 'it would run extra statements in the session of the dump',
  'init-command-add': 'it would run extra statements in the session of the dump',
  'default-character-set': 'the dump is in utf8mb4, so that no character is lost',
  'character-sets-dir': 'the dump is in utf8mb4, so that no character is lost',
  'set-charset': 'the dump would not name its character set',
  'no-set-names': 'the dump would not name its character set',
  'skip-single-transaction':
    'without one transaction the dump is not a snapshot: its tables are from different moments',
  'skip-quote-names': 'a dump with a name that is an SQL keyword or contains a space would not load',
  'skip-tz-utc': 'times in the hour when summer time ends would be ambiguous',
  'skip-no-data-med': 'a restore would duplicate the rows of MERGE tables',
  'skip-opt': 'the dump would not name its character set; switch off single parts, such as --skip-add-drop-table',
  'lock-all-tables': 'it conflicts with --single-transaction, which every dump uses',
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
  'defaults-group-suffix': 'options are read from a private file',
  'login-path': 'use db_username and db_password',
  'plugin-dir': 'it would load code into the dump program; sade chooses which plugins may ask for a password',
  'default-auth': 'it would load code into the dump program; sade chooses which plugins may ask for a password',
  'enable-cleartext-plugin':
    'the password would be sent in clear text; with "ssl": "verify" sade gives this option itself',
  password: 'every user of this machine could read it: use db_password or db_password_file',
  password1: 'every user of this machine could read it: use db_password or db_password_file',
  password2: 'every user of this machine could read it',
  password3: 'every user of this machine could read it',
  ssl: 'use the key "ssl"',
  'ssl-mode': 'use the key "ssl"',
  'ssl-verify-server-cert': 'use the key "ssl"',
  'ssl-ca': 'use the key "ssl_ca"',
  'ssl-cipher': 'client and server choose the best cipher that both support',
  user: 'use db_username',
  host: 'use db_host',
  port: 'use db_port',
  socket: 'use db_socket',
};

const NAMES = [...Object.keys(DUMP_OPTIONS), ...Object.keys(REASONS)];
const KNOWN = [...NAMES, ...NAMES.filter(name => !name.startsWith('skip-')).map(name => `skip-${name}`)];

/**
 * Tells why an extra option for mysqldump is not taken: only those of `DUMP_OPTIONS` are, each spelled exactly as there. The
 * programs themselves take `_` for `-`, any unambiguous beginning of a name, and prefixes such as loose- and disable-.
 * @returns the end of a sentence that begins with the option; undefined when the option is fine
 */
export function dumpOptionProblem(option: string): string | undefined {
  if (/\p{Cc}/u.test(option)) return 'holds a control character';
  if (!/^--[A-Za-z]/.test(option)) return 'must be in the long form, such as --skip-lock-tables or --where=…';
  const { name, value } = parseOption(option);
  const known = Object.hasOwn(DUMP_OPTIONS, name) ? DUMP_OPTIONS[name] : undefined;
  if (known === undefined) return whyNotTaken(name, value);
  if (known.value === 'needed' && !value) return `needs a value: --${name}=…`;
  if (known.value === undefined && value !== undefined) return `takes no value${instead(name, value)}`;
  return undefined;
}

function whyNotTaken(name: string, value: string | undefined): string {
  const meant = whatIsMeant(name, value);
  const isTaken = meant !== undefined && Object.hasOwn(DUMP_OPTIONS, meant);
  if (isTaken) return `must be written in full, as --${meant}`;
  const reason = meant === undefined ? undefined : reasonFor(meant);
  if (reason !== undefined) return `is not allowed: ${reason}`;
  return `is not a dump option that sade accepts; docs/reference/configuration.md lists those${suggest(name)}`;
}

/** The off form is refused for the reason of the on form, unless it has its own. */
function reasonFor(name: string): string | undefined {
  return REASONS[name] ?? REASONS[name.replace(/^skip-/, '')];
}

/** @returns what the programs take it for, if that is known: the whole name, with skip- where it is switched off */
function whatIsMeant(written: string, value: string | undefined): string | undefined {
  const spelled = written.toLowerCase().replaceAll('_', '-');
  const plain = spelled
    .replace(/^(?:(?:loose|enable|maximum|autoset)-)+/, '')
    .replace(/^(?:(?:skip|disable)-)+/, 'skip-');
  const off = isOff(value) ? [`skip-${plain}`] : [];
  const candidates = [...off, spelled, plain];
  const whole = candidates.find(name => KNOWN.includes(name));
  return whole ?? candidates.flatMap(name => KNOWN.filter(known => known.startsWith(name)))[0];
}

function isOff(value: string | undefined): boolean {
  return value !== undefined && /^(?:0|off|false)$/i.test(value);
}

function instead(name: string, value: string): string {
  if (!isOff(value)) return `: write --${name}`;
  return Object.hasOwn(DUMP_OPTIONS, `skip-${name}`) ? `: write --skip-${name}` : '';
}

function suggest(name: string): string {
  return didYouMean(
    `--${name}`,
    Object.keys(DUMP_OPTIONS).map(known => `--${known}`),
  );
}
