import { type FindingList, isLoss } from '../../../protocol/finding.ts';
import { findingsOf, storedState, worstFindingOf } from '../../entities/backup.entity.ts';
import { columns, type Selected } from '../../history/columns.ts';
import { isOneOf } from '../../history/conditions.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { allBackups, expressions } from '../../history/tables.ts';
import type { SummarizedBackup } from '../queries/summarized-backup.ts';
import { referenceIdIn, shownFindings } from './loss.ts';

/**
 * Looks up what incomplete backups lack that an older one has, which no one can accept. Reads the findings of those few alone that
 * have lost something, in two statements for all; where the one that has it
 * is damaged or removed now, the advice leads to the report, which looks for another.
 * @returns for each id of these the findings that say so, each with what to do
 */
export async function incompleteLosses(
  { em }: { em: EntityManager },
  backups: readonly Pick<SummarizedBackup, 'id' | 'state' | 'damage' | 'worstFinding'>[],
): Promise<Map<number, NonNullable<FindingList>>> {
  const ids = backups
    .filter(backup => storedState(backup) === 'incomplete' && isLoss(worstFindingOf(backup) ?? ''))
    .map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const lossy = allBackups.select(columns('b', ['id', 'database_id', 'findings'])).where(isOneOf(eb.ref('b.id'), ids));
  const found = (await readRows(em, lossy)).map(row => ({ ...row, findings: findingsOf(row) }));
  const references = await referencesOf(
    em,
    found.map(({ findings }) => referenceIdIn(findings)),
  );
  const losses = new Map<number, NonNullable<FindingList>>();
  for (const { id, databaseId, findings } of found) {
    const known = references.get(referenceIdIn(findings) ?? 0);
    const reference = known?.databaseId === databaseId ? known : null;
    const shown = shownFindings(findings, { id }, { clean: undefined, reference });
    losses.set(
      id,
      shown.filter(({ code }) => isLoss(code)),
    );
  }
  return losses;
}

const REFERENCE = ['id', 'database_id', 'taken_at', 'state', 'damage', 'removed_at'] as const;

type Reference = Selected<(typeof REFERENCE)[number]>;

async function referencesOf(
  em: EntityManager,
  named: readonly (number | undefined)[],
): Promise<Map<number, Reference>> {
  const ids = named.filter(id => id !== undefined);
  if (ids.length === 0) return new Map();
  const found = allBackups.select(columns('b', REFERENCE)).where(isOneOf(eb.ref('b.id'), ids));
  return new Map((await readRows(em, found)).map(row => [row.id, row]));
}

const eb = expressions<'b'>();
