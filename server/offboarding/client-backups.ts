import { EVERYTHING, scopeProblem } from '../auth/scope.ts';
import { searchBackups } from '../backups/queries/search-backups.ts';
import { Backup } from '../entities/backup.entity.ts';
import { validationError } from '../errors/errors.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope } from '../history/reading/in-scope.ts';
import { expressions, query } from '../history/tables.ts';

/** @throws AppError 422 unless it is the name of a database, or the beginning of names followed by `*` */
export function checkPattern(pattern: string): void {
  const problem = scopeProblem([pattern]);
  if (problem) throw validationError([{ field: 'client', message: problem }]);
}

/** @returns the databases of a client that have been backed up, by name */
export function clientDatabases(em: EntityManager, pattern: string): Promise<Array<{ id: number; name: string }>> {
  return readRows(em, databases.where(eb.and(isInScope(eb.ref('d.name'), [pattern]))));
}

/** @returns the names of all databases of a client, also of those that were only on a list, or are only watched */
export async function clientNames(em: EntityManager, pattern: string): Promise<string[]> {
  const inPattern = eb.and(isInScope(eb.ref('t.database_name' as never), [pattern]));
  const backedUp = await clientDatabases(em, pattern);
  const names = new Set(backedUp.map(({ name }) => name));
  const listed = query.selectFrom('roster_entries as t').select('t.database_name as name').distinct();
  const watched = query.selectFrom('watched_databases as t').select('t.database_name as name');
  for (const { name } of await readRows(em, listed.where(inPattern))) names.add(name);
  for (const { name } of await readRows(em, watched.where(inPattern))) names.add(name);
  return [...names].sort();
}

const eb = expressions();
const databases = query.selectFrom('databases as d').select(['d.id', 'd.name']).orderBy('d.name');

/** So many are listed at a time. */
const PAGE = 100;

/** Goes through all backups of a database, oldest first: each without its manifest. */
export async function* backupsOf(em: EntityManager, database: number): AsyncGenerator<Backup> {
  const order = { by: 'takenAt', direction: 'asc' } as const;
  for (let after: { id: number; sortedAt: Date; size: number } | undefined; ; ) {
    const page = await searchBackups({ em, scope: EVERYTHING }, { database }, { order, after, limit: PAGE });
    const ids = page.map(({ id }) => id);
    const found = await em.fork().find(Backup, { id: { $in: ids } }, { populate: ['database'], strategy: 'select-in' });
    const byId = new Map(found.map(backup => [backup.id, backup]));
    for (const id of ids) if (byId.has(id)) yield byId.get(id)!;
    after = page.at(-1);
    if (page.length < PAGE) return;
  }
}
