import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { readEntry, type ZipEntry } from '../../protocol/zip/read-entry.ts';
import { readPieces } from '../../protocol/zip/read-pieces.ts';
import { UnsoundZip, type ZipFile } from '../../protocol/zip/zip-file.ts';
import { ExplainedError, messageOf } from '../errors.ts';
import { printableInLine } from '../terminal/printable.ts';
import { inflate } from './inflate.ts';

/** A zip on this machine with one dump in it, open for reading. */
export class ZippedDump implements AsyncDisposable {
  readonly path: string;
  /** Of the zip, in bytes. */
  readonly zipBytes: number;
  /** Of the plain dump, in bytes, as the zip says; {@link read} checks it. */
  readonly dumpBytes: number;
  /** What the dump is called in the zip, such as `mysql-2023-10-31-00-00-00-pt_xyz-{uuid}.sql`. */
  readonly entryName: string;
  readonly #file: FileHandle;
  readonly #zip: ZipFile;
  readonly #entry: ZipEntry;

  private constructor(path: string, file: FileHandle, zip: ZipFile, entry: ZipEntry) {
    this.path = path;
    this.zipBytes = zip.size;
    this.dumpBytes = entry.size;
    this.entryName = entry.name;
    this.#file = file;
    this.#zip = zip;
    this.#entry = entry;
  }

  /**
   * Opens a zip and reads its headers.
   * @throws {ExplainedError} when it can't be read, or is no zip with exactly one entry
   */
  static async open(path: string): Promise<ZippedDump> {
    // What is a named pipe would never answer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(error => {
      throw unreadable(path, error);
    });
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new ExplainedError(`${printableInLine(path)} is not a file`);
      const zip: ZipFile = { size: found.size, pieces: range => readPieces(file, range) };
      return new ZippedDump(path, file, zip, await readEntry(zip));
    } catch (error) {
      await file.close();
      throw explained(path, error);
    }
  }

  /**
   * Inflates the dump, from its beginning each time. Only when it ends without an error were its size and its CRC those that the
   * zip tells.
   * @throws {ExplainedError} when the data is damaged or can't be read
   */
  async *read(): AsyncGenerator<Buffer, void> {
    try {
      yield* inflate(this.#zip, this.#entry);
    } catch (error) {
      throw explained(this.path, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

function explained(path: string, error: unknown): ExplainedError {
  if (error instanceof ExplainedError) return error;
  if (!(error instanceof UnsoundZip)) return unreadable(path, error);
  return new ExplainedError(`${printableInLine(path)} ${printableInLine(error.message)}`, {
    cause: error,
    advice: 'Use another backup, or download this one again.',
  });
}

function unreadable(path: string, error: unknown): ExplainedError {
  return new ExplainedError(`${printableInLine(path)} can't be read: ${messageOf(error)}`, {
    cause: error,
    advice: `Check the file and its disk: ls -l, and the kernel's log (dmesg).`,
  });
}
