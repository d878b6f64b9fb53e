import type { Backup } from '../../entities/backup.entity.ts';
import { hasCode } from '../../errors/error-code.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { ReceivedFile, Storage } from '../../storage/storage.ts';
import { ensureSidecar } from '../sidecar/ensure-sidecar.ts';
import { storedDigest } from '../sidecar/stored-digest.ts';

/**
 * Sees to it that a backup which was received before, and whose bytes have come again, really is stored: one that went
 * missing comes back, one that has rotted is set aside and replaced. The client may remove its copy after this answer, so
 * the stored bytes are read, also when the history reports them as sound.
 * @param recorded what the history knows of it; the same bytes as `received`
 * @returns the backup, sound again
 */
export async function handleDuplicateUpload(
  { em, storage }: { em: EntityManager; storage: Storage },
  recorded: Backup,
  received: ReceivedFile,
): Promise<Backup> {
  if (!(await received.publish()) && !(await isSound(storage, received)) && !(await received.replace()))
    throw new Error(
      `${received.address.fileName} was moved away because it was damaged, but a file with that name exists again`,
    );
  await ensureSidecar({ em, storage }, recorded.id);
  recorded.damage = null;
  recorded.checkedAt = new Date();
  await em.flush();
  return recorded;
}

async function isSound(storage: Storage, { address, size, sha256 }: ReceivedFile): Promise<boolean> {
  await using file = await storage.open(address);
  if (file?.size !== size) return false;
  try {
    return (await storedDigest(file)) === sha256;
  } catch (error) {
    // A bad sector is damage like any other.
    if (hasCode(error, 'EIO')) return false;
    throw error;
  }
}
