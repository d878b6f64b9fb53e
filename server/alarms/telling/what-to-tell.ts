import type { QuietHours } from '../../configuration/configuration.ts';
import { isFlapping } from '../changes/flapping.ts';
import { type AlarmState, hasNews } from '../model/alarm-state.ts';
import { isQuiet } from './quiet-hours.ts';

/**
 * What a message says about an alarm: that it opened, grew worse, closed, or is still open; that it changes too often, or no longer does so.
 */
export interface News {
  readonly alarm: AlarmState;
  readonly as: 'opened' | 'worse' | 'closed' | 'reminder' | 'flapping' | 'stable';
}

export interface TellingSettings {
  readonly now: Date;
  readonly timezone: string;
  readonly quietHours: QuietHours | undefined;
  readonly remindEveryMs: number;
  /** When the last messages went; none when left out. `MESSAGES_LOOKED_AT` of them are enough. */
  readonly messagesAt?: readonly Date[];
}

/** So long a group waits for more of its kind: the alarms of one run come one after the other. */
export const GROUP_WAIT_MS = 2 * 60_000;
/** So long after a message the next one about the same group waits: a run takes hours, and its databases are late one by one. */
export const GROUP_INTERVAL_MS = 30 * 60_000;
/** After so many messages within an hour the next ones wait for each other: a client that names a new source each minute fills no mailbox. */
const MANY_MESSAGES = 6;
const MANY_WITHIN_MS = 60 * 60_000;
/** So far apart they are then. What is critical does not wait. */
const MANY_INTERVAL_MS = 10 * 60_000;
export const MESSAGES_LOOKED_AT = MANY_MESSAGES;

/**
 * Decides what is told now. Pure.
 * @param alarms after `reconcile`
 * @returns at most one entry for each alarm; empty on almost all evaluations
 */
export function toTell(alarms: readonly AlarmState[], settings: TellingSettings): News[] {
  const { now, timezone, quietHours } = settings;
  const quiet = isQuiet(quietHours, timezone, now);
  const waits = quiet || areMany(settings);
  const mayTell = (news: News) => !waits || isUrgent(news);
  const news = alarms.flatMap(alarm => newsOf(alarm, now)).filter(mayTell);
  const toldAt = lastTold(alarms);
  const ripe = [...Map.groupBy(news, ({ alarm }) => alarm.groupKey)].flatMap(([group, ofGroup]) =>
    isRipe(ofGroup, toldAt.get(group), now) ? ofGroup : [],
  );
  const told = new Set(ripe.map(({ alarm }) => alarm));
  return [...ripe, ...reminders(alarms, settings, mayTell).filter(({ alarm }) => !told.has(alarm))];
}

/** @returns the alarm once that was told */
export function afterTelling({ alarm, as }: News, now: Date): AlarmState {
  const told = { ...alarm, lastToldAt: now, toldCount: alarm.toldCount + 1, ...toldState(alarm, as) };
  return { ...told, untoldSince: hasNews(told) ? told.untoldSince : null };
}

function toldState({ toldAs, severity, closedAt }: AlarmState, as: News['as']): Partial<AlarmState> {
  if (as === 'reminder') return { toldAs };
  if (as === 'flapping') return { toldAs: 'flapping' };
  const now = closedAt ? 'closed' : severity;
  return as === 'stable' ? { toldAs: now, flappingSince: null } : { toldAs: now };
}

function newsOf(alarm: AlarmState, now: Date): News[] {
  const { id, untoldSince, flappingSince, lastToldAt, toldAs, closedAt, severity } = alarm;
  // A message names the alarm by its id, which one that opens in this very evaluation does not have yet.
  if (untoldSince === null || id === undefined) return [];
  if (flappingSince === null) return [{ alarm, as: closedAt ? 'closed' : toldAs === null ? 'opened' : 'worse' }];
  if (lastToldAt === null || lastToldAt < flappingSince) return [{ alarm, as: 'flapping' }];
  if (!isFlapping(alarm, now)) return [{ alarm, as: 'stable' }];
  // However often it changes: what is critical is told once a day.
  const isNewlyCritical = closedAt === null && severity === 'critical' && toldAs !== 'critical';
  return isNewlyCritical && elapsed(lastToldAt, now) >= DAY_MS ? [{ alarm, as: 'worse' }] : [];
}

function areMany({ messagesAt = [], now }: TellingSettings): boolean {
  const ages = messagesAt.map(at => elapsed(at, now)).filter(age => age < MANY_WITHIN_MS);
  return ages.length >= MANY_MESSAGES && Math.min(...ages) < MANY_INTERVAL_MS;
}

function isUrgent({ alarm, as }: News): boolean {
  return alarm.severity === 'critical' && (as === 'opened' || as === 'worse' || as === 'reminder');
}

/** No group waits for ever: the one that came first decides. */
function isRipe(news: readonly News[], lastToldAt: Date | undefined, now: Date): boolean {
  const waited = Math.max(...news.map(({ alarm }) => elapsed(alarm.untoldSince!, now)));
  if (waited < GROUP_WAIT_MS) return false;
  return lastToldAt === undefined || elapsed(lastToldAt, now) >= GROUP_INTERVAL_MS || news.some(isPressing);
}

/** That a database has missed its second backup can wait for half an hour; a full storage cannot. */
function isPressing(news: News): boolean {
  return isUrgent(news) && news.alarm.kind !== 'critical';
}

function lastTold(alarms: readonly AlarmState[]): Map<string, Date> {
  const last = new Map<string, Date>();
  for (const { groupKey, lastToldAt } of alarms) {
    const known = last.get(groupKey);
    if (lastToldAt && (!known || known < lastToldAt)) last.set(groupKey, lastToldAt);
  }
  return last;
}

/** When one is due, those go along that would soon be: one message a day. */
function reminders(
  alarms: readonly AlarmState[],
  { now, remindEveryMs }: TellingSettings,
  mayTell: (news: News) => boolean,
): News[] {
  const open = alarms
    .filter(alarm => isRemindedOf(alarm, now))
    .map(alarm => ({ alarm, as: 'reminder' }) as const)
    .filter(mayTell);
  const waits = ({ alarm }: News, ms: number) => elapsed(alarm.lastToldAt!, now) >= ms;
  if (!open.some(news => waits(news, remindEveryMs))) return [];
  return open.filter(news => waits(news, remindEveryMs / 2));
}

function isRemindedOf(alarm: AlarmState, now: Date): boolean {
  const { closedAt, mutedBy, flappingSince, untoldSince, lastToldAt, toldAs } = alarm;
  // One that has news is told soon.
  if (untoldSince !== null) return false;
  const wasTold = lastToldAt !== null && (toldAs === 'warning' || toldAs === 'critical');
  return closedAt === null && mutedBy === null && flappingSince === null && wasTold && !isAcknowledged(alarm, now);
}

/** @returns whether someone has said that it is seen to, which holds at that time */
function isAcknowledged({ acknowledgedAt, acknowledgedUntil }: AlarmState, now: Date): boolean {
  return acknowledgedAt !== null && (acknowledgedUntil === null || now < acknowledgedUntil);
}

/** A time that lies ahead by far was written by a clock that has since been set back: it holds nothing up. */
function elapsed(since: Date, now: Date): number {
  const ms = now.getTime() - since.getTime();
  return ms < -CLOCK_SET_BACK_MS ? Number.POSITIVE_INFINITY : Math.max(ms, 0);
}

const CLOCK_SET_BACK_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
