import type { FindingList } from '../../../protocol/finding.ts';
import { type Manifest, parseManifest } from '../../../protocol/manifest.ts';
import { EVERYTHING } from '../../auth/scope.ts';
import { findingsOf } from '../../entities/backup.entity.ts';
import { columns } from '../../history/columns.ts';
import { isPresent } from '../../history/conditions.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { allBackups, expressions } from '../../history/tables.ts';
import type { FileAddress } from '../../storage/storage.ts';
import { manifestsById } from '../queries/listed-backup.ts';
import { conditionsOf } from '../queries/search-backups.ts';
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
 * same on purpose, if there is such a one among the last. One that was made before a restore holds data that someone did not
 * want: it is skipped, unless its loss was accepted. An accepted loss draws a line: older backups are not considered.
 * @param sortedAt by which the new one will be sorted
 * @returns undefined when there is no such backup
 */
export async function findReference(
  em: EntityManager,
  { database }: FileAddress,
  sortedAt: Date,
  { findings }: Manifest,
): Promise<Reference | undefined> {
  const found = await readRows(
    em,
    candidates
      .where(eb.and(conditionsOf({ scope: EVERYTHING, search: { databaseName: database } })))
      .where('b.sorted_at', '<=', sortedAt),
  );
  const line = found.findIndex(({ acceptedAt }) => acceptedAt !== null);
  const eligible = line < 0 ? found : found.slice(0, line + 1);
  const alike = eligible.find(candidate => leftOut(findingsOf(candidate)) === leftOut(findings));
  const chosen = alike ?? eligible[0];
  if (!chosen) return undefined;
  const { id, fileName } = chosen;
  const [manifest] = await manifestsById({ em }, [id]);
  return manifest ? { id, fileName, manifest: parseManifest(manifest) } : undefined;
}

const eb = expressions<'b'>();

const candidates = allBackups
  .select(columns('b', ['id', 'file_name', 'findings', 'accepted_at']))
  .where('b.state', '=', 'complete')
  .where('b.manifest', 'is not', null)
  .where(isPresent('b'))
  .where(eb.or([eb('b.shrunk_from', 'is', null), eb('b.accepted_at', 'is not', null)]))
  .where(eb.or([eb('b.made_for', 'is', null), eb('b.accepted_at', 'is not', null)]))
  .orderBy('b.sorted_at', 'desc')
  .orderBy('b.id', 'desc')
  .limit(CANDIDATES);

function leftOut(findings: NonNullable<FindingList>): string {
  return wantedOptions(findings).sort().join('\n');
}
