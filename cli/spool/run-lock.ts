import { accessSync, constants, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import { CommandError, ConfigurationError, codeOf, EXIT, messageOf } from '../errors.ts';
import { inLocalTime } from '../terminal/local-time.ts';

/**
 * One run at a time per work folder. The lock is SQLite's exclusive lock on an empty file: the kernel lets go of it when
 * the process ends, however it ends, so that a crash never blocks the next night and no process id is ever guessed at.
 */
export class RunLock implements Disposable {
  readonly #database: DatabaseSync;
  readonly #note: string;
  /** The run before, where it ended without a mail: it was killed, or the machine went down. */
  readonly unfinished: RunNote | undefined;

  private constructor(database: DatabaseSync, note: string, unfinished: RunNote | undefined) {
    this.#database = database;
    this.#note = note;
    this.unfinished = unfinished;
  }

  /**
   * @param folder the work folder
   * @throws {CommandError} with exit code 4, naming the process and start of the run that is going on
   */
  static acquire(folder: string, startedAt: Date): RunLock {
    const note = join(folder, 'run.json');
    const path = join(folder, 'run.lock');
    if (!isPlainOrMissing(path)) throw noLock(path);
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      // SQLite opens a read-only file too, but its lock would then keep no other run out.
      accessSync(path, constants.W_OK);
      // With its journal in memory it takes no room: the zips that fill the disk must get away.
      database.exec('pragma journal_mode = memory; begin exclusive');
    } catch (error) {
      database.close();
      if (codeOf(error) === 'EACCES')
        throw new ConfigurationError([
          `${path} belongs to another user, maybe since a run as root; run: sudo chown "$USER" ${shellWord(path)}`,
        ]);
      if (/not a database/.test(messageOf(error))) throw noLock(path);
      if (!/locked/.test(messageOf(error))) throw error;
      throw new CommandError(
        `Another run is going on in ${folder}${describe(note)}. Nothing was done.`,
        EXIT.anotherRun,
      );
    }
    const unfinished = readNote(note);
    leaveNote(note, startedAt);
    return new RunLock(database, note, unfinished);
  }

  /**
   * Checks whether a run is going on, and leaves nothing behind. It holds a lock of its own for a fraction of a
   * millisecond, since there is no way to ask without.
   * @returns who holds the lock, such as `: process 12, started …`, or '' where that is not known; undefined when no one does
   */
  static holder(folder: string): string | undefined {
    const lock = join(folder, 'run.lock');
    if (!isPlainOrMissing(lock)) throw noLock(lock);
    if (lstatSync(lock, { throwIfNoEntry: false }) === undefined) return undefined;
    const database = new DatabaseSync(lock, { readOnly: true, timeout: 0 });
    try {
      // Deno takes no timeout together with readOnly, and would wait for 5 s.
      database.exec('pragma busy_timeout = 0; select 1 from sqlite_master');
      return undefined;
    } catch (error) {
      if (/not a database/.test(messageOf(error))) throw noLock(lock);
      if (!/locked/.test(messageOf(error))) throw error;
      return describe(join(folder, 'run.json'));
    } finally {
      database.close();
    }
  }

  /**
   * Finds out by the note of a run alone whether one seems to be going on, and touches no lock. Another process that got the
   * id of a killed run counts as that run.
   * @returns the same as {@link holder}
   */
  static noted(folder: string): string | undefined {
    const note = join(folder, 'run.json');
    const run = readNote(note);
    return run && isAlive(run.pid) ? describe(note) : undefined;
  }

  /** Never throws: how the run ended counts for more than a note that is left. */
  [Symbol.dispose](): void {
    removeNotes(this.#note);
    this.#database.close();
  }
}

/** Without it a second run can't say who is at work; on a full disk that must not keep the zips from being delivered. */
function leaveNote(note: string, startedAt: Date): void {
  const part = `${note}.part`;
  try {
    // A link of that name is replaced: what it leads to is not ours.
    rmSync(part, { force: true });
    writeFileSync(part, JSON.stringify({ pid: process.pid, started_at: startedAt }), { mode: 0o600, flag: 'wx' });
    renameSync(part, note);
  } catch {
    removeNotes(note, part);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process is one, too.
    return codeOf(error) === 'EPERM';
  }
}

/** What is a folder stays: it is not of sade's making. */
function removeNotes(...notes: string[]): void {
  for (const note of notes)
    try {
      rmSync(note, { force: true });
    } catch {
      // The next run tries again.
    }
}

/** SQLite would follow a link, and wait for what is no file. */
function isPlainOrMissing(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}

function noLock(path: string): ConfigurationError {
  return new ConfigurationError([`${path} is not the lock file that sade makes`], {
    advice: `Check what put it there, and remove it. The next run creates it again: rm -r ${shellWord(path)}`,
  });
}

function describe(note: string): string {
  const run = readNote(note);
  return run ? `: process ${run.pid}, started ${inLocalTime(run.startedAt)}` : '';
}

/** What a run leaves of itself as long as it goes on. */
export interface RunNote {
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

function readNote(note: string): RunNote | undefined {
  try {
    const { pid, started_at, startedAt = started_at } = JSON.parse(readFileSync(note, 'utf8'));
    return Number.isNaN(Date.parse(startedAt)) ? undefined : { pid, startedAt };
  } catch {
    return undefined;
  }
}
