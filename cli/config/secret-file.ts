import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isToken } from '../../protocol/access/token-text.ts';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import { ConfigurationError, codeOf, messageOf } from '../errors.ts';
import { readTextFile } from '../files/read-text-file.ts';
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

/** @param what is secret in it @returns a warning where other users can read a file */
export async function readableByOthers(path: string, what = 'passwords'): Promise<string[]> {
  const { mode } = await stat(path).catch(() => ({ mode: 0 }));
  return mode & 0o077 ? [`${path} holds ${what}, and other users can read it; run: chmod 600 ${shellWord(path)}`] : [];
}

/** What `sade` shows to the service. */
export interface ServiceToken {
  readonly text: string;
  /** Where it was found, for messages: a path, a variable, or a key of an entry. */
  readonly from: string;
}

/**
 * Reads a file that holds a token and nothing else.
 * @returns the token, and a warning where other users can read the file
 * @throws {ConfigurationError} when it can't be read, or holds no token
 */
export async function readTokenFile(
  path: string,
): Promise<{ readonly token: ServiceToken; readonly warnings: readonly string[] }> {
  try {
    const text = await readSecret(path, tokenProblem);
    return { token: { text, from: path }, warnings: await readableByOthers(path, 'a token') };
  } catch (error) {
    throw new ConfigurationError([whyUnreadable(path, error)], { cause: error, advice: tokenAdvice(path) });
  }
}

/** @returns what to do about a file that holds no token */
function tokenAdvice(path: string): string {
  return `Make a token on the machine of the service (sudo lumbung token create), write it into ${path}, and run: chmod 600 ${shellWord(path)}`;
}

/** @returns why a text is no token, without the text; undefined for a token */
export function tokenProblem(text: string): string | undefined {
  if (isToken(text)) return undefined;
  if (!text.startsWith('lmb_')) return 'holds no token: a token begins with lmb_';
  return 'holds a token with a mistake: its checksum does not fit. Copy all 53 characters of it again';
}

/** The keys that name a file with a secret, and what is secret in it. */
const SECRET_FILES = ['db_password_file', 'restore_password_file', 'token_file'] as const;
export type SecretFile = (typeof SECRET_FILES)[number];

/** What the files of an entry hold that have secrets, and why one can't be read. */
export interface FiledSecrets {
  readonly secrets: ReadonlyMap<SecretFile, string>;
  readonly problems: ReadonlyMap<SecretFile, { readonly path: string; readonly message: string }>;
}

/**
 * Reads the files with secrets that an entry names, also of an entry that has other mistakes.
 * @param folder at which relative paths begin
 * @param warnings gets a line for each that other users can read
 */
export async function readSecretFiles(
  entry: Readonly<Record<string, unknown>>,
  { folder, warnings }: { readonly folder: string; readonly warnings: string[] },
): Promise<FiledSecrets> {
  const secrets = new Map<SecretFile, string>();
  const problems = new Map<SecretFile, { path: string; message: string }>();
  for (const key of SECRET_FILES) {
    const named = entry[key];
    if (typeof named !== 'string') continue;
    const path = resolve(folder, named);
    try {
      const isForToken = key === 'token_file';
      secrets.set(key, await readSecret(path, isForToken ? tokenProblem : () => undefined));
      warnings.push(...(await readableByOthers(path, isForToken ? 'a token' : 'passwords')));
    } catch (error) {
      problems.set(key, { path, message: whyUnreadable(path, error) });
    }
  }
  return { secrets, problems };
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

/** @param problemOf says why a text is not what the file should hold */
async function readSecret(path: string, problemOf: (text: string) => string | undefined): Promise<string> {
  const secret = (await readTextFile(path)).replace(/\r?\n$/, '');
  if (secret === '') throw new Error(`${path} is empty`);
  if (/\p{Cc}/u.test(secret)) throw new Error(`${path} holds more than one line of text`);
  const problem = problemOf(secret);
  if (problem) throw new Error(`${path} ${problem}`);
  return secret;
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
