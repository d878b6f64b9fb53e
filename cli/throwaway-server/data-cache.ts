import { createHash } from 'node:crypto';
import { constants, cp, lstat, mkdir, open, readdir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { v4 as uuid } from 'uuid';
import { log } from '../log.ts';
import { fileOptions, type ServerSettings } from './server-options.ts';
import type { ServerProgram } from './server-programs.ts';

/** One for each flavour and each way of reading names; each takes 45 MiB (MariaDB) or 100 MiB (MySQL). */
const MOST_KEPT = 4;
const PART = '.part';

/**
 * Keeps a copy of the data folder of a new server, since making one takes up to 6 s of CPU time. A copy serves only the same
 * program, unchanged, with the same options. No server ever runs on it.
 */
export class DataCache {
  readonly #folder: string;
  readonly #path: string;

  private constructor(folder: string, key: string) {
    this.#folder = folder;
    this.#path = join(folder, key);
  }

  /**
   * @param folder made where it does not exist
   * @returns undefined where it can't be used: then a new data folder is made each time. Never throws
   */
  static async open(folder: string, program: ServerProgram, settings: ServerSettings): Promise<DataCache | undefined> {
    try {
      await mkdir(folder, { mode: 0o700 }).catch(error => {
        if (error.code !== 'EEXIST') throw error;
      });
      if (!(await isOfThisUserAlone(folder))) throw new Error('it is not a private folder of this user');
      return new DataCache(folder, await keyOf(program, settings));
    } catch (error) {
      log.debug('data folders are not kept', { folder, error });
      return undefined;
    }
  }

  /** Copies what is kept into an empty data folder. @returns whether it could. Never throws */
  async take(data: string): Promise<boolean> {
    try {
      await copy(this.#path, data);
      await utimes(this.#path, new Date(), new Date());
      return true;
    } catch (error) {
      log.debug('no data folder is kept', { path: this.#path, error });
      await emptyFolder(data).catch(() => {});
      return false;
    }
  }

  /** Keeps a copy of a data folder on which no server runs. Never throws. */
  async put(data: string): Promise<void> {
    const part = join(this.#folder, `${uuid()}${PART}`);
    try {
      await copy(data, part);
      await flush(part);
      await this.drop();
      await rename(part, this.#path);
      await this.#removeOld();
    } catch (error) {
      log.debug('a data folder is not kept', { path: this.#path, error });
      await rm(part, { recursive: true, force: true }).catch(() => {});
    }
  }

  /** Forgets it: no server starts on it. Never throws. */
  async drop(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true }).catch(() => {});
  }

  /** Those of programs that are gone, and what a run that was killed has left. */
  async #removeOld(): Promise<void> {
    const names = await readdir(this.#folder);
    const kept = names
      .filter(name => !name.endsWith(PART))
      .map(async name => ({ name, at: await usedAt(this.#folder, name) }));
    const byUse = (await Promise.all(kept)).sort((a, b) => b.at - a.at).map(({ name }) => name);
    for (const name of [...names.filter(name => name.endsWith(PART)), ...byUse.slice(MOST_KEPT)])
      await rm(join(this.#folder, name), { recursive: true, force: true });
  }
}

/**
 * What lies there becomes the accounts and tables of a server: no one else may have written it.
 * @throws the system's error, such as ENOENT
 */
export async function isOfThisUserAlone(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
}

/** Leaves the folder itself. @throws the system's error */
export async function emptyFolder(path: string): Promise<void> {
  for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true });
}

async function keyOf(program: ServerProgram, settings: ServerSettings): Promise<string> {
  const { size, mtimeMs, ino } = await stat(await realpath(program.path));
  const anywhere = { path: '', data: '', temporary: '', empty: '', log: '', socket: '', remove: async () => {} };
  const options = fileOptions(program, anywhere, settings);
  const { path, version } = program;
  return createHash('sha256')
    .update(JSON.stringify([path, version, size, mtimeMs, ino, options]))
    .digest('hex')
    .slice(0, 32);
}

async function copy(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
}

/** A name given last means nothing after a power failure when the bytes are not on the disk. */
async function flush(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    await using file = await open(join(entry.parentPath, entry.name));
    await file.sync();
  }
}

function usedAt(folder: string, name: string): Promise<number> {
  return stat(join(folder, name)).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
