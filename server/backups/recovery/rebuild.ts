import type { Logger } from 'pino';
import { Backup } from '../../entities/backup.entity.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { FileAddress, Storage } from '../../storage/storage.ts';
import { damageAtSight } from '../damage-at-sight.ts';
import { insertBackup, type Recordable, recordBackup } from '../sidecar/insert-backup.ts';
import { readSidecar, readZip } from '../sidecar/read-stored.ts';
import { type OrphanFile, orphanFiles } from './orphan-files.ts';

interface Rebuilding {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly log: Logger;
  /** Whether the dump in a zip without a record is read, too. */
  readonly verifyUploads: boolean;
}

/** How many backups a rebuild gave a row, and how many not. */
interface Rebuilt {
  /** By the record beside them, with the id that they had. */
  fromRecord: number;
  /** By their record, with a new id, since theirs belongs to another. */
  renumbered: number;
  /** By reading the zip. */
  fromZip: number;
  /** Those of the first two whose record is a tombstone: they were removed, and stay so. */
  removed: number;
  /** Those of the first two whose zip is gone, and was not removed. */
  gone: number;
  /** Not at all: the log says why. */
  failed: number;
}

/**
 * Gives a row to every stored zip that the history does not know, and to every record whose zip is gone. It changes
 * neither rows nor zips that are there, and may be run again. No service may run on the same storage meanwhile.
 * @throws what the history store throws, and the disk when a record can't be written
 */
export async function rebuildHistory(rebuilding: Rebuilding): Promise<Rebuilt> {
  const rebuilt: Rebuilt = { fromRecord: 0, renumbered: 0, fromZip: 0, removed: 0, gone: 0, failed: 0 };
  const files: OrphanFile[] = [];
  for await (const file of orphanFiles(rebuilding)) {
    if ('problem' in file) leave(rebuilding, rebuilt, file.address, file.problem);
    else files.push(file);
  }
  // Backups that keep their ids come first: a new id must be above all of those.
  const others: OrphanFile[] = [];
  for (const file of files.sort(byId))
    if (file.recorded && !(await isTaken(rebuilding, file.recorded.id))) await takeIn(rebuilding, rebuilt, file, true);
    else others.push(file);
  for (const file of others.sort(byAge)) await takeIn(rebuilding, rebuilt, file, false);
  return rebuilt;
}

/** Of two that claim one id the one that was received later comes first, and so keeps it. */
function byId({ recorded: a }: OrphanFile, { recorded: b }: OrphanFile): number {
  if (!a || !b) return Number(!a) - Number(!b);
  return a.id - b.id || b.receivedAt.getTime() - a.receivedAt.getTime();
}

function byAge(a: OrphanFile, b: OrphanFile): number {
  return a.name.takenAt.getTime() - b.name.takenAt.getTime();
}

async function isTaken({ em }: Rebuilding, id: number): Promise<boolean> {
  return (await em.fork().count(Backup, { id })) > 0;
}

async function takeIn(rebuilding: Rebuilding, rebuilt: Rebuilt, file: OrphanFile, keepsId: boolean): Promise<void> {
  const { storage, log } = rebuilding;
  const em = rebuilding.em.fork();
  const learned = await learn(rebuilding, file).catch((error: Error) => error);
  if (learned instanceof Error) return leave(rebuilding, rebuilt, file.name, learned.message);
  const { id, ...rest } = learned;
  const damage = rest.removedAt ? undefined : await lookAt(storage, file, rest.size);
  const recordable = {
    ...rest,
    ...removalLeft(file, rest),
    ...(keepsId && id !== undefined && { id }),
    ...(damage && { damage }),
  };
  // A record that says the same is right already; one that can't be understood is for a person to look at.
  const give = keepsId || file.recordProblem ? insertBackup : recordBackup;
  const failure = await give({ em, storage }, recordable).then(() => undefined, reasonOf);
  if (failure !== undefined) return leave(rebuilding, rebuilt, file.name, failure);
  if (file.recordProblem)
    log.warn(of(file.name), `the record of ${file.name.fileName} ${file.recordProblem}: its zip was read instead`);
  rebuilt[keepsId ? 'fromRecord' : file.recorded ? 'renumbered' : 'fromZip'] += 1;
  if (rest.removedAt) rebuilt.removed += 1;
  else if (!file.isStored) rebuilt.gone += 1;
}

/** Of a removal that a crash has cut off the file is still there: the service removes it, as it does with others. */
function removalLeft({ isStored }: OrphanFile, { removedAt, removalDue }: Recordable): Pick<Recordable, 'removalDue'> {
  return { removalDue: removedAt && !isStored ? null : (removalDue ?? null) };
}

async function learn({ storage, verifyUploads }: Rebuilding, { name, recorded }: OrphanFile): Promise<Recordable> {
  if (!recorded) return readZip(storage, name, { verifyUploads });
  const record = await readSidecar(storage, name);
  if (typeof record === 'string') throw new Error(`its record ${record}`);
  return record;
}

/** The store's message begins with the whole statement. */
function reasonOf(error: Error): string {
  return error.message.slice(-300);
}

function leave({ log }: Rebuilding, rebuilt: Rebuilt, address: FileAddress, reason: string): void {
  rebuilt.failed += 1;
  log.error(of(address), `${address.fileName} was not added to the history, and is not changed: ${reason}`);
}

function of({ database, fileName }: FileAddress) {
  return { database, file: fileName };
}

/** What was known about damage is lost with the history. A missing file or a wrong size can be found at once. */
async function lookAt(storage: Storage, { name, isStored }: OrphanFile, size: number): Promise<string | undefined> {
  await using file = isStored ? await storage.open(name) : undefined;
  return damageAtSight(file, size);
}
