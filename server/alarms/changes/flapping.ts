import type { AlarmState } from '../model/alarm-state.ts';

/** How often an alarm may open or close within a week before its changes are no longer told. */
export const MOST_CHANGES = 4;
export const CHANGES_WITHIN_MS = 7 * 86_400_000;
/** Without a change for so long, it counts as stable, and is told again. */
export const STABLE_AFTER_MS = 3 * 86_400_000;

interface Surroundings {
  readonly now: Date;
  /** @returns how often the alarm of that key has opened or closed within the last week, by the rows of those that have closed */
  changesOf(alarmKey: string): number;
}

/**
 * Notes which alarms change too often. One that opens again goes on being silent where the one before it was.
 * @param alarms as they are after the comparison with the conditions
 */
export function withFlapping(alarms: readonly AlarmState[], { now, changesOf }: Surroundings): AlarmState[] {
  const silent = new Map<string, AlarmState>();
  for (const alarm of alarms) if (alarm.closedAt && alarm.flappingSince) silent.set(alarm.alarmKey, alarm);
  const reopened = new Set<string>();
  const carried = alarms.map(alarm => {
    const before = isNew(alarm) ? silent.get(alarm.alarmKey) : undefined;
    if (!before) return alarm;
    reopened.add(alarm.alarmKey);
    const { flappingSince, lastToldAt } = before;
    return { ...alarm, flappingSince, lastToldAt, toldAs: 'flapping' as const };
  });
  return carried.map(alarm => {
    // The one before is settled: the one that has taken its place speaks for both.
    if (alarm.closedAt && alarm.flappingSince && reopened.has(alarm.alarmKey))
      return { ...alarm, flappingSince: null, toldAs: 'closed' as const };
    const hasJustChanged = isNew(alarm) || alarm.closedAt?.getTime() === now.getTime();
    if (alarm.flappingSince || !hasJustChanged || isMuted(alarm)) return alarm;
    const own = recent(alarm.openedAt, now) + recent(alarm.closedAt, now);
    return changesOf(alarm.alarmKey) + own > MOST_CHANGES ? { ...alarm, flappingSince: now } : alarm;
  });
}

/** @returns whether it changes too often, and has not been quiet for long enough since */
export function isFlapping({ flappingSince, openedAt, closedAt }: AlarmState, now: Date): boolean {
  return flappingSince !== null && now.getTime() - (closedAt ?? openedAt).getTime() < STABLE_AFTER_MS;
}

function isNew({ id }: AlarmState): boolean {
  return id === undefined;
}

/** What was not reported annoys no one. */
function isMuted({ mutedBy, toldAs }: AlarmState): boolean {
  return mutedBy !== null && toldAs === null;
}

function recent(at: Date | null, now: Date): number {
  return at && now.getTime() - at.getTime() < CHANGES_WITHIN_MS ? 1 : 0;
}
