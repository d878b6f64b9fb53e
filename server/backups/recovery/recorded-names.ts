import { Backup } from '../../entities/backup.entity.ts';
import type { EntityManager } from '../../history/orm.ts';

/** @returns the names of all zips of a database that the history knows */
export async function recordedNames(em: EntityManager, database: string): Promise<Set<string>> {
  const backups = await em.fork().find(Backup, { database: { name: database } }, { fields: ['fileName'] });
  return new Set(backups.map(({ fileName }) => fileName));
}
