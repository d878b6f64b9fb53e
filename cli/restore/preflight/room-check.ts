import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isLoopback } from '../../mysql/same-machine.ts';
import { formatBytes } from '../../terminal/format.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { TargetFacts } from '../target/target-facts.ts';
import { type Checked, NOTHING_WRONG, problem, together, warning } from './problem.ts';

interface Options {
  readonly backup: BackupToRestore;
  readonly target: RestoreTarget;
  readonly workDir: string;
}

/** What a restore puts on the disk of its server. */
export interface ServerRoom {
  /** Of the dump. */
  readonly neededBytes: number;
  /** Undefined where it can't be seen: SQL does not tell, and the server is on another machine. */
  readonly disk?: Disk | undefined;
}

interface Disk {
  /** Of the server's data. */
  readonly folder: string;
  /** The same for all folders on one disk. */
  readonly device: number;
  readonly freeBytes: number;
}

/** @returns undefined where it is not known how much is loaded */
export async function askServerRoom({ dataFolder }: TargetFacts, options: Options): Promise<ServerRoom | undefined> {
  const { backup, target } = options;
  if (backup.dumpBytes === undefined) return undefined;
  const { socket, host } = target.server;
  const isHere = socket !== undefined || isLoopback(host ?? '');
  return { neededBytes: backup.dumpBytes, disk: isHere && dataFolder ? await diskOf(dataFolder) : undefined };
}

async function diskOf(folder: string): Promise<Disk | undefined> {
  const freeBytes = await freeBytesIn(folder);
  const device = await stat(folder).then(
    ({ dev }) => dev,
    () => undefined,
  );
  return freeBytes === undefined || device === undefined ? undefined : { folder, device, freeBytes };
}

/** Checks whether the zip fits into the work folder, and, as far as that can be known, the rows onto the disk of the server. */
export async function checkRoom(room: ServerRoom | undefined, options: Options): Promise<Checked> {
  return together([await checkWorkFolder(options), checkServerDisk(room)]);
}

async function checkWorkFolder({ backup, workDir }: Options): Promise<Checked> {
  if ('path' in backup.from) return NOTHING_WRONG;
  const free = await freeBytesNear(workDir);
  if (free === undefined || free >= backup.zipBytes) return NOTHING_WRONG;
  return problem(
    `the zip has ${formatBytes(backup.zipBytes)}, and the work folder ${workDir} has only ${formatBytes(free)} free`,
    'Make room there, or choose another with --work-dir.',
    { isForceable: true },
  );
}

function checkServerDisk(room: ServerRoom | undefined): Checked {
  if (!room) return NOTHING_WRONG;
  return room.disk
    ? checkDisk(room.disk, room.neededBytes, 'the dump has')
    : warning(roomNotKnown(room.neededBytes, 'the dump has'));
}

/** @param what such as `the dump has` */
export function roomNotKnown(bytes: number, what: string): string {
  return `how much room the disk of the server has is not known; ${what} ${formatBytes(bytes)}`;
}

/** @param what such as `the dump has` */
export function checkDisk({ folder, freeBytes }: Disk, bytes: number, what: string): Checked {
  if (freeBytes >= bytes) return NOTHING_WRONG;
  return problem(
    `${what} ${formatBytes(bytes)}, and the disk of the server (${folder}) only ${formatBytes(freeBytes)} free`,
    'Make room there. If its data lies on a different disk than that: add --force.',
    { isForceable: true },
  );
}

/** The work folder is made when it is needed. */
async function freeBytesNear(folder: string): Promise<number | undefined> {
  const free = await freeBytesIn(folder);
  return free === undefined && dirname(folder) !== folder ? freeBytesNear(dirname(folder)) : free;
}

function freeBytesIn(folder: string): Promise<number | undefined> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
}
