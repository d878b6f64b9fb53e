import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { BLOCK, giveBack, takeBlock } from './blocks.ts';
import { withAction } from './with-action.ts';

/** A file that is still being written. */
export interface Growth {
  /** Settles when nothing more will come; when it fails, so does the reading. */
  readonly whole: Promise<unknown>;
  /** What it may roughly become, in bytes. */
  readonly expectedBytes: number;
}

type GrowthState = 'goes on' | 'has ended' | { readonly failed: unknown };

/** How often a file that has too little for now is looked at again. */
const LOOK_AGAIN_MS = 50;

/** A dump that is read once from its beginning to its end, and that must be the same file from the one to the other. */
export class ZipSource implements AsyncDisposable {
  readonly modifiedAt: Date;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #opened: BigIntStats;
  /** How many bytes have been read. */
  #at = 0;
  /** The state of the file after its last write; undefined while it is being written. */
  #finished: BigIntStats | undefined;
  #growth: GrowthState = 'goes on';
  #wake = () => {};

  private constructor(path: string, file: FileHandle, opened: BigIntStats) {
    this.#path = path;
    this.#file = file;
    this.#opened = opened;
    this.modifiedAt = new Date(Number(opened.mtimeMs));
  }

  /** @param growth for a file that is followed until it is whole @throws Error when the file can't be read */
  static async open(path: string, growth?: Growth): Promise<ZipSource> {
    const file = await withAction(`open ${path}`, open(path, 'r'));
    const source = new ZipSource(path, file, await withAction(`look at ${path}`, file.stat({ bigint: true })));
    if (growth) source.#follow(growth);
    else source.#finished = source.#opened;
    return source;
  }

  /** What there is to read, in bytes, as far as it is known. */
  get size(): number | undefined {
    return this.#finished && Number(this.#finished.size);
  }

  /**
   * Reads the file in blocks (the last is shorter) that their user may give back, until its end, an abort, or
   * more bytes than it had.
   */
  async *blocks(signal?: AbortSignal): AsyncGenerator<Buffer> {
    while (!signal?.aborted && this.#at <= (this.size ?? this.#at)) {
      const block = await this.#next(signal);
      if (block.length === 0) return giveBack(block);
      yield block;
    }
  }

  async #next(signal?: AbortSignal): Promise<Buffer> {
    if (typeof this.#growth === 'object') throw this.#growth.failed;
    const block = takeBlock();
    let filled = 0;
    while (filled < BLOCK && !signal?.aborted) {
      const bytesRead = await this.#read(block.subarray(filled));
      filled += bytesRead;
      if (bytesRead === 0 && !(await this.#mayHaveMore())) break;
    }
    return block.subarray(0, filled);
  }

  /**
   * Reads, of a file that grows, only what stood there at a look before: of bytes that are written in this very moment
   * some kernels give zeros (Linux on arm64 before 6.8, fixed by e2c27b803bb6). And only as much as was asked for: at the
   * heels of a writer thousands of small reads would do the work of one.
   */
  async #read(room: Buffer): Promise<number> {
    if (!this.#finished && Number((await this.#look()).size) - this.#at < room.length) return 0;
    const { bytesRead } = await withAction(`read ${this.#path}`, this.#file.read(room, 0, room.length, null));
    this.#at += bytesRead;
    return bytesRead;
  }

  /** Waits a moment, when there is too little to read. @throws what the writing has failed with */
  async #mayHaveMore(): Promise<boolean> {
    if (this.#finished) return false;
    if (this.#growth === 'goes on') await this.#moment();
    if (typeof this.#growth === 'object') throw this.#growth.failed;
    if (this.#growth === 'has ended') this.#finished = await this.#look();
    return true; // there may be more since the last look
  }

  #look(): Promise<BigIntStats> {
    return withAction(`look at ${this.#path}`, this.#file.stat({ bigint: true }));
  }

  #moment(): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, LOOK_AGAIN_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** One reaction to the promise for all the looks: thousands of races would each leave one behind. */
  #follow({ whole }: Growth): void {
    const become = (growth: GrowthState) => {
      this.#growth = growth;
      this.#wake();
    };
    whole.then(
      () => become('has ended'),
      failed => become({ failed }),
    );
  }

  /**
   * A dump that is still being written, or has replaced by another, would make a zip of something that never
   * was a whole dump.
   * @throws Error that says how it has changed
   */
  async expectSame(bytesRead: number): Promise<void> {
    const path = this.#path;
    const finished = this.#finished ?? this.#opened;
    const now = await withAction(`find ${path} again after zipping it`, stat(path, { bigint: true }));
    if (now.dev !== finished.dev || now.ino !== finished.ino)
      throw new Error(`${path} was replaced while it was zipped`);
    if (BigInt(bytesRead) !== finished.size || now.size !== finished.size)
      throw new Error(`${path} changed while it was zipped: it had ${finished.size} bytes, then ${now.size}`);
    if (now.mtimeNs !== finished.mtimeNs) throw new Error(`${path} was written to while it was zipped`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It was only read: there is nothing that closing it could lose.
    await this.#file.close().catch(() => {});
  }
}
