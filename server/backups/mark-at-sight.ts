import { Backup } from '../entities/backup.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';
import { damageAtSight } from './damage-at-sight.ts';
import type { BackupEvents } from './events/backup-events.ts';

interface Parts {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly events: BackupEvents;
}

/**
 * Checks whether the file of a backup is there and as long as it was received, and marks the backup as damaged where it is
 * not, as the scrub would: all answers show that from then on. The file is not read.
 * @param backup with its database
 * @returns what is wrong with it in one short sentence, or undefined
 * @throws StorageAway, and then nothing is marked; what the history throws
 */
export async function markAtSight(parts: Parts, backup: Backup): Promise<string | undefined> {
  if (backup.removedAt || backup.damage) return backup.damage ?? undefined;
  if (!(await look(parts.storage, backup))) return undefined;
  // An upload of the same file may just have put it there, and a removal may just have taken it.
  return parts.storage.exclusively(addressOf(backup), () => lookAgain(parts, backup.id));
}

async function lookAgain({ em, storage, events }: Parts, id: number): Promise<string | undefined> {
  const backup = await em.fork().findOne(Backup, { id }, { populate: ['database'] });
  if (!backup || backup.removedAt || backup.damage) return backup?.damage ?? undefined;
  const damage = await look(storage, backup);
  if (!damage) return undefined;
  const { sha256, sortedAt, database } = backup;
  const seen = { id, sha256, damage: null, removedAt: null };
  const marked = await em.fork().nativeUpdate(Backup, seen, { damage, checkedAt: new Date() });
  if (marked === 1) events.changed({ id, sortedAt: sortedAt!, database: database.name });
  return damage;
}

async function look(storage: Storage, backup: Backup): Promise<string | undefined> {
  await using file = await storage.open(addressOf(backup));
  return damageAtSight(file, backup.size);
}

function addressOf({ database, fileName }: Backup) {
  return { database: database.name, fileName };
}
