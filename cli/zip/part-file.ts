import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { withAction } from './with-action.ts';

/** What a file is known by. */
export interface Sealed {
  /** Bytes. */
  readonly size: number;
  readonly sha256: Buffer;
}

/** So much is left at most to the flush at the end; the disk is busy with the rest while there is still work to do. In bytes. */
const FLUSH_EVERY = 32 * 1024 * 1024;

/**
 * A file that appears under its name when it is whole and on the disk, or not at all. Until then it is `NAME.part`.
 *
 * Dispose of it (`await using`): what was not committed is removed.
 */
export class PartFile {
  readonly #target: string;
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  #size = 0;
  #sealed: Promise<Sealed> | undefined;
  #unflushed = 0;
  #flushing: Promise<void> = Promise.resolve();
  /** The name that what was written has now; none once nothing is to be removed. */
  #toRemove: string | undefined;

  private constructor(target: string, part: string, handle: FileHandle) {
    this.#target = target;
    this.#toRemove = part;
    this.#handle = handle;
  }

  /**
   * Creates `target.part`, for its owner only (mode 0600).
   *
   * A leftover of that name is removed first. To refuse it would mean that after a crash this file could never be
   * written again; to truncate it would keep its mode, or write through a link.
   * @throws Error when the folder can't be written to
   */
  static async create(target: string): Promise<PartFile> {
    const part = `${target}.part`;
    await withAction(`remove the leftover ${part}`, rm(part, { force: true }));
    return new PartFile(target, part, await withAction(`create ${part}`, open(part, 'wx', 0o600)));
  }

  /**
   * Appends all of `bytes`; one call at a time.
   * @throws Error on a full disk, and on any other error of the file system
   */
  async append(bytes: Uint8Array): Promise<void> {
    await withAction(`write ${this.#target}.part`, writeAll(this.#handle, bytes));
    this.#hash.update(bytes);
    this.#size += bytes.length;
    this.#unflushed += bytes.length;
    if (this.#unflushed >= FLUSH_EVERY) this.#flushAhead();
  }

  /** The disk reports an error only once: it is thrown at the end. */
  #flushAhead(): void {
    this.#unflushed = 0;
    this.#flushing = this.#flushing.then(() => this.#handle.datasync());
    this.#flushing.catch(() => {});
  }

  /** Sees to it that the bytes are on the disk. Nothing can be appended any more. @returns bytes and SHA-256 of the file */
  seal(): Promise<Sealed> {
    this.#sealed ??= this.#seal();
    return this.#sealed;
  }

  async #seal(): Promise<Sealed> {
    const part = `${this.#target}.part`;
    await withAction(
      `flush ${part} to the disk`,
      this.#flushing.then(() => this.#handle.sync()),
    );
    await withAction(`close ${part}`, this.#handle.close());
    return { size: this.#size, sha256: this.#hash.digest() };
  }

  /**
   * Seals the file, gives it its name, and sees to it that the name is on the disk too. In this order, or a power cut could
   * leave the name without the bytes. Not to be interrupted.
   * @returns bytes and SHA-256 of the file
   */
  async commit(): Promise<Sealed> {
    const sealed = await this.seal();
    await withAction(`rename ${this.#target}.part`, rename(`${this.#target}.part`, this.#target));
    this.#toRemove = this.#target;
    await withAction(`flush the folder of ${this.#target} to the disk`, syncFolder(dirname(this.#target)));
    this.#toRemove = undefined;
    return sealed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#toRemove === undefined) return;
    // Something has failed before, and that is the error to be reported. Closing a closed handle is fine.
    await this.#flushing.catch(() => {});
    await this.#handle.close().catch(() => {});
    await rm(this.#toRemove, { force: true }).catch(() => {});
  }
}

/**
 * Writes until all is written: the system may take less than it is given, and does so when a disk is about to be full.
 * @param file where to, at its current position
 */
export async function writeAll(file: Pick<FileHandle, 'write'>, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset);
    if (bytesWritten === 0) throw new Error(`the system took none of the last ${bytes.length - offset} bytes`);
    offset += bytesWritten;
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
