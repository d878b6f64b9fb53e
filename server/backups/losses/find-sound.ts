import { type Manifest, parseManifest } from '../../../protocol/manifest.ts';
import { Backup, findingsOf } from '../../entities/backup.entity.ts';
import type { EntityManager } from '../../history/orm.ts';
import { wantedOptions } from './comparable.ts';
import { lossKeys } from './compare-inventories.ts';
import { manifestTurn } from './manifest-turns.ts';

/** A sound backup that has what was lost. */
export type SoundBackup = Pick<Backup, 'id' | 'fileName' | 'takenAt'>;

/** No older ones are looked at: each costs a manifest. */
const CANDIDATES = 100;

/**
 * Finds another backup that still has what was lost, when the one that it was compared with is damaged: the newest one that is
 * sound and complete, has every object that is gone, and has not lost the rows itself.
 * @param id of the backup with the loss
 * @param referenceId of the one that it was compared with
 * @returns null when none of the last ones has it, or no one can tell
 */
export async function findSound(
  { em }: { em: EntityManager },
  { id, referenceId }: { id: number; referenceId: number },
): Promise<SoundBackup | null> {
  const own = em.fork();
  const newer = await own.findOne(Backup, { id }, { fields: ['database', 'sortedAt'] });
  const [shrunken, reference] = [await manifestOf(own, id), await manifestOf(own, referenceId)];
  if (!newer || !shrunken || !reference) return null;
  const lost = [...lossKeys(shrunken, reference)];
  const where = {
    database: newer.database.id,
    state: 'complete',
    damage: null,
    sortedAt: { $lte: newer.sortedAt },
    id: { $nin: [id, referenceId] },
    manifest: { $ne: null },
  };
  const candidates = await own.find(Backup, where as never, {
    orderBy: { sortedAt: 'desc', id: 'desc' },
    limit: CANDIDATES,
    fields: ['fileName', 'takenAt', 'findings'],
  });
  const leftOut = new Set(wantedOptions(reference.findings));
  for (const candidate of candidates) {
    if (!wantedOptions(findingsOf(candidate)).every(option => leftOut.has(option))) continue;
    const manifest = await manifestOf(own, candidate.id);
    if (manifest && hasAll(lost, { manifest, shrunken, reference })) return candidate;
  }
  return null;
}

interface Compared {
  readonly manifest: Manifest;
  readonly shrunken: Manifest;
  readonly reference: Manifest;
}

/** A table that has not been filled yet, or is half empty already, is not what was lost. */
function hasAll(lost: readonly string[], { manifest, shrunken, reference }: Compared): boolean {
  const has = lossKeys(shrunken, manifest);
  const limit = Math.min(shrunken.shrink_limit_percent, HALF);
  const lacks = lossKeys({ ...manifest, shrink_limit_percent: limit }, reference);
  return lost.every(key => has.has(key) && !lacks.has(key) && !lacks.has(key.replace(/^table /, 'rows ')));
}

const HALF = 50;

/** One at a time in memory: it may be large. */
async function manifestOf(em: EntityManager, id: number): Promise<Manifest | undefined> {
  const found = await em.fork().findOne(Backup, { id }, { fields: ['manifest'] });
  const json = found?.manifest;
  return json ? manifestTurn(json.length, () => parseManifest(json)) : undefined;
}
