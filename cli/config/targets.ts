import { lstat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type InferType, object, ValidationError } from 'yup';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import { ConfigurationError, codeOf } from '../errors.ts';
import { didYouMean } from '../options/did-you-mean.ts';
import { CONNECTION_KEYS, CONNECTION_RULES, connectionFields, restoreUserOf, serverOf } from './connection-fields.ts';
import type { DatabaseSource } from './databases.ts';
import { interpolateEnv } from './interpolate-env.ts';
import { type Notes, readableByOthers, readSecretFiles, readSecretJson } from './secret-file.ts';
import { describeUnknown } from './unknown-keys.ts';

/** A server into which a restore loads, with the user that restores there. */
export type TargetServer = Pick<DatabaseSource, 'host' | 'port' | 'socket' | 'ssl' | 'sslCa' | 'user' | 'password'>;

/** Which file has the servers. */
export interface TargetsFile {
  /** As `--targets` names it; undefined: `targets.json`, in the current folder or else beside the list of databases. */
  readonly targets: string | undefined;
  /** Path of the list of databases. */
  readonly config: string;
}

/** @returns where the file is looked for, in this order; never empty */
function placesOf({ targets, config }: TargetsFile): readonly [string, ...string[]] {
  if (targets !== undefined) return [targets];
  const beside = join(dirname(config), NAME);
  return resolve(beside) === resolve(NAME) ? [NAME] : [NAME, beside];
}

const NAME = 'targets.json';

/** @returns the path of the file: the first that exists of the places where it is looked for; undefined when it is in none of them */
export async function findTargets(file: TargetsFile): Promise<string | undefined> {
  for (const path of placesOf(file)) {
    const problem = await lstat(path).then(() => undefined, codeOf);
    if (problem !== 'ENOENT' && problem !== 'ENOTDIR') return path;
  }
  return undefined;
}

/**
 * Reads one server of targets.json. Mistakes in others do not matter now.
 * @param file relative paths inside it start from its folder
 * @param env where `${NAME}` in a value is looked up
 * @throws {ConfigurationError} naming every mistake in that entry, or which names there are
 */
export async function loadTarget(
  file: TargetsFile,
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly server: TargetServer; readonly warnings: readonly string[] }> {
  const path = await findTargets(file);
  if (path === undefined) throw noTargets(placesOf(file), name);
  const content = await readSecretJson(path, howToMakeTargets(path, name));
  const targets = isObject(content) ? new Map(Object.entries(content)) : undefined;
  if (!targets)
    throw new ConfigurationError([`${path}: the file must hold an object with a target for each name`], {
      advice: howToMakeTargets(path, name),
    });
  if (!targets.has(name)) throw unknownTarget(path, name, [...targets.keys()]);
  const notes: Notes = { mistakes: [], warnings: await readableByOthers(path) };
  const server = await readTarget(targets.get(name), { path, name, env, notes });
  if (!server) throw new ConfigurationError(notes.mistakes.map(mistake => `${path}: ${mistake}`));
  return { server, warnings: notes.warnings };
}

const fields = object(connectionFields)
  .strict()
  .required('must be an object')
  .typeError('must be an object with db_host, db_port, db_username and db_password')
  .noUnknown(({ value }) => describeUnknown(value, CONNECTION_KEYS))
  .test('user', 'needs db_username or restore_username', entry =>
    Boolean(entry?.db_username || entry?.restore_username),
  );

const targetEntry = CONNECTION_RULES.reduce(
  (schema, [name, problem, isRight]) => schema.test(name, problem, isRight),
  fields,
);

interface Reading {
  readonly path: string;
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly notes: Notes;
}

async function readTarget(content: unknown, { path, name, env, notes }: Reading): Promise<TargetServer | undefined> {
  const filled = interpolateEnv(content, env, (place, variable) =>
    notes.mistakes.push(`${name}${place}: the environment has no variable ${variable}`),
  );
  const folder = dirname(resolve(path));
  const filed = isObject(filled) ? await readSecretFiles(filled, { folder, warnings: notes.warnings }) : undefined;
  const entry = validated(filled, name, notes);
  const problem = filed?.problems.get('db_password_file');
  if (problem) notes.mistakes.push(`${name}.db_password_file: ${problem.message}`);
  if (!entry || notes.mistakes.length > 0) return undefined;
  const { restoreUser } = restoreUserOf(entry, filed);
  if (restoreUser?.problem)
    throw new ConfigurationError([`${path}: ${name}.${restoreUser.problem.message}`], {
      advice: restoreUser.problem.advice,
    });
  const user = {
    user: entry.db_username ?? '',
    password: entry.db_password ?? filed?.secrets.get('db_password_file') ?? '',
  };
  return { ...serverOf(entry, folder), ...(restoreUser ?? user) };
}

function validated(value: unknown, name: string, { mistakes }: Notes): InferType<typeof targetEntry> | undefined {
  try {
    return targetEntry.validateSync(value, { abortEarly: false });
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const found = error.inner.length > 0 ? error.inner : [error];
    mistakes.push(...found.map(({ path, message }) => `${name}${path ? `.${path}:` : ''} ${message}`));
    return undefined;
  }
}

function unknownTarget(path: string, name: string, known: readonly string[]): ConfigurationError {
  const names = known.length > 0 ? `it has ${known.join(', ')}` : 'it has no target';
  return new ConfigurationError([`${path} has no target ${name}${didYouMean(name, known) || `; ${names}`}`]);
}

function noTargets(places: readonly [string, ...string[]], name: string): ConfigurationError {
  const [here, beside] = places;
  const problem = beside ? `there is neither ${resolve(here)} nor ${beside}` : `${here} does not exist`;
  return new ConfigurationError([problem], { advice: howToMakeTargets(beside ?? here, name) });
}

function howToMakeTargets(path: string, name: string): string {
  return `Write the servers into which you restore into ${path}, such as
  { ${JSON.stringify(name)}: { "db_host": "192.168.0.2", "db_port": "3306",
      "db_username": "lumbung_restore", "db_password": "a long password" } }
Then run: chmod 600 ${shellWord(path)}
If you have such a file somewhere else, name it with --targets or SADE_TARGETS.`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
