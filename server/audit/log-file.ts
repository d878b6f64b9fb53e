import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** A file of lines that a collector reads. It may be renamed or deleted at any time: the next line begins a new one. */
export class LogFile {
  readonly #path: string;
  #file: FileHandle | undefined;
  #inode: string | undefined;
  /** Whether its last line has no end: a disk was full, or a process was killed. */
  #isTorn = false;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws Error of the system, and one for what is no file */
  static async open(path: string): Promise<LogFile> {
    const log = new LogFile(path);
    await log.#current();
    return log;
  }

  /** Writes a line, in one call of the system: lines of several processes never mix. @throws Error of the system */
  async append(line: string): Promise<void> {
    const file = await this.#current();
    const bytes = Buffer.from(this.#isTorn ? `\n${line}\n` : `${line}\n`);
    let written = 0;
    try {
      while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
    } finally {
      if (written > 0) this.#isTorn = bytes[written - 1] !== LINE_END;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** @returns the file that has the name now */
  async #current(): Promise<FileHandle> {
    const found = await stat(this.#path).catch(error => (error.code === 'ENOENT' ? undefined : Promise.reject(error)));
    // A pipe without a reader would hold up a thread for ever.
    if (found && !found.isFile()) throw new Error(`${this.#path} is not a file`);
    if (this.#file && found && inodeOf(found) === this.#inode) return this.#file;
    await this.close();
    const file = await open(this.#path, constants.O_APPEND | constants.O_CREAT | constants.O_RDWR, 0o600);
    try {
      const opened = await file.stat();
      this.#isTorn = opened.size > 0 && (await lastByte(file, opened.size)) !== LINE_END;
      this.#inode = inodeOf(opened);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#file = file;
    return file;
  }
}

const LINE_END = 0x0a;

async function lastByte(file: FileHandle, size: number): Promise<number | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 ? buffer[0] : undefined;
}

function inodeOf({ dev, ino }: { dev: number; ino: number }): string {
  return `${dev}:${ino}`;
}
