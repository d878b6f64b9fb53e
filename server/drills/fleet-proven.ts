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
 * drill that could not test takes nothing away, and adds nothing. Two seeks on an index for each database.
 * @param since drills that ended before are not looked at
 */
export async function fleetProven({ em, scope }: Reading, since: Date): Promise<FleetProven> {
  const drills = query
    .selectFrom('reports as newest')
    .select('newest.id')
    .where('newest.kind', '=', 'drill')
    .where(eb('newest.database_name', '=', eb.ref('d.name')))
    .where('newest.ended_at', '>=', since)
    .orderBy('newest.ended_at', 'desc')
    .orderBy('newest.id', 'desc')
    .limit(1);
  const proofs = drills.where('newest.outcome', '!=', 'could_not_test');
  const rows = await readRows(
    em,
    query
      .selectFrom('databases as d')
      .leftJoin('reports as r', join => join.on('r.id', '=', proofs))
      .leftJoin('reports as l', join => join.on('l.id', '=', drills))
      .where(eb.and(isInScope(eb.ref('d.name'), scope)))
      .select(['r.outcome as proof', 'l.outcome as last']),
  );
  const count = (isSo: (row: (typeof rows)[number]) => boolean) => rows.filter(isSo).length;
  return {
    databases: rows.length,
    proven: count(({ proof }) => proof === 'restorable'),
    notRestorable: count(({ proof }) => proof === 'not_restorable'),
    couldNotTest: count(({ proof, last }) => proof === null && last !== null),
    never: count(({ last }) => last === null),
  };
}

const eb = reportExpressions<'newest'>();
