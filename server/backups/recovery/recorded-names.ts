import { Backup } from '../../entities/backup.entity.ts';
import type { EntityManager } from '../../history/orm.ts';

/** The names of the zips of a database. */
export interface RecordedNames {
  /** That the history knows. */
  readonly all: Set<string>;
  /** Those of them that were not removed. */
  readonly present: Set<string>;
}

/** @returns the names of all zips of a database that the history knows */
export async function recordedNames(em: EntityManager, database: string): Promise<RecordedNames> {
  const backups = await em.fork().find(Backup, { database: { name: database } }, { fields: ['fileName', 'removedAt'] });
  const names = (some: typeof backups) => new Set(some.map(({ fileName }) => fileName));
  return { all: names(backups), present: names(backups.filter(({ removedAt }) => !removedAt)) };
}
