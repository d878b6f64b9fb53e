import type { Logger } from 'pino';
import { Database } from '../../entities/database.entity.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { Storage } from '../../storage/storage.ts';
import { recordedNames } from './recorded-names.ts';

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
  for (const database of unlisted)
    missing += await countMissing({ em, storage }, database, [...(await recordedNames(em, database)).present]);
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
  for (const fileName of names.filter(name => present.has(name))) {
    const address = { database, fileName };
    await using file = await storage.exclusively(address, () => storage.open(address));
    if (!file) missing += 1;
  }
  return missing;
}
