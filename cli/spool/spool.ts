import { access, chmod, constants, lstat, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBackupName } from '../../protocol/backup-name.ts';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import { ConfigurationError, codeOf, messageOf } from '../errors.ts';
import { danglingLinkIn } from '../files/dangling-link.ts';
import { makeFolder } from '../files/make-folder.ts';
import { DELIVERED, isHalfDone, isWorthless, MANIFEST, REFUSED } from './spool-names.ts';

/** A zip that an earlier run left in the spool because it could not be delivered. */
export interface PendingUpload {
  readonly database: string;
  /** When its dump began, to the second. */
  readonly takenAt: Date;
  readonly fileName: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** A file that is worth nothing once the run that writes it has ended. */
export interface HalfDone {
  readonly fileName: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * The private folder in which dumps and zips stand until they are delivered. A name tells how far a file has come: a
 * `.sql` and a `.part` are worth nothing once the run that writes them has ended, a `.sql.zip` is always whole.
 */
export class Spool {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Makes the folder if needed, only for this user.
   * @throws {ConfigurationError} when it can't be made or written, or when other users can read it
   */
  static open(folder: string): Promise<Spool> {
    return Spool.#opened(folder, async () => {
      const isNew = await makeFolder(folder);
      if (isNew) await chmod(folder, 0o700);
      await checkPrivate(folder);
      await using _probe = await probe(folder);
    });
  }

  /**
   * Opens a folder that exists, and writes nothing there, not even for a moment.
   * @throws {ConfigurationError} when it can't be used, as far as that shows without writing
   */
  static inspect(folder: string): Promise<Spool> {
    return Spool.#opened(folder, async () => {
      await checkPrivate(folder);
      await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    });
  }

  static async #opened(folder: string, check: () => Promise<void>): Promise<Spool> {
    try {
      const dangling = await danglingLinkIn(folder);
      if (dangling) throw new Error(dangling);
      await check();
    } catch (error) {
      throw new ConfigurationError(
        [`The work folder ${folder} can't be used: ${messageOf(error)}. Fix that, or choose another with --work-dir`],
        { cause: error },
      );
    }
    return new Spool(folder);
  }

  pathOf(fileName: string): string {
    return join(this.folder, fileName);
  }

  /** @returns where the manifest of a zip waits, beside it */
  manifestPathOf(fileName: string): string {
    return this.pathOf(`${fileName}${MANIFEST}`);
  }

  /**
   * Forgets a zip that was delivered. The manifest goes last: without its zip it is known to be worth nothing.
   * @returns why the zip is still there; it is marked as delivered then
   */
  async forget(fileName: string): Promise<string | undefined> {
    const problem = await remove(this.pathOf(fileName));
    // Without the mark it is sent again with its manifest, and the service recognizes it.
    const isMarked = problem !== undefined && (await this.#mark(fileName, DELIVERED));
    if (problem === undefined || isMarked) await remove(this.manifestPathOf(fileName));
    await remove(this.pathOf(`${fileName}${REFUSED}`));
    return problem;
  }

  /** Notes that a zip was refused permanently. @returns whether that had been noted before; the note is gone then */
  async noteRefusal(fileName: string): Promise<boolean> {
    const note = this.pathOf(`${fileName}${REFUSED}`);
    const isSecond = await rm(note).then(
      () => true,
      () => false,
    );
    if (!isSecond) await this.#mark(fileName, REFUSED);
    return isSecond;
  }

  #mark(fileName: string, ending: string): Promise<boolean> {
    // Never through what stands there already: a named pipe would wait for a reader.
    return writeFile(this.pathOf(`${fileName}${ending}`), '', { mode: 0o600, flag: 'wx' }).then(
      () => true,
      error => codeOf(error) === 'EEXIST',
    );
  }

  /** Keeps a zip that has changed since it was written from being delivered. It stays on the disk for a check by hand. @returns its path */
  async quarantine(fileName: string): Promise<string> {
    const path = this.pathOf(`${fileName}.damaged`);
    await rename(this.pathOf(fileName), path);
    await rm(this.manifestPathOf(fileName), { force: true });
    return path;
  }

  /**
   * Removes the unfinished files of a run that crashed, and what was delivered and could not be removed. What still can't be is
   * no reason not to run. Only while the run's lock is held.
   * @returns how many files went
   */
  async sweep(): Promise<number> {
    for (const { fileName } of await this.delivered())
      if ((await this.forget(fileName)) === undefined) await remove(this.pathOf(`${fileName}${DELIVERED}`));
    const names = await this.#names();
    const worthless = names.filter(name => isWorthless(name, names));
    const problems = await Promise.all(worthless.map(name => remove(this.pathOf(name))));
    return problems.filter(problem => problem === undefined).length;
  }

  /** @returns dumps and parts of zips: of a run that is going on, or else of one that was killed */
  async halfDone(): Promise<HalfDone[]> {
    const names = (await this.#names()).filter(isHalfDone);
    const found = await Promise.all(names.map(fileName => sizeIfThere(this.pathOf(fileName), fileName)));
    return found.filter(file => file !== undefined);
  }

  /** @returns the zips that wait to be delivered, oldest first; those that are not plain files, too, which can't be delivered */
  pendingUploads(): Promise<PendingUpload[]> {
    return this.#zips({ areDelivered: false });
  }

  /** @returns the zips that were delivered and can't be removed, oldest first */
  delivered(): Promise<PendingUpload[]> {
    return this.#zips({ areDelivered: true });
  }

  async #zips({ areDelivered }: { areDelivered: boolean }): Promise<PendingUpload[]> {
    const found: PendingUpload[] = [];
    const names = new Set(await this.#names());
    for (const fileName of names) {
      const name = parseBackupName(fileName);
      if (typeof name === 'string' || names.has(`${fileName}${DELIVERED}`) !== areDelivered) continue;
      const path = this.pathOf(fileName);
      const size = await bytesOf(path);
      if (size !== undefined) found.push({ database: name.database, takenAt: name.takenAt, fileName, path, size });
    }
    return found.sort((a, b) => a.takenAt.getTime() - b.takenAt.getTime());
  }

  /** A folder that is gone holds nothing: what a run has found out must not be lost for that. */
  async #names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }
}

/** @returns the size of a plain file, and 0 of what is something else or can't be accessed; undefined for what is gone */
async function bytesOf(path: string): Promise<number | undefined> {
  try {
    const found = await lstat(path);
    return found.isFile() ? found.size : 0;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : 0;
  }
}

async function sizeIfThere(path: string, fileName: string): Promise<HalfDone | undefined> {
  const size = await stat(path).then(
    found => found.size,
    () => undefined,
  );
  return size === undefined ? undefined : { fileName, size };
}

/** @param path of a file or a folder @returns why it is still there; undefined when it is gone */
async function remove(path: string): Promise<string | undefined> {
  try {
    await rm(path, { recursive: true });
    return undefined;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : messageOf(error);
  }
}

async function checkPrivate(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if (mode & 0o077)
    throw new Error(`other users can read it, and it will hold dumps; run: chmod 700 ${shellWord(folder)}`);
}

async function probe(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, `.probe-${process.pid}`);
  // Of a process that had this id before.
  await rm(path, { force: true });
  await (await open(path, 'wx', 0o600)).close();
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}
