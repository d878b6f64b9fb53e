import { Pin } from '../../entities/pin.entity.ts';
import type { EntityManager } from '../../history/orm.ts';

/** A pin or a hold as the record beside a file has it: without ids, which may be others after a rebuild. */
export type KeptPin = Omit<Pick<Pin, keyof Pin & string>, 'id' | 'backupId'>;

/** @returns all pins and holds that a backup ever had, oldest first */
export function pinsOf(em: EntityManager, backupId: number): Promise<Pin[]> {
  return em.find(Pin, { backupId }, { orderBy: { id: 'asc' } });
}
