import { tagOrigin } from '../../errors/error-origin.ts';
import type { Disk } from '../file-system/file-system.ts';

/**
 * So much of the disk no upload takes, in bytes. A backup is removed by writing its tombstone first, so a disk that is full to its last
 * byte could never be emptied again by the retention; nor could a history that lies on it write anything.
 */
const RESERVE_BYTES = 64 * 1024 ** 2;
/** Of a small disk it is this part. */
const RESERVE_PART = 0.01;

/**
 * @returns how much uploads may still take of the disk of a folder, and how large it is, in bytes. What is set aside for the system's
 *   administrator is not free to us
 */
export async function roomOf({ fs }: Disk, folder: string): Promise<{ free: number; total: number }> {
  const { bsize, bavail, blocks } = await fs.statfs(folder);
  const total = blocks * bsize;
  const reserve = Math.min(RESERVE_BYTES, Math.ceil(total * RESERVE_PART));
  return { free: Math.max(0, bavail * bsize - reserve), total };
}

/**
 * A file system that does not say how large it is, as some in user space (FUSE), is not full as far as is known.
 * @throws Error with the code ENOSPC when uploads may take no more of the disk of a folder
 */
export async function refuseFullDisk(disk: Disk, folder: string): Promise<void> {
  const room = await roomOf(disk, folder).catch(() => undefined);
  if (!room || room.total === 0 || room.free > 0) return;
  const error = new Error(`ENOSPC: the last of the disk of '${folder}' is kept for what removes backups`);
  throw tagOrigin(Object.assign(error, { code: 'ENOSPC' }), 'storage');
}
