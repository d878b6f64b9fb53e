import type { AlarmKind } from '../configuration/alarm-kinds.ts';
import { Alarm } from '../entities/alarms/alarm.entity.ts';
import { isOneOf } from '../history/conditions.ts';
import { insertRows } from '../history/insert-rows.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { aliased, query } from '../history/tables.ts';
import { CHANGES_WITHIN_MS } from './changes/flapping.ts';
import type { AlarmState } from './model/alarm-state.ts';
import { SHARED_COLUMNS } from './search-alarms.ts';

const AT_ONCE = 500;

/** @returns the open alarms, and those that have closed and of which something is yet to be told */
export async function readAlarms(em: EntityManager): Promise<AlarmState[]> {
  const found: AlarmState[] = [];
  for (let after = ''; ; ) {
    const page = await readRows(em, ALARMS.where('a.open_key', '>', after).orderBy('a.open_key').limit(AT_ONCE));
    found.push(...page.map(toState));
    if (page.length < AT_ONCE) break;
    after = page.at(-1)!.alarmKey;
  }
  const closed = ALARMS.where('a.untold_since', 'is not', null).where('a.open_key', 'is', null);
  for (let after = 0; ; ) {
    const page = await readRows(em, closed.where('a.id', '>', after).orderBy('a.id').limit(AT_ONCE));
    found.push(...page.map(toState));
    if (page.length < AT_ONCE) return found;
    after = page.at(-1)!.id;
  }
}

/** @returns how often alarms of these keys have opened or closed within the last week, by those that have closed */
export async function readChanges(em: EntityManager, keys: readonly string[], now: Date): Promise<Map<string, number>> {
  const since = new Date(now.getTime() - CHANGES_WITHIN_MS);
  const changes = new Map<string, number>();
  for (let i = 0; i < keys.length; i += AT_ONCE) {
    const recent = CLOSED.where(isOneOf(eb.ref('a.alarm_key'), keys.slice(i, i + AT_ONCE)));
    for (const { alarmKey, openedAt } of await readRows(em, recent.where('a.closed_at', '>', since)))
      changes.set(alarmKey, (changes.get(alarmKey) ?? 0) + (openedAt > since ? 2 : 1));
  }
  return changes;
}

/** Adds new alarms, and writes what has changed of others, in the transaction that is open. */
export async function writeAlarms(
  em: EntityManager,
  before: readonly AlarmState[],
  after: readonly AlarmState[],
): Promise<void> {
  const fresh = after.filter(({ id }) => id === undefined);
  for (let i = 0; i < fresh.length; i += 100) await insertRows(em, 'alarms', fresh.slice(i, i + 100).map(toRow));
  for (const { ids, patch } of patches(before, after))
    for (let i = 0; i < ids.length; i += AT_ONCE)
      await em.nativeUpdate(Alarm, { id: { $in: ids.slice(i, i + AT_ONCE) } }, patch);
}

interface Patch {
  readonly ids: number[];
  readonly patch: Partial<ReturnType<typeof toUpdate>>;
}

/** What is told together changes alike: one statement for hundreds of alarms, since uploads wait for the transaction. */
function patches(before: readonly AlarmState[], after: readonly AlarmState[]): Iterable<Patch> {
  const known = new Map(before.map(alarm => [alarm.id, alarm]));
  const found = new Map<string, Patch>();
  for (const alarm of after) {
    const old = known.get(alarm.id);
    if (!old || !isChanged(old, alarm)) continue;
    const patch = differences(toUpdate(old), toUpdate(alarm));
    const key = JSON.stringify(patch);
    const same = found.get(key);
    if (same) same.ids.push(alarm.id!);
    else found.set(key, { ids: [alarm.id!], patch });
  }
  return found.values();
}

function differences<T extends object>(before: T, after: T): Partial<T> {
  const names = Object.keys(after) as Array<keyof T>;
  const changed = names.filter(name => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.map(name => [name, after[name]])) as Partial<T>;
}

/** @returns whether an evaluation has something to write: a text that alone is different, such as one with a number, is not enough */
export function isChanged(before: AlarmState, after: AlarmState): boolean {
  return significant(before) !== significant(after);
}

function significant({ summary, detail: { databases, group }, ...alarm }: AlarmState): string {
  return JSON.stringify([alarm, databases, group]);
}

function toUpdate({ id: _, databaseName, source, detail, ...alarm }: AlarmState) {
  const { acknowledgedAt, acknowledgedUntil, openedAt, since, ...rest } = alarm;
  const openKey = alarm.closedAt ? null : alarm.alarmKey;
  return { ...rest, openKey, databaseName, source, detail: JSON.stringify(detail) };
}

function toRow(alarm: AlarmState) {
  return {
    kind: alarm.kind,
    subject: alarm.subject,
    alarm_key: alarm.alarmKey,
    open_key: alarm.closedAt ? null : alarm.alarmKey,
    group_key: alarm.groupKey,
    database_name: alarm.databaseName,
    source: alarm.source,
    severity: alarm.severity,
    since: alarm.since,
    opened_at: alarm.openedAt,
    closed_at: alarm.closedAt,
    acknowledged_at: null,
    acknowledged_by: null,
    acknowledged_for: null,
    acknowledged_until: null,
    muted_by: alarm.mutedBy,
    told_as: alarm.toldAs,
    untold_since: alarm.untoldSince,
    last_told_at: alarm.lastToldAt,
    told_count: alarm.toldCount,
    flapping_since: alarm.flappingSince,
    summary: alarm.summary,
    detail: JSON.stringify(alarm.detail),
  };
}

const eb = aliased<{ a: 'alarms' }>();

const CLOSED = query.selectFrom('alarms as a').select(['a.alarm_key as alarmKey', 'a.opened_at as openedAt']);

const ALARMS = query
  .selectFrom('alarms as a')
  .select(SHARED_COLUMNS)
  .select([
    'a.alarm_key as alarmKey',
    'a.group_key as groupKey',
    'a.told_as as toldAs',
    'a.untold_since as untoldSince',
  ]);

type Row = Omit<AlarmState, 'kind' | 'detail'> & { readonly kind: string; readonly detail: string };

function toState(row: Row): AlarmState {
  return { ...row, id: Number(row.id), kind: row.kind as AlarmKind, detail: JSON.parse(row.detail) };
}
