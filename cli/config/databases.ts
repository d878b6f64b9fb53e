import { dirname, resolve } from 'node:path';
import { ValidationError } from 'yup';
import { formatEvery, parseEvery } from '../../protocol/contract.ts';
import { ConfigurationError } from '../errors.ts';
import { type RestoreUser, restoreUserOf, serverOf } from './connection-fields.ts';
import { type DatabaseEntry, databaseEntries, labelOf } from './database-entry.ts';
import { type DrillCheck, drillChecksOf } from './drill-checks.ts';
import { howToMakeAList, isExampleList } from './example-list.ts';
import { interpolateEnv } from './interpolate-env.ts';
import {
  type FiledSecrets,
  type Notes,
  readableByOthers,
  readSecretFiles,
  readSecretJson,
  type ServiceToken,
} from './secret-file.ts';

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
  /** The user that restores; left out where that is the user that backs up. */
  readonly restoreUser?: RestoreUser;
  readonly dumpOptions: readonly string[];
  /** Databases of the same server of which no backup is wanted: `sade doctor` does not warn of them. */
  readonly notBackedUp?: readonly string[];
  /** A backup that has more than so many percent fewer rows or bytes than the previous one is reported; 0: never. */
  readonly shrinkLimitPercent: number;
  /** What a drill asks the restored database. */
  readonly drillChecks?: readonly DrillCheck[];
  /** What is shown to the service for this database; left out where it is the one of the run. */
  readonly token?: ServiceToken;
  /** How often a complete backup is due, as `parseEvery` reads it, how late it may be, and the group of the client. */
  readonly every?: string;
  readonly grace?: string;
  readonly group?: string;
  /** Of a backup of what a restore is about to replace. */
  readonly madeFor?: 'restore';
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
  const content = await readSecretJson(path, howToMakeAList(path));
  if (isExampleList(content)) throw notEdited(path);
  const filled = interpolateEnv(content, env, (position, name) =>
    mistakes.push(`databases${position}: the environment has no variable ${name}`),
  );
  const folder = dirname(resolve(path));
  const secrets = await secretsInFiles(filled, folder, { mistakes, warnings });
  mistakes.push(...duplicateLabels(filled));
  const sources = validate(filled, mistakes).map((entry, index) => toSource(entry, folder, secrets.get(index)));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes.map(mistake => `${path}: ${mistake}`));
  return { sources, warnings: [...new Set(warnings)] };
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

function toSource(entry: DatabaseEntry, folder: string, filed: FiledSecrets | undefined): DatabaseSource {
  return {
    label: entry.name ?? entry.database_name,
    database: entry.database_name,
    ...serverOf(entry, folder),
    user: entry.db_username,
    password: entry.db_password ?? filed?.secrets.get('db_password_file') ?? '',
    ...restoreUserOf(entry, filed),
    dumpOptions: entry.dump_options ?? [],
    shrinkLimitPercent: entry.shrink_limit_percent ?? SHRINK_LIMIT_PERCENT,
    ...(entry.not_backed_up && { notBackedUp: entry.not_backed_up.filter(name => name !== undefined) }),
    ...tokenOf(entry, folder, filed),
    ...contractOf(entry),
    ...(entry.drill_checks && { drillChecks: drillChecksOf(entry.drill_checks) }),
  };
}

/** Travels to the service with the roster. */
function contractOf({ every, grace, group }: DatabaseEntry): Pick<DatabaseSource, 'every' | 'grace' | 'group'> {
  const parsed = every === undefined ? undefined : parseEvery(every);
  return {
    ...(parsed !== undefined &&
      typeof parsed !== 'string' && { every: parsed.kind === 'cron' ? formatEvery(parsed) : String(every) }),
    ...(grace !== undefined && { grace: String(grace) }),
    ...(group !== undefined && { group }),
  };
}

function tokenOf(entry: DatabaseEntry, folder: string, filed: FiledSecrets | undefined): { token?: ServiceToken } {
  if (entry.token !== undefined) return { token: { text: entry.token, from: `the key token of ${labelOf(entry)}` } };
  const text = filed?.secrets.get('token_file');
  return text === undefined ? {} : { token: { text, from: resolve(folder, entry.token_file!) } };
}

type SecretsOf = ReadonlyMap<number, FiledSecrets>;

/** @returns the secrets of the files by the entry's place in the list. One that only a restore needs is no mistake where it can't be read. */
async function secretsInFiles(list: unknown, folder: string, { mistakes, warnings }: Notes): Promise<SecretsOf> {
  const found = new Map<number, FiledSecrets>();
  for (const [index, entry] of entriesOf(list)) {
    const filed = await readSecretFiles(entry, { folder, warnings });
    for (const key of ['db_password_file', 'token_file'] as const) {
      const problem = filed.problems.get(key);
      if (problem) mistakes.push(`databases[${index}].${key}: ${problem.message}`);
    }
    found.set(index, filed);
  }
  return found;
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

function notEdited(path: string): ConfigurationError {
  const message = `${path} is still the example that comes with Lumbung; its servers and passwords are not real`;
  return new ConfigurationError([message], { advice: howToMakeAList(path) });
}
