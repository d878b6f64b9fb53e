import type { Condition } from '../history/conditions.ts';
import { query, reportExpressions } from '../history/tables.ts';

const eb = reportExpressions<'newest'>();

/**
 * @returns that no drill since then has shown that the database `d` is restorable, or a later one has shown that it is not. A
 *   drill that could not test does not count
 */
export function isNotProvenSince(since: Date): Condition {
  const proof = query
    .selectFrom('reports as newest')
    .select('newest.outcome')
    .where('newest.kind', '=', 'drill')
    .where(eb('newest.database_name', '=', eb.ref('d.name')))
    .where('newest.outcome', '!=', 'could_not_test')
    .where('newest.ended_at', '>=', since)
    .orderBy('newest.ended_at', 'desc')
    .orderBy('newest.id', 'desc')
    .limit(1);
  return eb(eb.fn.coalesce(proof, eb.val('none')), '!=', 'restorable');
}
