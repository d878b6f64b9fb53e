import type { FindingList } from '../../protocol/finding.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import type { HistoryManager } from '../history/history.ts';
import type { FileAddress } from '../storage/storage.ts';
import { Backup, findingsOf } from './backup.entity.ts';

/** Further back nobody looks for one that leaves out the same. */
const CANDIDATES = 10;

/**
 * Finds what a backup that is about to be recorded is to be compared with: the last one of its database, older than it,
 * that was complete when it came, and that leaves out the same on purpose, if there is such a one among the last.
 * @param sortedAt by which the new one will be sorted
 * @returns its manifest, or undefined when there is none
 */
export async function findLastComplete(
  em: HistoryManager,
  { database }: FileAddress,
  sortedAt: Date,
  { findings }: Manifest,
): Promise<Manifest | undefined> {
  const where = {
    database: { name: database },
    state: 'complete',
    sortedAt: { $lte: sortedAt },
    manifest: { $ne: null },
  };
  const candidates = await em.find(Backup, where as never, {
    orderBy: { sortedAt: 'desc', id: 'desc' },
    limit: CANDIDATES,
    fields: ['findings'],
  });
  const alike = candidates.find(candidate => leftOut(findingsOf(candidate)) === leftOut(findings));
  const chosen = alike ?? candidates[0];
  if (!chosen) return undefined;
  const { manifest } = await em.findOneOrFail(Backup, { id: chosen.id }, { fields: ['manifest'] });
  return manifest ? (JSON.parse(manifest) as Manifest) : undefined;
}

function leftOut(findings: NonNullable<FindingList>): string {
  const wanted = findings.filter(({ code }) => code === 'PARTIAL_AS_WANTED').map(({ message }) => message);
  return wanted.sort().join('\n');
}
