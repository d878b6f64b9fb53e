import type { Logger } from 'pino';
import { parseBackupName } from '../../../protocol/backup-name.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { Pin } from '../../entities/pin.entity.ts';
import { messageOf } from '../../errors/error-code.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { FileAddress, Storage } from '../../storage/storage.ts';
import { changeRecorded, type LockedBackup } from '../sidecar/change-recorded.ts';
import { readSidecar } from '../sidecar/read-stored.ts';

interface Parts {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly log: Logger;
}

type Recorded = Exclude<Awaited<ReturnType<typeof readSidecar>>, string>;

/**
 * Gives the rows of a history that was put back from a copy what was decided since: pins, legal holds, accepted losses and removals are
 * in the records beside the zips. Where the two differ, the one that keeps a backup wins, and what is done stays done.
 * @returns how many backups were changed
 * @throws what the history throws, and the disk when a record can't be written
 */
export async function catchUpRows({ em, storage, log }: Parts): Promise<number> {
  let changed = 0;
  for await (const { database, fileNames, withMetadata } of storage.list()) {
    const [stored, recorded] = [new Set(fileNames), new Set(withMetadata)];
    const known = await em
      .fork()
      .find(Backup, { database: { name: database } }, { fields: ['fileName', 'sha256', 'removalDue'] });
    for (const { id, fileName, sha256, removalDue } of known) {
      if (!recorded.has(fileName)) continue;
      const record = await recordOf({ storage, log }, { database, fileName });
      if (record?.sha256 !== sha256 || !(removalDue || hasDecisions(record))) continue;
      const isStored = stored.has(fileName);
      if (await changeRecorded({ em, storage }, id, async locked => catchUp(locked, record, isStored))) changed += 1;
    }
  }
  return changed;
}

/** @returns undefined for one that is not sound: the scrub writes it again */
async function recordOf({ storage, log }: Omit<Parts, 'em'>, address: FileAddress): Promise<Recorded | undefined> {
  const { database, fileName } = address;
  const name = parseBackupName(fileName);
  if (typeof name === 'string') return undefined;
  try {
    const record = await readSidecar(storage, { ...name, database });
    return typeof record === 'string' ? undefined : record;
  } catch (error) {
    log.warn({ database, file: fileName }, `the record of ${fileName} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

/** Most have none: their rows need not be locked. */
function hasDecisions({ pins = [], acceptedAt, removedAt }: Recorded): boolean {
  return pins.length > 0 || Boolean(acceptedAt || removedAt);
}

function catchUp(locked: LockedBackup, record: Recorded, isStored: boolean) {
  const changes = [takePins(locked, record), takeAcceptance(locked, record), takeRemoval(locked, record, isStored)];
  const isChanged = changes.includes(true);
  return { isChanged, result: isChanged };
}

function takePins({ backup, pins, em }: LockedBackup, record: Recorded): boolean {
  let isChanged = false;
  for (const kept of record.pins ?? []) {
    const known = pins.find(
      ({ kind, madeBy, madeAt }) =>
        kind === kept.kind && madeBy === kept.madeBy && madeAt.getTime() === kept.madeAt.getTime(),
    );
    if (known && (known.releasedAt || !kept.releasedAt)) continue;
    if (known) Object.assign(known, { releasedAt: kept.releasedAt, releasedBy: kept.releasedBy });
    else em.create(Pin, { ...kept, backupId: backup.id });
    isChanged = true;
  }
  return isChanged;
}

function takeAcceptance({ backup }: LockedBackup, { acceptedAt, acceptedBy, acceptedFor }: Recorded): boolean {
  if (!acceptedAt || backup.acceptedAt || !backup.shrunkFrom) return false;
  Object.assign(backup, { acceptedAt, acceptedBy, acceptedFor });
  return true;
}

/** One that is only planned is not taken: it may have been taken back since, and the retention plans it again. */
function takeRemoval({ backup }: LockedBackup, record: Recorded, isStored: boolean): boolean {
  if (backup.removedAt) return false;
  const { removedAt, removedBy, removedFor, removalKind, removalDue } = record;
  if (removedAt) {
    const due = isStored ? removalDue : null;
    Object.assign(backup, { removedAt, removedBy, removedFor, removalKind, removalDue: due, damage: null });
    return true;
  }
  if (!backup.removalDue || removalDue) return false;
  Object.assign(backup, { removalDue: null, removedBy: null, removedFor: null, removalKind: null });
  return true;
}
