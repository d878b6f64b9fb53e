import type { RunOutcome } from '../entities/runs/run-outcome.entity.ts';
import { isOneOf } from '../history/conditions.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';

const eb = aliased<{ b: 'backups'; d: 'databases' }>();

const BACKUPS = query
  .selectFrom('backups as b')
  .innerJoin('databases as d', 'd.id', 'b.database_id')
  .select(['b.id', 'd.name']);

/**
 * Finds out of which outcomes the history has the backup. Which one it is was said by the client: it must be of that database.
 * @param outcomes 1,000 at most
 * @returns the ids of these outcomes
 */
export async function storedBackups(
  { em, scope }: Reading,
  outcomes: ReadonlyArray<Pick<RunOutcome, 'id' | 'databaseName' | 'backupId'>>,
): Promise<ReadonlySet<number>> {
  const ids = outcomes.flatMap(({ backupId }) => backupId ?? []);
  const inScope = eb.and([isOneOf(eb.ref('b.id'), ids), ...isInScope(eb.ref('d.name'), scope)]);
  const rows = ids.length === 0 ? [] : await readRows(em, BACKUPS.where(inScope));
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const stored = outcomes.filter(
    ({ backupId, databaseName }) => backupId != null && names.get(backupId) === databaseName,
  );
  return new Set(stored.map(({ id }) => id));
}
