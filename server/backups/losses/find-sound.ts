import { type Manifest, parseManifest } from '../../../protocol/manifest.ts';
import { type Backup, findingsOf } from '../../entities/backup.entity.ts';
import { columns } from '../../history/columns.ts';
import { isPresent } from '../../history/conditions.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { allBackups } from '../../history/tables.ts';
import { manifestsById } from '../queries/listed-backup.ts';
import { wantedOptions } from './comparable.ts';
import { lossKeys } from './compare-inventories.ts';
import { manifestTurn } from './manifest-turns.ts';

/** A sound backup that has what was lost. */
export type SoundBackup = Pick<Backup, 'id' | 'fileName' | 'takenAt'>;

/** No older ones are looked at: each costs a manifest. */
const CANDIDATES = 100;

/**
 * Finds another backup that still has what was lost, when the one that it was compared with is damaged or removed: the newest one that is
 * sound and complete, has every object that is gone, and has not lost the rows itself.
 * @param id of the backup with the loss
 * @param referenceId of the one that it was compared with
 * @returns null when none of the last ones has it, or no one can tell
 */
export async function findSound(
  { em }: { em: EntityManager },
  { id, referenceId }: { id: number; referenceId: number },
): Promise<SoundBackup | null> {
  const [newer] = await readRows(em, allBackups.select(columns('b', PLACE)).where('b.id', '=', id));
  const [shrunken, reference] = [await manifestOf(em, id), await manifestOf(em, referenceId)];
  if (!newer || !shrunken || !reference) return null;
  const lost = [...lossKeys(shrunken, reference)];
  const candidates = await readRows(
    em,
    soundBackups
      .where('b.database_id', '=', newer.databaseId)
      .where('b.sorted_at', '<=', newer.sortedAt)
      .where('b.id', 'not in', [id, referenceId]),
  );
  const leftOut = new Set(wantedOptions(reference.findings));
  for (const candidate of candidates) {
    if (!wantedOptions(findingsOf(candidate)).every(option => leftOut.has(option))) continue;
    const manifest = await manifestOf(em, candidate.id);
    if (manifest && hasAll(lost, { manifest, shrunken, reference })) return candidate;
  }
  return null;
}

const PLACE = ['database_id', 'sorted_at'] as const;

const soundBackups = allBackups
  .select(columns('b', ['id', 'file_name', 'taken_at', 'findings']))
  .where('b.state', '=', 'complete')
  .where('b.damage', 'is', null)
  .where('b.manifest', 'is not', null)
  .where(isPresent('b'))
  .orderBy('b.sorted_at', 'desc')
  .orderBy('b.id', 'desc')
  .limit(CANDIDATES);

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
  const [json] = await manifestsById({ em }, [id]);
  return json ? manifestTurn(json.length, () => parseManifest(json)) : undefined;
}
