import { columns } from '../history/columns.ts';
import { isOneOf } from '../history/conditions.ts';
import { readRows } from '../history/read-rows.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { allBackups, expressions, query } from '../history/tables.ts';

const eb = expressions<'b'>();

/** A hold has no end but its release, so that no clock decides. */
const held = query
  .selectFrom('pins as p')
  .select('p.backup_id')
  .where('p.kind', '=', 'hold')
  .where('p.released_at', 'is', null);

const MOST = 100;

/** @returns the ids of the first backups of these databases that are under a legal hold */
export async function heldBackups({ em }: Reading, databases: readonly string[]): Promise<number[]> {
  const ids: number[] = [];
  for (const name of databases) {
    const of = query
      .selectFrom('databases as d')
      .select('d.id')
      .where(isOneOf(eb.ref('d.name'), [name]));
    const found = allBackups
      .select(columns('b', ['id']))
      .where('b.database_id', 'in', of)
      .where('b.id', 'in', held)
      .limit(MOST);
    ids.push(...(await readRows(em, found)).map(({ id }) => id));
  }
  return ids;
}
