import { dirname, resolve } from 'node:path';
import { interpolateEnv } from '../config/interpolate-env.ts';
import { readTextFile } from '../files/read-text-file.ts';

/**
 * Gathers all that is secret in a list of databases, or may be: passwords as they stand there and as they are meant, those in
 * password files, the variables of the environment that a placeholder names, and the values of dump options. Also of a list
 * that is not valid, as far as it can be read: an error message of another program may quote its passwords.
 * @param path of databases.json
 */
export async function knownSecrets(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlySet<string>> {
  return secretsIn(path, env, entriesIn);
}

/** The same of the targets for restores, which are an object with an entry for each name. */
export function knownTargetSecrets(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlySet<string>> {
  return secretsIn(path, env, text => entriesIn(text).flatMap(targets => [targets, ...objectsIn(targets)]));
}

function objectsIn(targets: Record<string, unknown>): Record<string, unknown>[] {
  return Object.values(targets).filter(entry => typeof entry === 'object' && entry !== null) as Record<
    string,
    unknown
  >[];
}

async function secretsIn(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  entries: (text: string) => Record<string, unknown>[],
): Promise<ReadonlySet<string>> {
  const text = await readTextFile(path, { isLenient: true }).catch(() => '');
  const secrets = new Set(ofEnvironment(text, env));
  for (const entry of entries(text)) {
    const filled = interpolateEnv(entry, env, () => {}) as Record<string, unknown>;
    for (const secret of [...inEntry(entry), ...inEntry(filled)]) secrets.add(secret);
    for (const file of [filled.db_password_file, filled.restore_password_file, filled.token_file])
      if (typeof file === 'string')
        for (const secret of await inFile(resolve(dirname(resolve(path)), file))) secrets.add(secret);
  }
  return secrets;
}

function inEntry({ db_password, restore_password, token, dump_options }: Record<string, unknown>): string[] {
  const values = Array.isArray(dump_options) ? dump_options.map(option => behindNameOf(String(option))) : [];
  return [...[db_password, restore_password, token].filter(secret => typeof secret === 'string'), ...values];
}

function ofEnvironment(text: string, env: Readonly<Record<string, string | undefined>>): string[] {
  return [...text.matchAll(/\$\{(\w+)\}/g)].flatMap(([, name]) => env[name!] ?? []);
}

function entriesIn(text: string): Record<string, unknown>[] {
  try {
    const list: unknown = JSON.parse(text);
    return [list].flat().filter(entry => typeof entry === 'object' && entry !== null) as Record<string, unknown>[];
  } catch {
    return passwordsInBrokenJson(text).map(db_password => ({ db_password }));
  }
}

function passwordsInBrokenJson(text: string): string[] {
  return [...text.matchAll(/"(?:db|restore)_password"\s*:\s*"((?:[^"\\\n]|\\.)*)/g)].map(([, inside]) => {
    try {
      return JSON.parse(`"${inside}"`);
    } catch {
      return inside;
    }
  });
}

/** What stands behind the name of an option, such as `id>5` in `--where=id>5`. */
function behindNameOf(option: string): string {
  return option.replace(/^--[\w-]+[=\s]?/, '');
}

/** Its lines too, since a file of several is refused. */
async function inFile(path: string): Promise<string[]> {
  const content = await readTextFile(path, { isLenient: true }).catch(() => '');
  return [content.replace(/\r?\n$/, ''), ...content.split(/\r?\n/)];
}
