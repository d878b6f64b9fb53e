import { type CompiledQuery, type Insertable, sql } from 'kysely';
import { throwFrom } from '../error-origin.ts';
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

async function run(em: EntityManager, compiled: CompiledQuery): Promise<void> {
  const startedAt = performance.now();
  const parameters = compiled.parameters.map(value => (value instanceof Date ? toStore(em, value) : value));
  await em
    .getKysely()
    .executeQuery({ ...compiled, parameters })
    .catch(throwFrom('history'));
  em.config.getLogger().logQuery({ query: compiled.sql, params: parameters, took: performance.now() - startedAt });
}

/**
 * Changes or deletes rows, in the transaction that is open, if one is.
 * @throws the error of the store's driver, with the history noted as its origin
 */
export async function changeRows(em: EntityManager, change: Query<unknown>): Promise<void> {
  const compiled = change.compile();
  await em.getKysely().executeQuery(compiled).catch(throwFrom('history'));
}
