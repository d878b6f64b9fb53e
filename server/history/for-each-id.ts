import type { Query } from './read-rows.ts';

/**
 * Asks the same for each of some ids in one statement. The query is built once for all of them: to build hundreds takes
 * longer than to run them.
 * @param build makes the query for one id
 */
export function forEachId<Row>(ids: readonly number[], build: (id: number) => Query<Row>): Query<Row> {
  return forEachOf(
    ids.map(id => [id]),
    [ANY_ID],
    ([id]) => build(id!),
  );
}

/** A placeholder for each id; no other value of a query is equal to it. */
const ANY_ID = Number.NaN;

/**
 * The same for lists of several values.
 * @param placeholders what `build` gets instead of them: nothing else in the query may be the same
 */
export function forEachOf<Values extends readonly unknown[], Row>(
  all: readonly Values[],
  placeholders: Values,
  build: (values: Values) => Query<Row>,
): Query<Row> {
  const one = build(placeholders).compile();
  const sql = all.map(() => `select * from (${one.sql}) part`).join(' union all ');
  const places = one.parameters.map(value => placeholders.findIndex(placeholder => Object.is(placeholder, value)));
  const parameters = all.flatMap(values => places.map((at, i) => (at < 0 ? one.parameters[i] : values[at])));
  return { compile: () => ({ ...one, sql, parameters }) };
}
