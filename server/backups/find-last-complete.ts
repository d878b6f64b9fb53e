import type { Manifest } from '../../protocol/manifest.ts';
import type { HistoryManager } from '../history/history.ts';
import type { FileAddress } from '../storage/storage.ts';
import { Backup } from './backup.entity.ts';

/**
 * Finds what a backup that is about to be recorded is to be compared with: the last complete one of its database, older
 * than it, whose file is still sound.
 * @param takenAt when the dump of the new one began
 * @returns its manifest, or undefined when there is none
 */
export async function findLastComplete(
  em: HistoryManager,
  { database }: FileAddress,
  takenAt: Date,
): Promise<Manifest | undefined> {
  const backup = await em.findOne(
    Backup,
    {
      database: { name: database },
      state: 'complete',
      takenAt: { $lte: takenAt },
      manifest: { $ne: null },
    },
    { orderBy: { takenAt: 'desc', id: 'desc' }, fields: ['manifest'] },
  );
  return backup?.manifest ? (JSON.parse(backup.manifest) as Manifest) : undefined;
}
