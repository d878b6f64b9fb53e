import { Pin } from '../entities/pin.entity.ts';
import type { EntityManager } from '../history/orm.ts';

/** So many are asked for in one statement. */
const AT_ONCE = 500;

/** @returns for each id the pins and the holds that the backup ever had, oldest first */
export async function pinsOfBackups({ em }: { em: EntityManager }, ids: readonly number[]): Promise<Pin[][]> {
  const pins: Pin[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE);
    pins.push(...(await em.fork().find(Pin, { backupId: { $in: some } }, { orderBy: { id: 'asc' } })));
  }
  const byBackup = Map.groupBy(pins, ({ backupId }) => backupId);
  return ids.map(id => byBackup.get(id) ?? []);
}
