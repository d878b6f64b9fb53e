import type { FindingList } from '../../../protocol/finding.ts';
import { type Manifest, parseManifest } from '../../../protocol/manifest.ts';
import { Backup, findingsOf } from '../../entities/backup.entity.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { FileAddress } from '../../storage/storage.ts';
import { wantedOptions } from './comparable.ts';

/** The backup that a newer one is compared with. */
export interface Reference {
  readonly id: number;
  readonly fileName: string;
  readonly manifest: Manifest;
}

/** The search for a backup that leaves out the same ends here. */
const CANDIDATES = 100;

/**
 * Finds what a backup that is about to be recorded is to be compared with: the last one of its database, older than it,
 * of any age, that was complete when it was received and has no loss that no one has accepted; rather one that leaves out the
 * same on purpose, if there is such a one among the last. An accepted loss draws a line: older backups are not considered.
 * @param sortedAt by which the new one will be sorted
 * @returns undefined when there is no such backup
 */
export async function findReference(
  em: EntityManager,
  { database }: FileAddress,
  sortedAt: Date,
  { findings }: Manifest,
): Promise<Reference | undefined> {
  const where = {
    database: { name: database },
    state: 'complete',
    sortedAt: { $lte: sortedAt },
    manifest: { $ne: null },
    $or: [{ shrunkFrom: null }, { acceptedAt: { $ne: null } }],
  };
  const found = await em.find(Backup, where as never, {
    orderBy: { sortedAt: 'desc', id: 'desc' },
    limit: CANDIDATES,
    fields: ['findings', 'acceptedAt'],
  });
  const line = found.findIndex(({ acceptedAt }) => acceptedAt != null);
  const candidates = line < 0 ? found : found.slice(0, line + 1);
  const alike = candidates.find(candidate => leftOut(findingsOf(candidate)) === leftOut(findings));
  const chosen = alike ?? candidates[0];
  if (!chosen) return undefined;
  const { id, fileName, manifest } = await em.findOneOrFail(
    Backup,
    { id: chosen.id },
    { fields: ['fileName', 'manifest'] },
  );
  return manifest ? { id, fileName, manifest: parseManifest(manifest) } : undefined;
}

function leftOut(findings: NonNullable<FindingList>): string {
  return wantedOptions(findings).sort().join('\n');
}
