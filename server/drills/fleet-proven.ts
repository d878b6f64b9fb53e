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
export async function fleetProven(reading: Reading, since: Date): Promise<FleetProven> {
  const shown = allIn(reading).select([proofs(since).as('proof'), drillsSince(since).as('last')]);
  // Counted one by one: to group by what the drills showed, the stores would sort.
  const [counts] = await readRows(
    reading.em,
    query
      .selectFrom(shown.as('shown'))
      .select(eb => [
        eb.fn.countAll<number | string>().as('databases'),
        countOf(eb('shown.proof', '=', 'restorable')).as('proven'),
        countOf(eb('shown.proof', '=', 'not_restorable')).as('notRestorable'),
        countOf(eb.and([eb('shown.proof', 'is', null), eb('shown.last', 'is not', null)])).as('couldNotTest'),
        countOf(eb('shown.last', 'is', null)).as('never'),
      ]),
  );
  return numbersIn(counts!);
}

/** The same without what the others showed: half the seeks. */
export async function countProven(reading: Reading, since: Date): Promise<Pick<FleetProven, 'databases' | 'proven'>> {
  const shown = allIn(reading).select(proofs(since).as('proof'));
  const [counts] = await readRows(
    reading.em,
    query
      .selectFrom(shown.as('shown'))
      .select(eb => [
        eb.fn.countAll<number | string>().as('databases'),
        countOf(eb('shown.proof', '=', 'restorable')).as('proven'),
      ]),
  );
  return numbersIn(counts!);
}

function drillsSince(since: Date) {
  return query
    .selectFrom('reports as newest')
    .select('newest.outcome')
    .where('newest.kind', '=', 'drill')
    .where(eb('newest.database_name', '=', eb.ref('d.name')))
    .where('newest.ended_at', '>=', since)
    .orderBy('newest.ended_at', 'desc')
    .orderBy('newest.id', 'desc')
    .limit(1);
}

function proofs(since: Date) {
  return drillsSince(since).where('newest.outcome', '!=', 'could_not_test');
}

function allIn({ scope }: Reading) {
  return query
    .selectFrom('databases as d')
    .where(eb.and(isInScope(eb.ref('d.name'), scope)))
    .limit(MOST);
}

function countOf(isSo: Condition) {
  return eb.fn.sum<number | string | null>(eb.case().when(isSo).then(1).else(0).end());
}

/** Each store counts in another type; a sum of no rows is null. */
function numbersIn<Name extends string>(counts: Record<Name, number | string | null>): Record<Name, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Number(count)])) as Record<
    Name,
    number
  >;
}

/** More than there are. The limit, of no effect, keeps MariaDB from looking several times. */
const MOST = Number.MAX_SAFE_INTEGER;

const eb = reportExpressions<'newest'>();
