import { statfs } from 'node:fs/promises';
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

/** Checks whether the zip fits into the work folder, and, as far as that can be known, the rows onto the disk of the server. */
export async function checkRoom(facts: TargetFacts, options: Options): Promise<Checked> {
  return together([await checkWorkFolder(options), await checkServerDisk(facts, options)]);
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

/** SQL does not tell how much room a server has. Only that of one on this machine can be seen. */
async function checkServerDisk({ dataFolder }: TargetFacts, { backup, target }: Options): Promise<Checked> {
  const needed = backup.dumpBytes;
  if (needed === undefined) return NOTHING_WRONG;
  const { socket, host } = target.server;
  const isHere = socket !== undefined || isLoopback(host ?? '');
  const free = isHere && dataFolder ? await freeBytesIn(dataFolder) : undefined;
  if (free === undefined)
    return warning(`how much room the disk of the server has is not known; the dump has ${formatBytes(needed)}`);
  if (free >= needed) return NOTHING_WRONG;
  return problem(
    `the dump has ${formatBytes(needed)}, and the disk of the server (${dataFolder}) only ${formatBytes(free)} free`,
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
