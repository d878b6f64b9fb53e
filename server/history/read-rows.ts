import { type CompiledQuery, sql } from 'kysely';
import { throwFrom } from '../errors/error-origin.ts';
import { nextTurn } from '../process/turns.ts';
import { fromStore, toStore } from './dialect.ts';
import type { EntityManager } from './orm.ts';
import { selectedInstants } from './selected-instants.ts';

/** What `readRows` runs: a query built by `query` of `tables.ts`. */
export interface Query<Row> {
  compile(): CompiledQuery<Row>;
}

/** A row of a query, so that its columns are named there alone. */
export type RowOf<Q> = Q extends Query<infer Row> ? Row : never;

/**
 * Reads the rows that a query selects. Instants are `Date` in its values and in its rows, however the store keeps them; other
 * values are as the store has them. Values go beside the statement: MikroORM's `execute` writes them into it, and SQLite would
 * have to prepare each again, which takes longer than to run it.
 * @throws the error of the store's driver, with the history noted as its origin
 */
export async function readRows<Row extends object>(em: EntityManager, query: Query<Row>): Promise<Row[]> {
  // SQLite answers within this process, which does nothing else meanwhile: others have their turn before each statement.
  await nextTurn();
  const startedAt = performance.now();
  const compiled = query.compile();
  const parameters = compiled.parameters.map(value => (value instanceof Date ? toStore(em, value) : value));
  const { rows } = await em
    .getKysely()
    .executeQuery<Row>({ ...compiled, parameters })
    .catch(throwFrom('history'));
  em.config.getLogger().logQuery({ query: compiled.sql, params: parameters, took: performance.now() - startedAt });
  return withInstants(rows, selectedInstants(em, compiled));
}

/** @returns an instant that a subquery selects: a row has it as the store keeps it, and not as its type says */
export function selectedBySubquery(value: Date | null): Date | null {
  return value === null ? null : fromStore(value as unknown as number | string);
}

/** @returns how many rows a query finds, which selects no columns itself. Each store counts in another type. */
export async function countRows(em: EntityManager, found: Countable): Promise<number> {
  const [row] = await readRows(em, found.select(COUNT));
  return Number(row!.count);
}

interface Countable {
  select(count: typeof COUNT): Query<{ count: number | string }>;
}

const COUNT = [sql<number | string>`count(*)`.as('count')] as const;

/** Changes the rows in place: a list has thousands. */
function withInstants<Row extends object>(rows: Row[], names: readonly string[]): Row[] {
  for (const row of rows as Array<Record<string, unknown>>)
    for (const name of names) if (row[name] !== null) row[name] = fromStore(row[name] as number | string);
  return rows;
}
