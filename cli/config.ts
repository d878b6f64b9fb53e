import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { array, type InferType, mixed, object, string, ValidationError } from 'yup';
import { databaseNameProblem } from '../protocol/database-name.ts';
import { dumpOptionProblem } from './dump-options.ts';
import { placeOfJsonMistake } from './json-mistake.ts';
import { fillPlaceholders } from './placeholders.ts';
import { ConfigurationError, codeOf, messageOf } from './problems.ts';

/** One database to back up, as databases.json describes it. */
export interface DatabaseSource {
  /** The label under which the history is kept. */
  readonly label: string;
  /** The database's name on its server. */
  readonly database: string;
  readonly host?: string;
  readonly port: number;
  readonly socket?: string;
  readonly user: string;
  readonly password: string;
  readonly ssl?: 'off' | 'require' | 'verify';
  /** Absolute path of the CA's certificate; there whenever ssl is `verify`. */
  readonly sslCa?: string;
  readonly dumpOptions: readonly string[];
}

export interface DatabaseSources {
  readonly sources: readonly DatabaseSource[];
  /** What is not wrong but should be mended. */
  readonly warnings: readonly string[];
}

/**
 * Reads and validates the list of databases.
 * @param path of the JSON file; relative paths inside it start from its folder
 * @param env where `${NAME}` in a value is looked up
 * @throws {ConfigurationError} naming every mistake in the file at once, each with its position
 */
export async function loadDatabases(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<DatabaseSources> {
  const mistakes: string[] = [];
  const warnings = await readableByOthers(path);
  const filled = fillPlaceholders(parseJson(path, await readText(path)), env, (position, name) =>
    mistakes.push(`databases${position}: the environment has no variable ${name}`),
  );
  const folder = dirname(resolve(path));
  const passwords = await readPasswordFiles(filled, folder, { mistakes, warnings });
  mistakes.push(...duplicateLabels(filled));
  const sources = validate(filled, mistakes).map((entry, index) => toSource(entry, folder, passwords.get(index)));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes.map(mistake => `${path}: ${mistake}`));
  return { sources, warnings };
}

const KEYS = [
  'name',
  'database_name',
  'db_host',
  'db_port',
  'db_socket',
  'db_username',
  'db_password',
  'db_password_file',
  'ssl',
  'ssl_ca',
  'dump_options',
];

const text = () =>
  string()
    .strict()
    .typeError('must be a text')
    .nonNullable('must be a text')
    .test('no control characters', 'holds a control character', value => !/\p{Cc}/u.test(value ?? ''));

const PORT_PROBLEM = 'must be a port number from 1 to 65535';

const port = mixed<string | number>()
  .nonNullable(PORT_PROBLEM)
  .test('port', PORT_PROBLEM, value => value === undefined || isPort(value));

const databaseEntry = object({
  name: text(),
  database_name: text().defined('is missing').min(1, 'is empty').max(64, 'is longer than 64 characters'),
  db_host: text(),
  db_port: port,
  db_socket: text(),
  db_username: text().defined('is missing').min(1, 'is empty'),
  db_password: text(),
  db_password_file: text(),
  ssl: text().oneOf(['off', 'require', 'verify'], 'must be off, require or verify'),
  ssl_ca: text(),
  dump_options: array(
    text()
      .required('is empty')
      .test(
        'dump option',
        ({ value }) => describeOption(String(value)),
        value => !dumpOptionProblem(String(value)),
      ),
  )
    .strict()
    .typeError('must be a list of texts')
    .nonNullable('must be a list of texts'),
})
  .strict()
  .typeError('must be an object with database_name, db_host, db_port, db_username and db_password')
  .noUnknown(({ unknown }) => `has the unknown key ${unknown}; known are ${KEYS.join(', ')}`)
  .test('label', (entry, context) => {
    const label = labelOf(entry);
    const problem = typeof label === 'string' ? labelProblem(label) : undefined;
    if (!problem) return true;
    const advice = entry.name === undefined ? '; give it a label with the key "name"' : '';
    const key = entry.name === undefined ? 'database_name' : 'name';
    return context.createError({ path: `${context.path}.${key}`, message: `${problem}${advice}` });
  })
  .test('where', 'needs db_host or db_socket', entry => Boolean(entry.db_host || entry.db_socket))
  .test(
    'password',
    'needs either db_password or db_password_file',
    entry => (entry.db_password === undefined) !== (entry.db_password_file === undefined),
  )
  .test(
    'ca',
    "needs ssl_ca, the file with the CA's certificate, when ssl is verify",
    entry => entry.ssl !== 'verify' || Boolean(entry.ssl_ca),
  )
  .test(
    'ca in use',
    'has an ssl_ca, which is used only when ssl is verify',
    entry => entry.ssl === 'verify' || entry.ssl_ca === undefined,
  );

const databaseEntries = array(databaseEntry.required('must be an object'))
  .strict()
  .required('the file must hold a list of databases')
  .typeError('the file must hold a list of databases')
  .min(1, 'the list is empty');

type DatabaseEntry = InferType<typeof databaseEntry>;

function validate(value: unknown, mistakes: string[]): DatabaseEntry[] {
  try {
    return databaseEntries.validateSync(value, { abortEarly: false });
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const found = error.inner.length > 0 ? error.inner : [error];
    mistakes.push(...found.map(({ path, message }) => (path ? `databases${path}: ${message}` : message)));
    return [];
  }
}

function toSource(entry: DatabaseEntry, folder: string, filedPassword: string | undefined): DatabaseSource {
  return {
    label: entry.name ?? entry.database_name,
    database: entry.database_name,
    ...(entry.db_host && { host: entry.db_host }),
    port: Number(entry.db_port ?? 3306),
    ...(entry.db_socket && { socket: entry.db_socket }),
    user: entry.db_username,
    password: entry.db_password ?? filedPassword ?? '',
    ...(entry.ssl && { ssl: entry.ssl as 'off' | 'require' | 'verify' }),
    ...(entry.ssl_ca && { sslCa: resolve(folder, entry.ssl_ca) }),
    dumpOptions: entry.dump_options ?? [],
  };
}

type Notes = { readonly mistakes: string[]; readonly warnings: string[] };

/** @returns the passwords by the entry's place in the list; looks at entries that have other mistakes too */
async function readPasswordFiles(list: unknown, folder: string, notes: Notes): Promise<Map<number, string>> {
  const passwords = new Map<number, string>();
  for (const [index, entry] of entriesOf(list)) {
    if (typeof entry.db_password_file !== 'string') continue;
    const path = resolve(folder, entry.db_password_file);
    try {
      const password = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
      if (password === '') throw new Error(`${path} is empty`);
      if (/\p{Cc}/u.test(password)) throw new Error(`${path} holds more than one line of text`);
      passwords.set(index, password);
      notes.warnings.push(...(await readableByOthers(path)));
    } catch (error) {
      notes.mistakes.push(`databases[${index}].db_password_file: ${messageOf(error)}`);
    }
  }
  return passwords;
}

function duplicateLabels(list: unknown): string[] {
  const first = new Map<string, number>();
  const mistakes: string[] = [];
  for (const [index, entry] of entriesOf(list)) {
    const label = labelOf(entry);
    if (typeof label !== 'string') continue;
    const earlier = first.get(label);
    if (earlier === undefined) first.set(label, index);
    else
      mistakes.push(
        `databases[${index}]: has the label ${label}, as databases[${earlier}] has; give one of them another "name"`,
      );
  }
  return mistakes;
}

/** The objects of the list as it was read, whatever is in them, with their places. */
function entriesOf(list: unknown): [number, Record<string, unknown>][] {
  const entries = Array.isArray(list) ? [...list.entries()] : [];
  return entries.filter(([, entry]) => typeof entry === 'object' && entry !== null);
}

/** In the file name of a form these three stand for a quote and for line ends, and are read so. */
function labelProblem(label: string): string | undefined {
  return (
    databaseNameProblem(label) ??
    (/%(?:22|0[AD])/i.test(label) ? 'holds %22, %0A or %0D, which an upload can not carry' : undefined)
  );
}

function labelOf(entry: { name?: unknown; database_name?: unknown }): unknown {
  return entry.name ?? entry.database_name;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const advice = codeOf(error) === 'ENOENT' ? '; name the list of databases with --config or SADE_CONFIG' : '';
    throw new ConfigurationError([`${path} can't be read: ${messageOf(error)}${advice}`], { cause: error });
  }
}

function parseJson(path: string, text: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json);
  } catch {
    const { line, column } = placeOfJsonMistake(json);
    throw new ConfigurationError([`${path} is not valid JSON at line ${line}, column ${column}`]);
  }
}

async function readableByOthers(path: string): Promise<string[]> {
  const { mode } = await stat(path).catch(() => ({ mode: 0 }));
  return mode & 0o077 ? [`${path} holds passwords and others can read it; run: chmod 600 '${path}'`] : [];
}

/** Only the name of an option is told: its value may be a secret, and so may all of what is no option. */
function describeOption(option: string): string {
  const name = /^--[\w-]+/.exec(option)?.[0];
  return `${name ?? 'an option'} ${dumpOptionProblem(option)}`;
}

function isPort(value: unknown): boolean {
  const isNumber =
    typeof value === 'number' ? Number.isInteger(value) : typeof value === 'string' && /^\d{1,5}$/.test(value);
  return isNumber && Number(value) >= 1 && Number(value) <= 65_535;
}
