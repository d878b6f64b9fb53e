import type { Logger } from 'pino';
import { Database } from '../../entities/database.entity.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { Storage } from '../../storage/storage.ts';
import { presentNames, recordedNames } from './recorded-names.ts';

interface Stores {
  readonly em: EntityManager;
  readonly storage: Storage;
}

/**
 * Compares the storage with the history, database by database, and warns where they differ. It changes nothing: a lost
 * history must not cost the files. A file without a row gets one when it is sent again, or by a rebuild.
 *
 * Uploads go on meanwhile, and the two are not read at the same moment: what differs is looked at once more.
 */
export async function reportOrphans({ em, storage, log }: Stores & { log: Logger }): Promise<void> {
  let unrecorded = 0;
  let missing = 0;
  const unlisted = new Set((await em.find(Database, {})).map(({ name }) => name));
  for await (const { database, fileNames } of storage.list()) {
    unlisted.delete(database);
    const recorded = await recordedNames(em, database);
    const stored = new Set(fileNames);
    unrecorded += await countUnrecorded({ em, storage }, database, without(stored, recorded.all));
    missing += await countMissing({ em, storage }, database, without(recorded.present, stored));
  }
  missing += await countWithoutFolder({ em, storage }, unlisted);
  if (unrecorded > 0) log.warn({ unrecorded }, `${unrecorded} stored files are not in the history: ${REBUILD}`);
  if (missing > 0) log.warn({ missing }, `${missing} backups of the history have no stored file any more`);
}

const REBUILD = 'stop the service and run sudo lumbung rebuild to add them to it';

function without(names: Set<string>, others: Set<string>): string[] {
  return [...names].filter(name => !others.has(name));
}

/** @param names of files that had no row a moment ago: those that an upload has just stored get theirs in the same turn */
async function countUnrecorded({ em, storage }: Stores, database: string, names: string[]): Promise<number> {
  if (names.length === 0) return 0;
  for (const fileName of names) await storage.exclusively({ database, fileName }, async () => {});
  const { all } = await recordedNames(em, database);
  return names.filter(name => !all.has(name)).length;
}

/** @param names of backups whose file was not there a moment ago: it may have come, be put in place of a bad one, or be removed */
async function countMissing({ em, storage }: Stores, database: string, names: string[]): Promise<number> {
  if (names.length === 0) return 0;
  let missing = 0;
  const { present } = await recordedNames(em, database);
  for (const fileName of names.filter(name => present.has(name)))
    if (!(await hasFile(storage, database, fileName))) missing += 1;
  return missing;
}

async function hasFile(storage: Storage, database: string, fileName: string): Promise<boolean> {
  const address = { database, fileName };
  await using file = await storage.exclusively(address, () => storage.open(address));
  return file !== undefined;
}

/**
 * Of a storage that was lost, to ask for each file takes a quarter of an hour with three million. A folder that is still not there when
 * the names are known has none of these files: a row comes after its file.
 * @param databases that had no folder a moment ago
 * @throws StorageAway when the folder of one is on a disk that is away
 */
async function countWithoutFolder({ em, storage }: Stores, databases: Iterable<string>): Promise<number> {
  const counts = new Map<string, number>();
  for (const database of databases) {
    const { count, newest } = await presentNames(em, database);
    // What is away is not gone: only an open file, or none, tells.
    if (newest !== null) await hasFile(storage, database, newest);
    counts.set(database, count);
  }
  if (counts.size === 0) return 0;
  const stored = new Set<string>();
  for await (const { database } of storage.list()) stored.add(database);
  let missing = 0;
  for (const [database, count] of counts)
    if (stored.has(database))
      missing += await countMissing({ em, storage }, database, [...(await recordedNames(em, database)).present]);
    else missing += Math.min(count, (await presentNames(em, database)).count); // what was removed meanwhile is not missing
  return missing;
}
