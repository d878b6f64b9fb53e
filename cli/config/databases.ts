import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ValidationError } from 'yup';
import { ConfigurationError, codeOf, messageOf } from '../errors.ts';
import { readTextFile } from '../files/read-text-file.ts';
import { shellWord } from '../terminal/shell-word.ts';
import { type DatabaseEntry, databaseEntries, labelOf } from './database-entry.ts';
import { howToMakeAList, isExampleList } from './example-list.ts';
import { interpolateEnv } from './interpolate-env.ts';
import { parseStrictJson } from './strict-json.ts';

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
  /** Databases of the same server of which no backup is wanted: `sade doctor` does not warn of them. */
  readonly notBackedUp?: readonly string[];
  /** A backup that has more than so many percent fewer rows or bytes than the previous one is reported; 0: never. */
  readonly shrinkLimitPercent: number;
}

/**
 * Tells whether it is certain who is at the other end. Where it is not, no password is handed over in readable form.
 * A socket leaves no machine.
 */
export function isVerified({ socket, ssl }: Pick<DatabaseSource, 'socket' | 'ssl'>): boolean {
  return socket !== undefined || ssl === 'verify';
}

/** Half of a database does not go away in a night without a reason. */
export const SHRINK_LIMIT_PERCENT = 50;

export interface DatabaseSources {
  readonly sources: readonly DatabaseSource[];
  /** What is not wrong but should be fixed. */
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
  const content = parseJson(path, await readText(path));
  if (isExampleList(content)) throw notEdited(path);
  const filled = interpolateEnv(content, env, (position, name) =>
    mistakes.push(`databases${position}: the environment has no variable ${name}`),
  );
  const folder = dirname(resolve(path));
  const passwords = await readPasswordFiles(filled, folder, { mistakes, warnings });
  mistakes.push(...duplicateLabels(filled));
  const sources = validate(filled, mistakes).map((entry, index) => toSource(entry, folder, passwords.get(index)));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes.map(mistake => `${path}: ${mistake}`));
  return { sources, warnings };
}

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
    ...(entry.ssl && { ssl: entry.ssl }),
    ...(entry.ssl_ca && { sslCa: resolve(folder, entry.ssl_ca) }),
    dumpOptions: entry.dump_options ?? [],
    shrinkLimitPercent: entry.shrink_limit_percent ?? SHRINK_LIMIT_PERCENT,
    ...(entry.not_backed_up && { notBackedUp: entry.not_backed_up.filter(name => name !== undefined) }),
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
      const password = (await readTextFile(path)).replace(/\r?\n$/, '');
      if (password === '') throw new Error(`${path} is empty`);
      if (/\p{Cc}/u.test(password)) throw new Error(`${path} holds more than one line of text`);
      passwords.set(index, password);
      notes.warnings.push(...(await readableByOthers(path)));
    } catch (error) {
      const problem = messageOf(error);
      const named = problem.includes(path) ? problem : `${path}: ${problem}`;
      notes.mistakes.push(`databases[${index}].db_password_file: ${named}`);
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
        `databases[${index}]: has the same label ${label} as databases[${earlier}]; give one of them another "name"`,
      );
  }
  return mistakes;
}

/** The objects of the list as it was read, not yet validated, with their positions. */
function entriesOf(list: unknown): [number, Record<string, unknown>][] {
  const entries = Array.isArray(list) ? [...list.entries()] : [];
  return entries.filter(([, entry]) => typeof entry === 'object' && entry !== null);
}

async function readText(path: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new ConfigurationError([`${path} does not exist`], { cause: error, advice: howToMakeAList(path) });
    // Node's message repeats the path: `EACCES: permission denied, open '/etc/lumbung/databases.json'`.
    const reason = messageOf(error).replace(/, \w+(?: '.*')?$/, '');
    throw new ConfigurationError([`${path} can't be read: ${reason}`], { cause: error });
  }
}

function parseJson(path: string, text: string): unknown {
  const parsed = parseStrictJson(text);
  if ('value' in parsed) return parsed.value;
  throw new ConfigurationError(parsed.mistakes.map(mistake => `${path} ${mistake}`));
}

function notEdited(path: string): ConfigurationError {
  const message = `${path} is still the example that comes with Lumbung; its servers and passwords are not real`;
  return new ConfigurationError([message], { advice: howToMakeAList(path) });
}

async function readableByOthers(path: string): Promise<string[]> {
  const { mode } = await stat(path).catch(() => ({ mode: 0 }));
  return mode & 0o077
    ? [`${path} holds passwords, and other users can read it; run: chmod 600 ${shellWord(path)}`]
    : [];
}
