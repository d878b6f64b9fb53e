import type { ObjectKind } from '../protocol/manifest.ts';

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
  const { written } = parse(option);
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
  const { written, value } = parse(option);
  const plain = withoutPrefixes(written);
  const name = Object.keys(KEPT_ON).find(name => plain !== '' && name.startsWith(plain));
  const isOn =
    /^(?:loose-)?$/.test(written.slice(0, written.length - plain.length)) && /^(?:1|on|true)?$/i.test(value ?? '');
  return name === undefined || isOn ? undefined : KEPT_ON[name];
}

/** @returns the name as it is written, with `-` for `_`, and what stands behind the first `=`, if there is one */
function parse(option: string): { written: string; value: string | undefined } {
  const at = option.indexOf('=');
  const name = at === -1 ? option : option.slice(0, at);
  return { written: name.slice(2).replaceAll('_', '-'), value: at === -1 ? undefined : option.slice(at + 1) };
}

function bare(name: string): string {
  return name.replaceAll('-', '');
}

function withoutPrefixes(name: string): string {
  return name.replace(/^(?:(?:loose|skip|enable|disable|maximum|autoset)-)+/, '');
}

/** What leaves something out when it is given, and what does when it is switched off. */
const PARTIAL_ON = [
  ...['no-data', 'no-create-info', 'where', 'as-of', 'ignore-table', 'ignore-table-data', 'ignore-database'],
  ...['ignore-views', 'compatible', 'skip-generated-invisible-primary-key', 'show-create-table-skip-secondary-engine'],
];
const PARTIAL_OFF = ['triggers', 'routines', 'events', 'create-options', 'opt'];

/**
 * Tells which of the options leave something out of the dump on purpose: that is allowed, and said each time.
 * @returns their names
 */
export function partialDumpOptions(options: readonly string[]): string[] {
  return partialSettings(options).map(optionOf);
}

/** An option that leaves something out. */
export interface PartialOption {
  /** Its name; with a value only where that is the name of a table, since others may be secrets. */
  readonly option: string;
  /** The tables and views that it leaves out, or the rows of which, where it is one that names a table. */
  readonly tables: readonly string[];
}

/**
 * @param names of the tables and views that there are
 * @returns for each option that leaves something out what it leaves out, as far as that is known
 */
export function whatIsLeftOut(options: readonly string[], database: string, names: readonly string[]): PartialOption[] {
  return partialSettings(options).map(setting => {
    if (!NAMES_A_TABLE.test(setting.name)) return { option: optionOf(setting), tables: [] };
    const tables = names.filter(name => fold(`${database}.${name}`) === fold(setting.value ?? ''));
    return { option: `${optionOf(setting)}=${setting.value ?? ''}`, tables };
  });
}

const NAMES_A_TABLE = /^ignore-table/;

function optionOf({ name, isOn }: Setting): string {
  return isOn ? `--${name}` : `--skip-${name}`;
}

/** What is not expected in a dump. */
export interface LeftOut {
  /** Tells it of a table or view, by its name, with all that belongs to it, such as its triggers. */
  readonly leavesOut: (table: string) => boolean;
  readonly kinds: ReadonlySet<ObjectKind>;
  /** Whether the former rows of system-versioned tables are not wanted. */
  readonly history: boolean;
}

/**
 * @param isExact whether a table of the same name in another case is still expected, although the client leaves it out, too
 * @returns what the options keep out of a dump of the database, so that nobody misses it there
 */
export function leftOut(
  options: readonly string[],
  database: string,
  { isExact = false }: { isExact?: boolean } = {},
): LeftOut {
  const same = isExact ? (name: string) => name : fold;
  const settings = partialSettings(options);
  const ignored = settings.filter(({ name }) => name === 'ignore-table').map(({ value }) => value ?? '');
  const tables = new Set(ignored.map(same));
  return {
    leavesOut: table => tables.has(same(`${database}.${table}`)),
    kinds: new Set(settings.flatMap(({ name }) => KINDS[name] ?? [])),
    history: settings.some(({ name }) => name === 'no-data' || name === 'as-of'),
  };
}

/** Both clients compare what is to be ignored without regard to the case of ASCII letters, and of no others. */
function fold(name: string): string {
  return name.replace(/[A-Z]/g, letter => letter.toLowerCase());
}

/** Without CREATE TABLE an empty table leaves no trace in a dump, nor does a view. */
const KINDS: Readonly<Record<string, readonly ObjectKind[]>> = {
  'no-create-info': ['tables', 'sequences', 'views'],
  'ignore-views': ['views'],
  triggers: ['triggers'],
  routines: ['procedures', 'functions', 'packages', 'package_bodies'],
  events: ['events'],
};

/** One option as the client takes it. */
interface Setting {
  readonly name: string;
  readonly isOn: boolean;
  readonly value: string | undefined;
}

/** @returns the settings that leave something out; of those that can be switched on and off the last one counts */
function partialSettings(options: readonly string[]): Setting[] {
  const settings = options.map(readSetting).filter(setting => setting !== undefined);
  return settings.filter(({ name, isOn }, index) => {
    const isLast = !settings.slice(index + 1).some(later => later.name === name);
    return isOn === PARTIAL_ON.includes(name) && (isLast || TAKES_SEVERAL.test(name));
  });
}

/** The client adds one of these to the others. */
const TAKES_SEVERAL = /^ignore-(?:table|database)/;
const TAKES_A_VALUE = /^(?:where|as-of|compatible|ignore-(?:table|database))/;

/** `--skip_trig`, `--loose-disable-triggers`, `--triggers=0`: the client takes all of them for --skip-triggers. */
function readSetting(option: string): Setting | undefined {
  const { written, value } = parse(option);
  const asItIs = fullName(written.replace(/^loose-/, ''));
  if (asItIs !== undefined) return { name: asItIs, isOn: TAKES_A_VALUE.test(asItIs) || !isFalse(value), value };
  const name = fullName(withoutPrefixes(written));
  if (name === undefined) return undefined;
  const prefixes = written.slice(0, written.length - withoutPrefixes(written).length);
  const isSwitchedOff = /(?:^|-)(?:skip|disable)-/.test(prefixes);
  // --skip-triggers=0 switches them on.
  return { name, isOn: isSwitchedOff ? value === '0' : !isFalse(value), value };
}

function isFalse(value: string | undefined): boolean {
  return value !== undefined && /^(?:0|off|false)$/i.test(value);
}

/** An option of its own, although it is the beginning of one that leaves something out. */
const OTHERS = ['no-data-med'];

/** @returns the option that leaves something out of which this is the name or a beginning of it */
function fullName(written: string): string | undefined {
  const names = [...PARTIAL_ON, ...PARTIAL_OFF];
  if (names.includes(written)) return written;
  return written === '' || OTHERS.includes(written) ? undefined : names.find(name => name.startsWith(written));
}
