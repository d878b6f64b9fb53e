import { isSqlite } from '../../server/history/dialect.ts';
import type { Orm } from '../../server/history/orm.ts';

/** Has the store count what it holds, which its plans go by. */
export async function analyze({ em }: Orm): Promise<void> {
  await em.fork().execute(isSqlite(em) ? 'analyze' : 'analyze table backups');
}

/** @returns what the store says of how it would answer a statement, a line for each step */
export async function planOf({ em }: Orm, sql: string): Promise<string> {
  const how = isSqlite(em) ? 'query plan' : 'format=traditional';
  const rows = await em.fork().execute(`explain ${how} ${sql}`);
  return rows.map(row => JSON.stringify(row)).join('\n');
}
