import type { Backup } from '../entities/backup.entity.ts';
import { isPresent } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { allBackups } from '../history/tables.ts';

/**
 * @param backup with its database
 * @returns whether nothing complete and sound of its database would be left without it
 */
export async function isLastComplete(em: EntityManager, backup: Backup): Promise<boolean> {
  if (backup.state !== 'complete' || backup.damage || backup.madeFor) return false;
  const { id, database } = backup;
  const [other] = await readRows(em, others.where('b.database_id', '=', database.id).where('b.id', '!=', id).limit(1));
  return other === undefined;
}

const others = allBackups
  .select('b.id')
  .where('b.state', '=', 'complete')
  .where('b.damage', 'is', null)
  .where('b.made_for', 'is', null)
  .where(isPresent('b'));
