import type { Query } from './read-rows.ts';

/**
 * Asks the same for each of some ids in one statement. The query is built once for all of them: to build hundreds takes
 * longer than to run them.
 * @param build makes the query for one id
 */
export function forEachId<Row>(ids: readonly number[], build: (id: number) => Query<Row>): Query<Row> {
  const one = build(ANY_ID).compile();
  const sql = ids.map(() => `select * from (${one.sql}) part`).join(' union all ');
  const parameters = ids.flatMap(id => one.parameters.map(value => (Object.is(value, ANY_ID) ? id : value)));
  return { compile: () => ({ ...one, sql, parameters }) };
}

/** A placeholder for each id; no other value of a query is equal to it. */
const ANY_ID = Number.NaN;
