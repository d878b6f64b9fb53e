import { CompiledQuery } from 'kysely';
import { throwFrom } from '../error-origin.ts';
import { nextTurn } from '../process/turns.ts';
import type { EntityManager } from './orm.ts';

/**
 * Reads rows as the store has them. Its values go beside the statement: MikroORM's `execute` writes them into it, and
 * SQLite would have to prepare each anew, which takes longer than to run it.
 * @param values for the question marks in `sql`
 */
export async function readRows<Row extends object>(
  em: EntityManager,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  // SQLite answers within this process, which does nothing else meanwhile: others have their turn before each statement.
  await nextTurn();
  const began = performance.now();
  const query = CompiledQuery.raw(sql, [...values]);
  const { rows } = await em.getKysely().executeQuery<Row>(query).catch(throwFrom('history'));
  em.config.getLogger().logQuery({ query: sql, params: values, took: performance.now() - began });
  return rows;
}
