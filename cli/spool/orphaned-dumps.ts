import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDumpName } from '../../protocol/backup-name.ts';

/** A dump program that goes on although the run that started it has ended. */
export interface OrphanedDump {
  readonly pid: number;
  readonly database: string;
}

/** What the kernel adds to the name of an open file that was removed. */
const DELETED = ' (deleted)';

/** How long the kernel may take to end a process that was killed: it may wait for a disk. */
const ENDING_MS = 5000;

/**
 * Finds the processes whose output is a dump in the work folder. There is no process id to be remembered, which another process
 * could have by now: the file that it has open says what it is. Without `/proc` (other systems than Linux) it finds no processes.
 * @param folder the work folder, in which no run is going on
 */
export function findOrphanedDumps(folder: string): OrphanedDump[] {
  const real = realpathSync(folder);
  return processIds().flatMap(pid => {
    const database = dumpedBy(pid, real);
    return database === undefined ? [] : [{ pid, database }];
  });
}

/**
 * Ends them, and waits until they have ended: two dumps at once are more than a database server may be meant to bear.
 * @param folder the work folder, whose lock is held by this run
 * @returns those that were ended
 */
export async function endOrphanedDumps(folder: string): Promise<OrphanedDump[]> {
  const found = findOrphanedDumps(folder).filter(({ pid }) => kill(pid));
  const real = realpathSync(folder);
  for (const until = Date.now() + ENDING_MS; Date.now() < until; await sleep(20))
    if (found.every(({ pid }) => dumpedBy(pid, real) === undefined)) break;
  return found;
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** @returns the database whose dump in that folder is the output of a process; those of other users can't be accessed */
function dumpedBy(pid: number, folder: string): string | undefined {
  try {
    const path = readlinkSync(`/proc/${pid}/fd/1`);
    const file = path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
    const name = parseDumpName(basename(file));
    return dirname(file) === folder && typeof name !== 'string' ? name.database : undefined;
  } catch {
    return undefined;
  }
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
