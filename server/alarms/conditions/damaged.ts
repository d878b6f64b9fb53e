import { readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import type { Looking } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

/** More are not alarms of their own: by then the disk is to blame, and all know. */
const MOST = 1_000;

/** Finds the stored backups whose file has changed or is gone, but for those that someone has forgotten: they are seen to. */
export async function damaged({ em }: Looking): Promise<Condition[]> {
  const rows = await readRows(em, DAMAGED);
  return rows.map(({ id, name, fileName, damage, checkedAt, receivedAt }) => ({
    ...{ kind: 'damaged', subject: fileName, database: name, source: STORAGE, severity: 'critical' },
    since: checkedAt ?? receivedAt,
    summary: `Backup ${id} of ${name} is damaged: ${damage}`,
    advice:
      'Check the disk of the storage, and back these databases up again: sade backup --only NAME. Then put each file back from a copy, or forget its backup: sudo lumbung forget ID --reason WHY',
  }));
}

/** It comes from no host: what is damaged together, is told together. */
const STORAGE = 'storage of the service';

const eb = aliased<{ b: 'backups' }>();

const DAMAGED = query
  .selectFrom('backups as b')
  .innerJoin('databases as d', 'd.id', 'b.database_id')
  .where('b.damage', 'is not', null)
  .where('b.removed_at', 'is', null)
  // The retention is no one who has seen it.
  .where(eb.or([eb('b.removal_due', 'is', null), eb('b.removal_kind', '=', 'retention')]))
  .orderBy('b.damage')
  .orderBy('b.sorted_at', 'desc')
  .orderBy('b.id', 'desc')
  .limit(MOST)
  .select([
    'b.id',
    'd.name',
    'b.file_name as fileName',
    'b.damage',
    'b.checked_at as checkedAt',
    'b.received_at as receivedAt',
  ]);
