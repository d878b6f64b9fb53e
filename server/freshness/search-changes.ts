import type { Condition } from '../history/conditions.ts';
import { countRows, readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';

/** Which changes; what is left out does not matter. */
export interface ChangeSearch {
  readonly database?: string | undefined;
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
}

/** The place of a change in the list, newest first. */
export interface ChangePlace {
  readonly at: Date;
  readonly id: number;
}

/** A change as it is listed. */
export type ListedChange = Awaited<ReturnType<typeof searchChanges>>[number];

/** Lists changes of states, newest first. */
export function searchChanges(
  reading: Reading,
  search: ChangeSearch,
  { limit, after }: { readonly limit: number; readonly after?: ChangePlace | undefined },
) {
  return readRows(
    reading.em,
    allChanges
      .select(['c.id', 'c.database_name as databaseName', 'c.from_state as fromState', 'c.to_state as toState'])
      .select(['c.at', 'c.why'])
      .where(eb.and([...conditionsOf(reading, search), ...(after ? [isBehind(after)] : [])]))
      .orderBy('c.at', 'desc')
      .orderBy('c.id', 'desc')
      .limit(limit),
  );
}

/** @returns how many there are on all pages */
export function countChanges(reading: Reading, search: ChangeSearch): Promise<number> {
  return countRows(reading.em, allChanges.where(eb.and(conditionsOf(reading, search))));
}

function conditionsOf({ scope }: Reading, { database, from, before }: ChangeSearch): Condition[] {
  return [
    ...isInScope(eb.ref('c.database_name'), scope),
    ...(database === undefined ? [] : [eb('c.database_name', '=', database)]),
    ...(from ? [eb('c.at', '>=', from)] : []),
    ...(before ? [eb('c.at', '<', before)] : []),
  ];
}

/** The first condition alone bounds the range on the index. */
function isBehind({ at, id }: ChangePlace): Condition {
  return eb.and([eb('c.at', '<=', at), eb.or([eb('c.at', '<', at), eb('c.id', '<', id)])]);
}

const allChanges = query.selectFrom('state_changes as c');

const eb = aliased<{ c: 'state_changes' }>();
