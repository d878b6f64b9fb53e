import { readdirSync, rmSync, statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

/** The file system of Linux that is kept in memory (tmpfs(5)). */
const IN_MEMORY = '/dev/shm';
/** `f_type` of statfs(2). */
const TMPFS_MAGIC = 0x01021994;
/** So much has to be free there, and of the machine's memory, in bytes; a server takes about 10 to 200 MiB. */
const ROOM = 3 * 1024 ** 3;

/** Decided once: files are moved and linked from one such folder to another. */
let isInMemory: boolean | undefined;

/**
 * Makes a temporary folder for files of which no test asks whether they outlast the machine: in memory where there is plenty of it.
 * A database server that creates tables waits for the disk ten times as long as it works.
 * @param prefix of its name
 * @param room how many bytes must be free for it
 * @returns its path; the caller removes it. That of a process that was killed is removed by the next one that asks
 */
export function makeMemoryFolder(prefix: string, room = ROOM): Promise<string> {
  isInMemory ??= hasRoomInMemory(room);
  if (!isInMemory) return mkdtemp(join(tmpdir(), prefix));
  for (const name of readdirSync(IN_MEMORY)) if (isAbandoned(name, prefix)) remove(join(IN_MEMORY, name));
  return mkdtemp(join(IN_MEMORY, `${prefix}${process.pid}-`));
}

function hasRoomInMemory(room: number): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(IN_MEMORY);
    return type === TMPFS_MAGIC && bavail * bsize > room && freemem() > room;
  } catch {
    return false;
  }
}

function isAbandoned(name: string, prefix: string): boolean {
  if (!name.startsWith(prefix)) return false;
  const pid = Number(/^(\d+)-/.exec(name.slice(prefix.length))?.[1]);
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Another process may be at it, too. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {}
}
