import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A statement of a piece; its bytes are valid until the next one is asked for. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly rows: number;
}

/** Statements that were put aside, in memory or in a file without a name, which is gone when it is closed. */
export interface Piece {
  /** Of the statements and what is kept with them. */
  readonly size: number;
  readonly memory: Uint8Array | undefined;
  readonly file: FileHandle | undefined;
}

/** Bytes that are read at once. */
const READ_BYTES = 2 << 20;

/** In front of each statement: its length, its rows, its place in the dump. */
const HEADER = 16;

/** Puts statements aside, piece by piece. */
export class PieceStore {
  readonly #folder: string;
  readonly #buffer: Buffer;
  #used = 0;
  #file: FileHandle | undefined;
  #written = 0;

  /**
   * @param folder where the files are made; they have no name there
   * @param memoryBytes up to which a piece stays in memory, and which are written at once
   */
  constructor(folder: string, memoryBytes: number) {
    this.#folder = folder;
    this.#buffer = Buffer.allocUnsafe(Math.max(memoryBytes, HEADER));
  }

  /** Bytes of the piece so far. */
  get size(): number {
    return this.#written + this.#used;
  }

  /** @returns whether the piece would still be in memory with so many more bytes */
  staysInMemory(bytes: number): boolean {
    return this.#file === undefined && this.#used + HEADER + bytes <= this.#buffer.length;
  }

  /** @returns what is to be waited for, if anything; the statement's bytes may be used again then */
  add({ bytes, at, rows }: Frame): Promise<void> | undefined {
    if (this.#used + HEADER + bytes.length <= this.#buffer.length) {
      this.#header(bytes.length, at, rows);
      this.#buffer.set(bytes, this.#used);
      this.#used += bytes.length;
      return undefined;
    }
    return this.#addLong({ bytes, at, rows });
  }

  /** The piece is whole; the next one begins. @param mayStay whether it may stay in memory */
  async finish(mayStay: boolean): Promise<Piece> {
    if (this.#file !== undefined || !mayStay) await this.#flush();
    const piece = {
      size: this.size,
      file: this.#file,
      memory: this.#file === undefined ? Buffer.from(this.#buffer.subarray(0, this.#used)) : undefined,
    };
    this.#file = undefined;
    this.#used = 0;
    this.#written = 0;
    return piece;
  }

  /** Closes the file of a piece that is not whole. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }

  async #addLong({ bytes, at, rows }: Frame): Promise<void> {
    await this.#flush();
    this.#header(bytes.length, at, rows);
    if (this.#used + bytes.length <= this.#buffer.length) {
      this.#buffer.set(bytes, this.#used);
      this.#used += bytes.length;
      return;
    }
    await this.#flush();
    await this.#write(bytes);
  }

  #header(length: number, at: number, rows: number): void {
    this.#buffer.writeUInt32LE(length, this.#used);
    this.#buffer.writeUInt32LE(rows, this.#used + 4);
    this.#buffer.writeDoubleLE(at, this.#used + 8);
    this.#used += HEADER;
  }

  async #flush(): Promise<void> {
    const { length } = this.#buffer.subarray(0, this.#used);
    if (length === 0) return;
    await this.#write(this.#buffer.subarray(0, length));
    this.#used = 0;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#file ??= await fileWithoutName(this.#folder);
    for (let from = 0; from < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, from, bytes.length - from, this.#written);
      from += bytesWritten;
      this.#written += bytesWritten;
    }
  }
}

let files = 0;

/** Even when this program is killed, nothing of the rows stays behind. */
async function fileWithoutName(folder: string): Promise<FileHandle> {
  const path = join(folder, `.load-${process.pid}-${++files}.sql`);
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  return file;
}

/** What a piece is read into; used again for the next one, since new ones would pile up until they are collected. */
export class ReadBuffer {
  bytes: Uint8Array = Buffer.allocUnsafe(READ_BYTES);
}

/**
 * @param into only one piece at a time is read into it
 * @returns the statements of a piece, in their order; its file is closed at the end
 */
export async function* framesOf(
  { memory, file, size }: Piece,
  into: ReadBuffer = new ReadBuffer(),
): AsyncGenerator<Frame, void> {
  try {
    let buffer = memory ?? into.bytes;
    let [from, to, read] = [0, memory?.length ?? 0, memory?.length ?? 0];
    /** Has at least so many bytes in the buffer. */
    const fill = async (wanted: number): Promise<void> => {
      if (to - from >= wanted) return;
      if (wanted > buffer.length) {
        const larger = Buffer.allocUnsafe(wanted);
        larger.set(buffer.subarray(from, to));
        buffer = larger;
        into.bytes = larger;
      } else buffer.copyWithin(0, from, to);
      [from, to] = [0, to - from];
      while (to < wanted) {
        const { bytesRead } = await file!.read(buffer, to, Math.min(buffer.length - to, size - read), read);
        if (bytesRead === 0) throw new Error('a file of rows that were put aside has become shorter');
        to += bytesRead;
        read += bytesRead;
      }
    };
    while (from < to || read < size) {
      await fill(HEADER);
      const view = new DataView(buffer.buffer, buffer.byteOffset + from, HEADER);
      const [length, rows, at] = [view.getUint32(0, true), view.getUint32(4, true), view.getFloat64(8, true)];
      await fill(HEADER + length);
      yield { bytes: buffer.subarray(from + HEADER, from + HEADER + length), at, rows };
      from += HEADER + length;
    }
  } finally {
    await file?.close();
  }
}

/** Gives up a piece that is not read. */
export async function closePiece({ file }: Piece): Promise<void> {
  await file?.close();
}
