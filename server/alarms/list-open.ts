import type { Severity } from '../configuration/alarm-kinds.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased } from '../history/tables.ts';
import type { AlarmDetail } from './model/alarm-state.ts';
import { keyOf } from './model/condition.ts';
import { ALARMS, COLUMNS, type ListedAlarm } from './search-alarms.ts';

/** Open alarms that have one cause, which a person sees to once. */
export interface OpenCause {
  readonly kind: ListedAlarm['kind'];
  readonly source: string | null;
  /** What they have in common, such as a host that can't be reached; null for an alarm by itself. */
  readonly cause: string | null;
  readonly severity: Severity;
  /** Since when the first of them is so. */
  readonly since: Date;
  readonly advice: readonly string[];
  /** At least one, the ones first that no one has acknowledged. */
  readonly alarms: readonly ListedAlarm[];
  /** The alarms that one of these explains, and that are not reported for that. */
  readonly explained: readonly ListedAlarm[];
  /** Whether someone has acknowledged all of them. */
  readonly isAcknowledged: boolean;
}

/** What is open, as far as it was read. */
export interface OpenAlarms {
  readonly causes: readonly OpenCause[];
  /** Whether there are more alarms than were read. */
  readonly isCut: boolean;
}

/** So many are read, and so many of those that others explain: an evening in which ten thousand databases are late has a few causes. */
const MOST = 2_000;

/**
 * Lists what is open by its causes: critical before warning, what no one has acknowledged before what someone sees to, then what is
 * about most databases. What another alarm explains stands with that one.
 */
export async function listOpen({ em, scope }: Reading, now: Date): Promise<OpenAlarms> {
  const open = openIn(scope).orderBy('a.open_key').select(COLUMNS);
  const all = await readRows(em, open.limit(2 * MOST + 1));
  let told = all.filter(({ mutedBy }) => mutedBy === null);
  let explained = all.filter(({ mutedBy }) => mutedBy !== null);
  if (all.length > 2 * MOST) {
    // Apart: the causes would be lost among all that they explain.
    told = await readRows(em, open.where('a.muted_by', 'is', null).limit(MOST + 1));
    explained = await readRows(em, open.where('a.muted_by', 'is not', null).limit(MOST + 1));
  }
  const alarms = [...told.slice(0, MOST), ...explained.slice(0, MOST)];
  return { causes: causesOf(alarms, now), isCut: told.length > MOST || explained.length > MOST };
}

/** By the index of the open ones: those that have closed are a hundred times as many. */
function openIn(scope: Reading['scope']) {
  return ALARMS.where(eb.and([eb('a.open_key', '>', ''), ...isInScope(eb.ref('a.database_name').$notNull(), scope)]));
}

/** An open alarm about one database. */
export interface DatabaseAlarm {
  readonly id: number;
  readonly kind: string;
  readonly severity: Severity;
  /** Of a run that failed: when it ended. */
  readonly since: Date;
}

/**
 * @param open what `listOpen` has read: more is read only where that was cut
 * @returns the open alarms about databases, by their names: all of them, also those that another one explains
 */
export async function openByDatabase(
  { em, scope }: Reading,
  open: OpenAlarms,
): Promise<ReadonlyMap<string, readonly DatabaseAlarm[]>> {
  const alarms = open.isCut ? await readOpen({ em, scope }) : open.causes.flatMap(withKeys);
  const found = new Map<string, KeyedAlarm[]>();
  for (const alarm of alarms) {
    const own = alarm.name === null ? [] : found.get(alarm.name);
    if (own) own.push(alarm);
    else found.set(alarm.name!, [alarm]);
  }
  for (const own of found.values()) if (own.length > 1) own.sort((one, other) => (one.key! < other.key! ? -1 : 1));
  return found;
}

type KeyedAlarm = DatabaseAlarm & { readonly name: string | null; readonly key: string | null };

function withKeys({ alarms, explained }: OpenCause): KeyedAlarm[] {
  return [...alarms, ...explained].map(alarm => {
    const { id, kind, severity, since, databaseName: name } = alarm;
    return { id, kind, severity, since, name, key: alarmKey(alarm) };
  });
}

/** All of them, in pages. */
async function readOpen({ em, scope }: Reading): Promise<KeyedAlarm[]> {
  const found: KeyedAlarm[] = [];
  for (let after = ''; ; ) {
    const page = await readRows(
      em,
      openIn(scope)
        .where('a.open_key', '>', after)
        .orderBy('a.open_key')
        .limit(MOST)
        .select(['a.id', 'a.kind', 'a.severity', 'a.since', 'a.database_name as name', 'a.open_key as key']),
    );
    found.push(...page);
    if (page.length < MOST) return found;
    after = page.at(-1)!.key!;
  }
}

/** @returns whether someone sees to it, now */
export function isAcknowledged({ acknowledgedAt, acknowledgedUntil }: Acknowledged, now: Date): boolean {
  return acknowledgedAt !== null && (acknowledgedUntil === null || acknowledgedUntil > now);
}

type Acknowledged = Pick<ListedAlarm, 'acknowledgedAt' | 'acknowledgedUntil'>;

/** @returns what an alarm has beside its columns */
export function detailOf({ detail }: Pick<ListedAlarm, 'detail'>): AlarmDetail {
  return JSON.parse(detail);
}

/** @returns the open alarms by their causes, sorted; of a scope that does not have the explaining one, the explained stand alone */
function causesOf(alarms: readonly ListedAlarm[], now: Date): OpenCause[] {
  const keys = new Set(alarms.map(alarmKey));
  const isExplained = ({ mutedBy }: ListedAlarm) => mutedBy !== null && keys.has(mutedBy);
  const explained = Map.groupBy(alarms.filter(isExplained), ({ mutedBy }) => mutedBy!);
  const told = alarms.filter(alarm => !isExplained(alarm));
  const groups = Map.groupBy(told, alarm => {
    const { kind, source, databaseName, id } = alarm;
    return JSON.stringify(databaseName === null && source === null ? [id] : [kind, source, detailOf(alarm).cause]);
  });
  return [...groups.values()].map(group => causeOf(group, explained, now)).sort(byUrgency);
}

function causeOf(
  group: readonly ListedAlarm[],
  explained: ReadonlyMap<string, readonly ListedAlarm[]>,
  now: Date,
): OpenCause {
  const details = group.map(detailOf);
  const { kind, source } = group[0]!;
  const seen = (alarm: ListedAlarm) => Number(isAcknowledged(alarm, now));
  return {
    ...{ kind, source, cause: details[0]!.cause ?? null },
    severity: group.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning',
    since: new Date(Math.min(...group.map(({ since }) => since.getTime()))),
    advice: [...new Set(details.map(({ advice }) => advice))],
    alarms: group.toSorted((one, other) => seen(one) - seen(other) || (one.subject < other.subject ? -1 : 1)),
    explained: group.flatMap(alarm => explained.get(alarmKey(alarm)) ?? []),
    isAcknowledged: group.every(alarm => isAcknowledged(alarm, now)),
  };
}

function alarmKey({ kind, subject }: ListedAlarm): string {
  return keyOf({ kind: kind as Parameters<typeof keyOf>[0]['kind'], subject });
}

function byUrgency(one: OpenCause, other: OpenCause): number {
  const rank = ({ isAcknowledged, severity }: OpenCause) =>
    (isAcknowledged ? 2 : 0) + (severity === 'critical' ? 0 : 1);
  const size = ({ alarms, explained }: OpenCause) => alarms.length + explained.length;
  return rank(one) - rank(other) || size(other) - size(one) || one.since.getTime() - other.since.getTime();
}

const eb = aliased<{ a: 'alarms' }>();
