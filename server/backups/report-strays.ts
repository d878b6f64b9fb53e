import type { Logger } from 'pino';
import { Database } from '../databases/database.entity.ts';
import type { HistoryManager } from '../history/history.ts';
import type { Storage } from '../storage/storage.ts';
import { recordedNames } from './recorded-names.ts';

/**
 * Compares the storage with the history, database by database, and warns where they differ. It changes nothing: a lost
 * history must not cost the files. A file without a row gets one when it is sent again, or by a rebuild.
 */
export async function reportStrays({
  em,
  storage,
  log,
}: {
  em: HistoryManager;
  storage: Storage;
  log: Logger;
}): Promise<void> {
  let unrecorded = 0;
  let missing = 0;
  const unlisted = new Set((await em.find(Database, {})).map(({ name }) => name));
  for await (const { database, fileNames } of storage.list()) {
    unlisted.delete(database);
    const recorded = await recordedNames(em, database);
    const stored = new Set(fileNames);
    unrecorded += countMissing(stored, recorded);
    missing += countMissing(recorded, stored);
  }
  for (const database of unlisted) missing += (await recordedNames(em, database)).size;
  if (unrecorded > 0) log.warn({ unrecorded }, `${unrecorded} stored files are unknown to the history: ${REBUILD}`);
  if (missing > 0) log.warn({ missing }, `${missing} backups of the history have no stored file any more`);
}

const REBUILD =
  'stop the service and run `npm start -- rebuild`, with the same STORAGE_DIR and DATABASE_URL, to give them back to it';

function countMissing(names: Set<string>, from: Set<string>): number {
  return names.size - [...names].filter(name => from.has(name)).length;
}
