import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../files/make-folder.ts';
import { RunLock } from '../../spool/run-lock.ts';
import { Spool } from '../../spool/spool.ts';

/**
 * The folder of one restore within the work folder: its zip, and rows that wait for a connection. It has a lock of its own, so
 * that neither a backup nor the restore of another backup waits for it.
 */
export class RestoreFolder implements AsyncDisposable {
  readonly path: string;
  readonly #lock: RunLock;
  #isDone = false;

  private constructor(path: string, lock: RunLock) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * @param zipSha256 of the backup: the same one is taken up again where an earlier restore ended
   * @throws {ConfigurationError} when the work folder can't be used; {CommandError} when the same backup is being restored
   */
  static async open(workDir: string, zipSha256: string): Promise<RestoreFolder> {
    const spool = await Spool.open(workDir);
    const path = join(spool.folder, 'restore', zipSha256.slice(0, 16));
    await makeFolder(path);
    return new RestoreFolder(path, RunLock.acquire(path, new Date()));
  }

  /** Nothing in it is needed any more. */
  done(): void {
    this.#isDone = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lock[Symbol.dispose]();
    // What is left costs only room.
    if (this.#isDone || (await this.#isEmpty())) await rm(this.path, { recursive: true, force: true }).catch(() => {});
  }

  async #isEmpty(): Promise<boolean> {
    const names = await readdir(this.path).catch(() => []);
    return names.every(name => name.startsWith('run.'));
  }
}
