import type { BackupEvents } from '../backups/events/backup-events.ts';
import { changeRecorded } from '../backups/sidecar/change-recorded.ts';
import { Backup } from '../entities/backup.entity.ts';
import { isActive, Pin } from '../entities/pin.entity.ts';
import { Report } from '../entities/report.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import type { FileAddress, Storage } from '../storage/storage.ts';

/** A legal hold keeps the rest. */
export class Held extends Error {}

export interface ErasingBackups {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly now: Date;
  readonly events: BackupEvents;
  readonly signal?: AbortSignal;
}

/** So many are read at a time. */
const PAGE = 100;

/**
 * Erases the backups that a database has now: of each its row with all that hangs on it, then its file, then the record beside that. A crash in
 * between leaves a file without a row, which `eraseOrphans` finds.
 * @throws Held when one of them is under a legal hold
 */
export async function eraseBackups(
  erasing: ErasingBackups,
  { id: database, name }: { id: number; name: string },
): Promise<void> {
  const { em, events, signal } = erasing;
  const newest = await em.fork().findOne(Backup, { database }, { orderBy: { id: 'desc' }, fields: ['id'] });
  if (!newest) return;
  for (;;) {
    const where = { database, id: { $lte: newest.id } };
    const page = await em.fork().find(Backup, where, { orderBy: { id: 'asc' }, limit: PAGE });
    for (const { id, fileName, sortedAt } of page) {
      signal?.throwIfAborted();
      await eraseOne(erasing, id, { database: name, fileName });
      events.changed({ id, sortedAt: sortedAt!, database: name });
    }
    if (page.length < PAGE) return;
  }
}

async function eraseOne({ em, storage, now }: ErasingBackups, id: number, address: FileAddress): Promise<void> {
  await changeRecorded({ em, storage }, id, async ({ backup, pins, em }) => {
    if (pins.some(pin => pin.kind === 'hold' && isActive(pin, now)))
      throw new Held(`backup ${backup.id} is under a legal hold`);
    await em.nativeDelete(Pin, { backupId: id });
    await em.nativeDelete(Report, { backupId: id });
    await em.nativeDelete(Backup, { id });
    return { isChanged: false, result: undefined };
  });
  await removeUnknown({ em, storage }, address);
}

/** Removes what lies in the folder of a database and has no row: an upload that has just begun a new history has its row by then. */
export async function eraseOrphans({ em, storage, signal }: ErasingBackups, name: string): Promise<void> {
  for await (const { database, fileNames, withMetadata } of storage.list()) {
    if (database !== name) continue;
    for (const fileName of new Set([...fileNames, ...withMetadata])) {
      signal?.throwIfAborted();
      await removeUnknown({ em, storage }, { database, fileName });
    }
  }
}

async function removeUnknown(
  { em, storage }: Pick<ErasingBackups, 'em' | 'storage'>,
  address: FileAddress,
): Promise<void> {
  await storage.exclusively(address, async () => {
    const { database: name, fileName } = address;
    if ((await em.fork().count(Backup, { fileName, database: { name } })) === 0) await storage.remove(address);
  });
}
