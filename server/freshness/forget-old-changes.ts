import { changeRows } from '../history/insert-rows.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';

/** How long a change of a state is kept: as long as the runs that it follows from. */
const KEEP_MS = 400 * 86_400_000;

/**
 * Deletes changes of states that are more than 400 days old, the oldest first. Called when others were written, so that the table does
 * not grow without end. The state of now, and since when it is, stand in the row of the database.
 * @param now by the clock of the service
 * @param limits `atMost` is how many go at a time
 */
export async function forgetOldChanges(
  em: EntityManager,
  now: Date,
  { atMost }: { readonly atMost: number },
): Promise<void> {
  const old = query
    .selectFrom('state_changes as c')
    .select(['c.id'])
    .where('c.at', '<', new Date(now.getTime() - KEEP_MS))
    .orderBy('c.at')
    .orderBy('c.id')
    .limit(atMost);
  const ids = (await readRows(em, old)).map(({ id }) => id);
  if (ids.length > 0) await changeRows(em, query.deleteFrom('state_changes').where('id', 'in', ids));
}
