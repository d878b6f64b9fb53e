import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigurationError, codeOf, messageOf } from '../errors.ts';
import { readTextFile } from '../files/read-text-file.ts';
import { shellWord } from '../terminal/shell-word.ts';
import { parseStrictJson } from './strict-json.ts';

/** What is gathered while a file is read. */
export interface Notes {
  /** What has to be fixed before anything can run. */
  readonly mistakes: string[];
  /** What is not wrong but should be fixed. */
  readonly warnings: string[];
}

/**
 * Reads a JSON file that holds passwords.
 * @param howToMake what to do where it does not exist
 * @throws {ConfigurationError} when it can't be read or is no JSON
 */
export async function readSecretJson(path: string, howToMake: string): Promise<unknown> {
  const parsed = parseStrictJson(await readText(path, howToMake));
  if ('value' in parsed) return parsed.value;
  throw new ConfigurationError(parsed.mistakes.map(mistake => `${path} ${mistake}`));
}

/** @returns a warning where other users can read a file */
export async function readableByOthers(path: string): Promise<string[]> {
  const { mode } = await stat(path).catch(() => ({ mode: 0 }));
  return mode & 0o077
    ? [`${path} holds passwords, and other users can read it; run: chmod 600 ${shellWord(path)}`]
    : [];
}

/** The keys that name a file with a password. */
const PASSWORD_FILES = ['db_password_file', 'restore_password_file'] as const;
export type PasswordFile = (typeof PASSWORD_FILES)[number];

/** What the password files of an entry hold, and why one can't be read. */
export interface FiledPasswords {
  readonly passwords: ReadonlyMap<PasswordFile, string>;
  readonly problems: ReadonlyMap<PasswordFile, { readonly path: string; readonly message: string }>;
}

/**
 * Reads the password files that an entry names, also of an entry that has other mistakes.
 * @param folder at which relative paths begin
 * @param warnings gets a line for each that other users can read
 */
export async function readPasswordFiles(
  entry: Readonly<Record<string, unknown>>,
  { folder, warnings }: { readonly folder: string; readonly warnings: string[] },
): Promise<FiledPasswords> {
  const passwords = new Map<PasswordFile, string>();
  const problems = new Map<PasswordFile, { path: string; message: string }>();
  for (const key of PASSWORD_FILES) {
    const named = entry[key];
    if (typeof named !== 'string') continue;
    const path = resolve(folder, named);
    try {
      passwords.set(key, await readPassword(path));
      warnings.push(...(await readableByOthers(path)));
    } catch (error) {
      problems.set(key, { path, message: whyUnreadable(path, error) });
    }
  }
  return { passwords, problems };
}

function whyUnreadable(path: string, error: unknown): string {
  const problem = messageOf(error);
  if (codeOf(error) === 'ENOENT') return `${path} does not exist`;
  if (codeOf(error) !== undefined) return `${path} can't be read: ${withoutPath(problem)}`;
  return problem.includes(path) ? problem : `${path}: ${problem}`;
}

/** Node's message repeats the path: `EACCES: permission denied, open '/etc/lumbung/databases.json'`. */
function withoutPath(message: string): string {
  return message.replace(/, \w+(?: '.*')?$/, '');
}

async function readPassword(path: string): Promise<string> {
  const password = (await readTextFile(path)).replace(/\r?\n$/, '');
  if (password === '') throw new Error(`${path} is empty`);
  if (/\p{Cc}/u.test(password)) throw new Error(`${path} holds more than one line of text`);
  return password;
}

async function readText(path: string, howToMake: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new ConfigurationError([`${path} does not exist`], { cause: error, advice: howToMake });
    throw new ConfigurationError([`${path} can't be read: ${withoutPath(messageOf(error))}`], { cause: error });
  }
}
