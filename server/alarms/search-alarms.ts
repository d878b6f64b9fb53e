import { type AlarmKind, SEVERITIES, type Severity } from '../configuration/alarm-kinds.ts';
import { type Condition, isOneOf, isText } from '../history/conditions.ts';
import { countRows, readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';

/** Which alarms; what is left out does not matter. */
export interface AlarmSearch {
  readonly isOpen?: boolean | undefined;
  readonly kinds?: readonly AlarmKind[] | undefined;
  readonly severity?: Severity | undefined;
  readonly database?: string | undefined;
  /** Such as the name of a host. */
  readonly source?: string | undefined;
}

/** The place of an alarm in the list, newest first. */
export interface AlarmPlace {
  readonly openedAt: Date;
  readonly id: number;
}

/** An alarm as it is listed. */
export type ListedAlarm = Awaited<ReturnType<typeof searchAlarms>>[number];

/**
 * Lists alarms, newest first. A scope of some databases shows the alarms about these; what is about a source, a channel or the
 * storage is for a scope of all.
 */
export function searchAlarms(
  { em, scope }: Reading,
  search: AlarmSearch,
  { limit, after }: { readonly limit: number; readonly after?: AlarmPlace | undefined },
) {
  const behind = after
    ? [
        eb('a.opened_at', '<=', after.openedAt),
        eb.or([eb('a.opened_at', '<', after.openedAt), eb('a.id', '<', after.id)]),
      ]
    : [];
  return readRows(
    em,
    ALARMS.where(eb.and([...matches(search, scope), ...behind]))
      .orderBy('a.opened_at', 'desc')
      .orderBy('a.id', 'desc')
      .limit(limit)
      .select(COLUMNS),
  );
}

/** Counts alarms in the same way. */
export function countAlarms({ em, scope }: Reading, search: AlarmSearch): Promise<number> {
  return countRows(em, ALARMS.where(eb.and(matches(search, scope))));
}

/** @returns how many alarms are open, by their severity */
export async function countOpen({ em, scope }: Reading): Promise<Record<Severity, number>> {
  const open = ALARMS.where(eb.and(matches({ isOpen: true }, scope)));
  const counted = { warning: 0, critical: 0 };
  for (const severity of SEVERITIES) counted[severity] = await countRows(em, open.where('a.severity', '=', severity));
  return counted;
}

/** @returns the alarm of that id, if it exists and is in scope */
export async function findAlarm({ em, scope }: Reading, id: number): Promise<ListedAlarm | undefined> {
  const [alarm] = await readRows(
    em,
    ALARMS.where(eb.and([...matches({}, scope), eb('a.id', '=', id)])).select(COLUMNS),
  );
  return alarm;
}

function matches({ isOpen, kinds, severity, database, source }: AlarmSearch, scope: Reading['scope']): Condition[] {
  return [
    ...isInScope(eb.ref('a.database_name').$notNull(), scope),
    ...(isOpen === undefined ? [] : [eb('a.open_key', isOpen ? 'is not' : 'is', null)]),
    ...(kinds ? [isOneOf(eb.ref('a.kind'), kinds)] : []),
    ...(severity ? [eb('a.severity', '=', severity)] : []),
    ...(database === undefined ? [] : [isText(eb.ref('a.database_name').$notNull(), database)]),
    ...(source === undefined ? [] : [isText(eb.ref('a.source').$notNull(), source)]),
  ];
}

const eb = aliased<{ a: 'alarms' }>();

/** All alarms, named `a`. */
export const ALARMS = query.selectFrom('alarms as a');

/** The columns of an alarm `a` that a list shows and an evaluation needs. */
export const SHARED_COLUMNS = [
  'a.id',
  'a.kind',
  'a.subject',
  'a.database_name as databaseName',
  'a.source',
  'a.severity',
  'a.since',
  'a.opened_at as openedAt',
  'a.closed_at as closedAt',
  'a.acknowledged_at as acknowledgedAt',
  'a.acknowledged_until as acknowledgedUntil',
  'a.muted_by as mutedBy',
  'a.last_told_at as lastToldAt',
  'a.told_count as toldCount',
  'a.flapping_since as flappingSince',
  'a.summary',
  'a.detail',
] as const;

/** The columns of an alarm `a` in a list. */
export const COLUMNS = [
  ...SHARED_COLUMNS,
  'a.acknowledged_by as acknowledgedBy',
  'a.acknowledged_for as acknowledgedFor',
] as const;
