import { type CompiledQuery, type Insertable, type QueryResult, sql } from 'kysely';
import { throwFrom } from '../errors/error-origin.ts';
import { isSqlite, toStore } from './dialect.ts';
import type { EntityManager } from './orm.ts';
import type { Query } from './read-rows.ts';
import { query, type Tables } from './tables.ts';

/**
 * Adds rows to a table, all or none, in the transaction that is open, if one is. For tables that get many: MikroORM takes
 * twice as long for one.
 * @throws the error of the store's driver, with the history noted as its origin
 */
export async function insertRows<Name extends keyof Tables>(
  em: EntityManager,
  table: Name,
  rows: ReadonlyArray<Insertable<Tables[Name]>>,
): Promise<void> {
  await run(em, query.insertInto(table).values(rows).compile());
}

/**
 * Adds those rows whose keys the table does not have yet, in the transaction that is open, if one is. Another process may add the
 * same ones meanwhile.
 * @throws the error of the store's driver, with the history noted as its origin
 */
export async function insertNewRows<Name extends keyof Tables>(
  em: EntityManager,
  table: Name,
  rows: ReadonlyArray<Insertable<Tables[Name]>>,
): Promise<void> {
  const insert = query.insertInto(table).values(rows);
  // MySQL's `insert ignore` would also cut a text that is too long for its column.
  await run(
    em,
    (isSqlite(em)
      ? insert.onConflict(on => on.doNothing())
      : insert.modifyEnd(sql`on duplicate key update id = id`)
    ).compile(),
  );
}

/**
 * Changes or deletes rows, in the transaction that is open, if one is.
 * @returns how many rows its conditions have found
 * @throws the error of the store's driver, with the history noted as its origin
 */
export async function changeRows(em: EntityManager, change: Query<unknown>): Promise<number> {
  const { numAffectedRows } = await run(em, change.compile());
  return Number(numAffectedRows ?? 0n);
}

async function run(em: EntityManager, compiled: CompiledQuery): Promise<QueryResult<unknown>> {
  const startedAt = performance.now();
  const parameters = compiled.parameters.map(value => (value instanceof Date ? toStore(em, value) : value));
  const result = await em
    .getKysely()
    .executeQuery({ ...compiled, parameters })
    .catch(throwFrom('history'));
  em.config.getLogger().logQuery({ query: compiled.sql, params: parameters, took: performance.now() - startedAt });
  return result;
}
