import type { Condition } from '../history/conditions.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, reportExpressions } from '../history/tables.ts';

/** How many databases are proven. Each is counted once beside `databases`. */
export interface FleetProven {
  readonly databases: number;
  readonly proven: number;
  readonly notRestorable: number;
  /** All drills of these could test nothing. */
  readonly couldNotTest: number;
  /** Without a drill. */
  readonly never: number;
}

/**
 * Counts the databases by what their drills showed: the newest drill decides that showed whether its backup is restorable. A
 * drill that could not test takes nothing away, and adds nothing. Two seeks on an index for each database, and no row of a table.
 * @param since drills that ended before are not looked at
 */
export async function fleetProven({ em, scope }: Reading, since: Date): Promise<FleetProven> {
  const drills = query
    .selectFrom('reports as newest')
    .select('newest.outcome')
    .where('newest.kind', '=', 'drill')
    .where(eb('newest.database_name', '=', eb.ref('d.name')))
    .where('newest.ended_at', '>=', since)
    .orderBy('newest.ended_at', 'desc')
    .orderBy('newest.id', 'desc')
    .limit(1);
  const shown = query
    .selectFrom('databases as d')
    .where(eb.and(isInScope(eb.ref('d.name'), scope)))
    .select([drills.where('newest.outcome', '!=', 'could_not_test').as('proof'), drills.as('last')])
    .limit(MOST);
  // Counted one by one: to group by what the drills showed, the stores would sort.
  const [counts] = await readRows(
    em,
    query.selectFrom(shown.as('s')).select(eb => {
      const count = (isSo: Condition) => eb.fn.sum<number | string | null>(eb.case().when(isSo).then(1).else(0).end());
      return [
        eb.fn.countAll<number | string>().as('databases'),
        count(eb('s.proof', '=', 'restorable')).as('proven'),
        count(eb('s.proof', '=', 'not_restorable')).as('notRestorable'),
        count(eb.and([eb('s.proof', 'is', null), eb('s.last', 'is not', null)])).as('couldNotTest'),
        count(eb('s.last', 'is', null)).as('never'),
      ];
    }),
  );
  const { databases, proven, notRestorable, couldNotTest, never } = counts!;
  return {
    databases: Number(databases),
    proven: Number(proven),
    notRestorable: Number(notRestorable),
    couldNotTest: Number(couldNotTest),
    never: Number(never),
  };
}

/** More than there are. The limit, of no effect, keeps MariaDB from looking several times. */
const MOST = Number.MAX_SAFE_INTEGER;

const eb = reportExpressions<'newest'>();
