import type { Insertable } from 'kysely';
import { throwFrom } from '../error-origin.ts';
import { toStore } from './dialect.ts';
import type { EntityManager } from './orm.ts';
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
  const startedAt = performance.now();
  const compiled = query.insertInto(table).values(rows).compile();
  const parameters = compiled.parameters.map(value => (value instanceof Date ? toStore(em, value) : value));
  await em
    .getKysely()
    .executeQuery({ ...compiled, parameters })
    .catch(throwFrom('history'));
  em.config.getLogger().logQuery({ query: compiled.sql, params: parameters, took: performance.now() - startedAt });
}
