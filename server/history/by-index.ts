import { isSqlite } from './dialect.ts';
import type { EntityManager } from './orm.ts';

/** @returns `backups b`, to be read by one index and no other: where a planner guesses wrong, a statement takes minutes */
export function backupsBy(em: EntityManager, index: string): string {
  return isSqlite(em) ? `backups b indexed by ${index}` : `backups b force index (${index})`;
}
