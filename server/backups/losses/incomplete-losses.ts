import { type FindingList, isLoss } from '../../../protocol/finding.ts';
import { type Backup, findingsOf } from '../../entities/backup.entity.ts';
import { listOf } from '../../history/conditions.ts';
import { fromStore } from '../../history/dialect.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import type { SummarizedBackup } from '../queries/summarized-backup.ts';
import { referenceIdIn, shownFindings } from './loss.ts';

interface Row {
  readonly id: number;
  readonly database_id: number;
  readonly findings: string | null;
}

interface ReferenceRow {
  readonly id: number;
  readonly database_id: number;
  readonly taken_at: number | string;
  readonly state: Backup['state'];
  readonly damage: string | null;
}

/**
 * Looks up what incomplete backups lack that an older one has, which no one can accept. Reads the findings of those few alone that
 * have lost something, in two statements for all; where the one that has it
 * is damaged now, the advice leads to the report, which looks for another.
 * @returns for each id of these the findings that say so, each with what to do
 */
export async function incompleteLosses(
  { em }: { em: EntityManager },
  backups: readonly Pick<SummarizedBackup, 'id' | 'state' | 'damage' | 'worstFinding'>[],
): Promise<Map<number, NonNullable<FindingList>>> {
  const ids = backups
    .filter(({ state, damage, worstFinding }) => state === 'incomplete' && !damage && isLoss(worstFinding ?? ''))
    .map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const sql = `select id, database_id, findings from backups where id in ${listOf(ids)}`;
  const found = (await readRows<Row>(em, sql, ids)).map(row => ({ ...row, findings: findingsOf(row) }));
  const references = await referencesOf(
    em,
    found.map(({ findings }) => referenceIdIn(findings)),
  );
  const losses = new Map<number, NonNullable<FindingList>>();
  for (const { id, database_id, findings } of found) {
    const known = references.get(referenceIdIn(findings) ?? 0);
    const reference = known?.database_id === database_id ? { ...known, takenAt: fromStore(known.taken_at) } : null;
    const shown = shownFindings(findings, { id }, { clean: undefined, reference });
    losses.set(
      id,
      shown.filter(({ code }) => isLoss(code)),
    );
  }
  return losses;
}

async function referencesOf(
  em: EntityManager,
  named: readonly (number | undefined)[],
): Promise<Map<number, ReferenceRow>> {
  const ids = named.filter(id => id !== undefined);
  if (ids.length === 0) return new Map();
  const sql = `select id, database_id, taken_at, state, damage from backups where id in ${listOf(ids)}`;
  return new Map((await readRows<ReferenceRow>(em, sql, ids)).map(row => [row.id, row]));
}
