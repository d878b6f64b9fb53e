import { type AlarmState, hasNews, openAlarm, withCondition } from '../model/alarm-state.ts';
import { type Condition, keyOf } from '../model/condition.ts';
import { KINDS } from '../model/kinds.ts';
import { withFlapping } from './flapping.ts';
import { muterOf } from './inhibition.ts';

/** What is known beside the alarms and the conditions. */
export interface Surroundings {
  readonly now: Date;
  /** @returns the group of the configuration that the database of a condition is in */
  groupOf(condition: Condition): string | undefined;
  /** @returns how an alarm ended, behind its subject; undefined when no more is known than that its condition is gone */
  endingOf(alarm: AlarmState): string | undefined;
  /** @returns how often the alarm of that key has opened or closed within the last week, by the rows of those that have closed */
  changesOf(alarmKey: string): number;
}

/**
 * Compares the conditions of now with the alarms of the last evaluation: each alarm opens once, when its condition comes, and
 * closes once, when it is gone. Pure: nothing is told, nothing is stored.
 * @param alarms the open ones, and those that have closed and of which something is yet to be told
 * @returns all of them as they are now, with those that have just opened behind them
 */
export function reconcile(
  alarms: readonly AlarmState[],
  conditions: readonly Condition[],
  around: Surroundings,
): AlarmState[] {
  const wanted = byKey(conditions);
  const open = new Set(alarms.filter(({ closedAt }) => closedAt === null).map(({ alarmKey }) => alarmKey));
  const kept = alarms.map(alarm => {
    if (alarm.closedAt) return alarm;
    const condition = wanted.get(alarm.alarmKey);
    return condition ? withCondition(alarm, condition, around.groupOf(condition)) : closed(alarm, around);
  });
  const opened = [...wanted]
    .filter(([key]) => !open.has(key))
    .map(([, condition]) => openAlarm(condition, around.groupOf(condition), around.now));
  const all = [...kept, ...opened];
  const muterOfAlarm = muterOf(all);
  const muted = all.map(alarm => withMuter(alarm, muterOfAlarm(alarm)));
  return withFlapping(muted, around).map(alarm => withNews(alarm, around.now));
}

/** Of two of the same key the more severe one counts. */
function byKey(conditions: readonly Condition[]): Map<string, Condition> {
  const found = new Map<string, Condition>();
  for (const condition of conditions) {
    const key = keyOf(condition);
    const other = found.get(key);
    if (!other || (other.severity === 'warning' && condition.severity === 'critical')) found.set(key, condition);
  }
  return found;
}

function closed(alarm: AlarmState, { now, endingOf }: Surroundings): AlarmState {
  const ending = endingOf(alarm) ?? KINDS[alarm.kind].over;
  return { ...alarm, closedAt: now, detail: { ...alarm.detail, ending } };
}

/** A closed one keeps what muted it: that says whether anyone knows of it. */
function withMuter(alarm: AlarmState, mutedBy: string | null): AlarmState {
  return alarm.closedAt || alarm.mutedBy === mutedBy ? alarm : { ...alarm, mutedBy };
}

/** What is news stays news since when it came, and so waits no longer when more comes. */
function withNews(alarm: AlarmState, now: Date): AlarmState {
  const untoldSince = hasNews(alarm) ? (alarm.untoldSince ?? now) : null;
  return untoldSince === alarm.untoldSince ? alarm : { ...alarm, untoldSince };
}
