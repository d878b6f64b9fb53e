import { listOpen, type OpenCause } from '../../../alarms/list-open.ts';
import { countAlarms, countOpen, findAlarm, type ListedAlarm, searchAlarms } from '../../../alarms/search-alarms.ts';
import { can } from '../../../auth/policy.ts';
import { ALARM_KINDS, type AlarmKind, SEVERITIES, type Severity } from '../../../configuration/alarm-kinds.ts';
import { notFound } from '../../../errors/errors.ts';
import { formatCursor, parseCursor } from '../../../graphql/cursor.ts';
import type { Reading } from '../../../history/reading/in-scope.ts';
import type { View } from '../../shell/view.ts';

/** What the page of the alerts shows of alarms. */
export interface AlertsShown {
  readonly filter: AlertFilter;
  readonly open: readonly OpenCause[];
  /** Whether more are open than were read. */
  readonly isCut: boolean;
  readonly counts: Readonly<Record<Severity, number>>;
  readonly closed: readonly ListedAlarm[];
  readonly closedCount: number;
  /** The cursor of the next page of what has closed; undefined on the last one. */
  readonly next: string | undefined;
}

/** Of the open alarms and of the closed ones. */
export interface AlertFilter {
  readonly kind: AlarmKind | undefined;
  readonly severity: Severity | undefined;
  readonly database: string | undefined;
  readonly source: string | undefined;
  readonly after: string | undefined;
}

const CLOSED_A_PAGE = 50;

const ORDER = 'alarms';

/** @throws AppError 422 for an invalid cursor */
export async function loadAlerts(reading: Reading, query: URLSearchParams, now: Date): Promise<AlertsShown> {
  const filter = alertFilter(query);
  const { kind, severity, database, source, after } = filter;
  const search = { isOpen: false, ...(kind && { kinds: [kind] }), severity, database, source };
  const found = await searchAlarms(reading, search, { limit: CLOSED_A_PAGE + 1, after: placeIn(after) });
  const closed = found.slice(0, CLOSED_A_PAGE);
  const last = found.length > CLOSED_A_PAGE ? closed.at(-1)! : undefined;
  const { causes, isCut } = await listOpen(reading, now);
  return {
    ...{ filter, isCut, closed },
    open: causes.flatMap(cause => matching(cause, filter)),
    counts: await countOpen(reading),
    closedCount: await countAlarms(reading, search),
    next: last && formatCursor(ORDER, last.openedAt.getTime(), last.id),
  };
}

/** One alarm, with what explains it and what it explains. */
export interface AlertShown {
  readonly alarm: ListedAlarm;
  /** The open cause that it belongs to; undefined for one that has closed. */
  readonly cause: OpenCause | undefined;
  /** Whether it is one of those that another alarm explains. */
  readonly isExplained: boolean;
}

/** @throws AppError 404 for an alarm that does not exist, or is out of scope */
export async function loadAlert(reading: Reading, text: string, now: Date): Promise<AlertShown> {
  const alarm = /^[1-9]\d{0,8}$/.test(text) ? await findAlarm(reading, Number(text)) : undefined;
  if (!alarm) throw notFound('ALARM_NOT_FOUND', `No alarm has the id ${text.slice(0, 20)}`);
  if (alarm.closedAt) return { alarm, cause: undefined, isExplained: false };
  const { causes } = await listOpen(reading, now);
  const isIn = (alarms: readonly ListedAlarm[]) => alarms.some(({ id }) => id === alarm.id);
  const cause = causes.find(({ alarms, explained }) => isIn(alarms) || isIn(explained));
  return { alarm, cause, isExplained: cause !== undefined && isIn(cause.explained) };
}

/** @returns whether a reader may see the channels: what they deliver is about all databases, as `/-/status` has it */
export function seesChannels({ principal }: Pick<View, 'principal'>): boolean {
  return can(principal, 'progress');
}

function alertFilter(query: URLSearchParams): AlertFilter {
  const text = (name: string, most: number) => query.get(name)?.trim().slice(0, most) || undefined;
  return {
    kind: ALARM_KINDS.find(kind => kind === query.get('kind')),
    severity: SEVERITIES.find(severity => severity === query.get('severity')),
    database: text('database', 64),
    source: text('source', 255),
    after: query.get('after') || undefined,
  };
}

function placeIn(cursor: string | undefined) {
  if (cursor === undefined) return undefined;
  const [openedAt, id] = parseCursor(cursor, ORDER, ['number', 'number']);
  return { openedAt: new Date(openedAt), id };
}

/** @returns the cause with those of its alarms that match, or nothing */
function matching(cause: OpenCause, { kind, severity, database, source }: AlertFilter): OpenCause[] {
  const matches = (alarm: ListedAlarm) =>
    (kind === undefined || alarm.kind === kind) &&
    (severity === undefined || alarm.severity === severity) &&
    (database === undefined || alarm.databaseName === database) &&
    (source === undefined || alarm.source === source);
  const alarms = cause.alarms.filter(matches);
  if (alarms.length > 0) return [{ ...cause, alarms }];
  // A database is looked for: what explains its alarm is what must be seen to.
  return cause.explained.some(matches) ? [cause] : [];
}
