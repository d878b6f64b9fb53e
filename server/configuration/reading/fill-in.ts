import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isKeyOf } from '../../../protocol/texts/is-key-of.ts';
import { codeOf, messageOf } from '../../errors/error-code.ts';
import { CHANNELS } from '../channels/all-channels.ts';
import { secretKeysOf } from '../schema/tree.ts';
import type { Mistake, Path } from './mistake.ts';

/** What a file says, with the secrets that stand elsewhere. */
export interface FilledIn {
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  /** Paths, as JSON, of values that could not be had: they have their mistake already. */
  readonly lacking: ReadonlySet<string>;
}

interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** At which relative paths begin. */
  readonly folder: string;
}

/**
 * Puts variables of the environment in place of `${NAME}` in every value (`$${` stands for a plain `${`), and what the files hold
 * that `KEY_file` names in place of those keys.
 */
export async function fillIn(value: unknown, { env, folder }: Sources): Promise<FilledIn> {
  const mistakes: Mistake[] = [];
  const lacking = new Set<string>();
  const lack = (path: Path, message: string, lacks: Path = path) => {
    mistakes.push({ path, message });
    lacking.add(JSON.stringify(lacks));
  };
  const filled = mapTexts(value, [], (text, path) =>
    interpolate(text, env, name => lack(path, `the environment has no variable ${name}`)),
  );
  for (const { map, path, keys } of secretHolders(filled))
    for (const key of keys) {
      const fileKey = `${key}_file`;
      if (!Object.hasOwn(map, fileKey)) continue;
      const place = [...path, fileKey];
      try {
        // Its variable is missing: that was said already.
        if (lacking.has(JSON.stringify(place))) lacking.add(JSON.stringify([...path, key]));
        else map[key] = await secretOf(map, key, folder);
      } catch (error) {
        lack(place, messageOf(error), [...path, key]);
      }
      delete map[fileKey];
    }
  return { value: filled, mistakes, lacking };
}

function mapTexts(value: unknown, path: Path, to: (text: string, path: Path) => string): unknown {
  if (typeof value === 'string') return to(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, [...path, index], to));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, [...path, key], to)]));
}

/** @throws Error that says what is wrong with the key of the file */
async function secretOf(map: Record<string, unknown>, key: string, folder: string): Promise<string> {
  const named = map[`${key}_file`];
  if (map[key] !== undefined) throw new Error(`stands beside ${key}: leave one of them out`);
  if (typeof named !== 'string' || named === '' || named.includes('\0')) throw new Error('must be the path of a file');
  return readSecret(resolve(folder, named));
}

function interpolate(text: string, env: Sources['env'], missing: (name: string) => void): string {
  return text.replace(/\$\$\{|\$\{(\w+)\}/g, (found, name: string | undefined) => {
    if (name === undefined) return '${';
    if (env[name] === undefined) missing(name);
    return env[name] ?? found;
  });
}

interface Holder {
  readonly map: Record<string, unknown>;
  readonly path: Path;
  readonly keys: readonly string[];
}

/** @returns the maps of the file that can have secrets */
function secretHolders(root: unknown): Holder[] {
  if (!isMap(root)) return [];
  const { channels, heartbeat } = root;
  const ofChannels = Object.entries(isMap(channels) ? channels : {}).flatMap(([name, map]) => {
    const type = isMap(map) && typeof map.type === 'string' ? map.type : undefined;
    if (!isMap(map) || !isKeyOf(CHANNELS, type)) return [];
    return [{ map, path: ['channels', name], keys: secretKeysOf(CHANNELS[type]) }];
  });
  return [...ofChannels, ...(isMap(heartbeat) ? [{ map: heartbeat, path: ['heartbeat'], keys: ['url'] }] : [])];
}

const MAX_SECRET_BYTES = 65_536;

/** @throws Error whose message has the path and the reason, and nothing of what the file holds */
async function readSecret(path: string): Promise<string> {
  const text = await readBounded(path);
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw new Error(`${path} is empty`);
  if (/\p{Cc}/u.test(secret)) throw new Error(`${path} holds more than one line of text`);
  return secret;
}

async function readBounded(path: string): Promise<string> {
  try {
    const found = await stat(path);
    // A pipe would hold up the start, a device never end.
    if (!found.isFile()) throw new Error(`${path} is not a file`);
    if (found.size > MAX_SECRET_BYTES) throw new Error(`${path} is longer than 64 KiB: it holds no secret`);
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw new Error(code === 'ENOENT' ? `${path} does not exist` : `${path} cannot be read (${code})`, {
      cause: error,
    });
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
