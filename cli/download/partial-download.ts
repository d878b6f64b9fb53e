import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { CommandError, ConfigurationError, codeOf, EXIT, messageOf } from '../errors.ts';
import type { Sink } from './fetch-backup.ts';

const PIECE_BYTES = 1 << 20;

/**
 * The file into which a download is written until it is whole. It may lie in a folder where others write, such as /tmp: so it is
 * made again, or was made by this user before, and no link is followed.
 */
export class PartialDownload implements Sink, AsyncDisposable {
  readonly name: string;
  /** Whether there was one, of an earlier run. */
  readonly isResumed: boolean;
  readonly #file: FileHandle;

  private constructor(name: string, file: FileHandle, isResumed: boolean) {
    this.name = name;
    this.#file = file;
    this.isResumed = isResumed;
  }

  /** @throws {ConfigurationError} when something else is there; {CommandError} when it can't be written */
  static async open(path: string): Promise<PartialDownload> {
    try {
      return new PartialDownload(path, await open(path, 'ax+', 0o600), false);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw notWritten(path, error);
    }
    return new PartialDownload(path, await openOwn(path), true);
  }

  async soFar(signal: AbortSignal): Promise<{ hash: Hash; length: number }> {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (let length = 0; ; ) {
      signal.throwIfAborted();
      const { bytesRead } = await this.#file.read(piece, 0, piece.length, length);
      if (bytesRead === 0) return { hash, length };
      hash.update(piece.subarray(0, bytesRead));
      length += bytesRead;
    }
  }

  async from(at: number): Promise<number> {
    await this.#attempt(() => this.#file.truncate(at));
    return 0;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#attempt(() => this.#file.writeFile(chunk));
  }

  async flush(): Promise<void> {
    await this.#attempt(() => this.#file.sync());
  }

  /** Gives the whole file its name, at which nothing may be. @throws {ConfigurationError} when something is */
  async finish(target: string): Promise<void> {
    try {
      await link(this.name, target);
      await rm(this.name);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw alreadyThere(target);
      // Not every file system has links: there it is only looked before.
      if (await isThere(target)) throw alreadyThere(target);
      await this.#attempt(() => rename(this.name, target));
    }
  }

  async discard(): Promise<void> {
    await rm(this.name, { force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
  }

  /** A disk that can't be written is nothing that another attempt at the download would fix. */
  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw notWritten(this.name, error);
    }
  }
}

/** @returns whether anything is at a path, also a link to nowhere @throws {ConfigurationError} when that can't be told */
export function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    error => {
      if (codeOf(error) === 'ENOENT') return false;
      const why = codeOf(error) === 'ENAMETOOLONG' ? 'its name is too long' : messageOf(error);
      throw new ConfigurationError([`${path} can't be accessed: ${why}; name another place with --output`]);
    },
  );
}

export function alreadyThere(path: string): ConfigurationError {
  return new ConfigurationError([`${path} exists already; name another file or folder with --output`]);
}

/** Opens what an earlier run left, if it is that. Nothing is made, and nothing is written before it is known. */
async function openOwn(path: string): Promise<FileHandle> {
  const seen = await lstat(path).catch(() => undefined);
  if (!seen?.isFile()) throw foreign(path, seen?.isSymbolicLink() ? 'is a link' : 'is not an ordinary file');
  const file = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW).catch(error => {
    throw notWritten(path, error);
  });
  const { ino, dev, uid, nlink } = await file.stat();
  const why =
    ino !== seen.ino || dev !== seen.dev
      ? 'became another file while it was opened'
      : uid !== process.getuid?.()
        ? 'belongs to another user'
        : nlink !== 1
          ? 'has a second name elsewhere (a hard link)'
          : undefined;
  if (why === undefined) return file;
  await file.close();
  throw foreign(path, why);
}

function foreign(path: string, why: string): ConfigurationError {
  return new ConfigurationError([
    `${path} ${why}, and is not the partial file of an earlier download; remove it, or name another file or folder with --output`,
  ]);
}

function notWritten(path: string, error: unknown): CommandError {
  return new CommandError(`${path} can't be written: ${messageOf(error)}`, EXIT.someFailed, { cause: error });
}
