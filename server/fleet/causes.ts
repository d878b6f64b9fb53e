import type { AlarmState } from '../alarms/model/alarm-state.ts';
import { sectionsOf } from '../alarms/telling/sections.ts';
import { isAcknowledged } from '../alarms/telling/what-to-tell.ts';
import type { AlarmKind, Severity } from '../configuration/alarm-kinds.ts';

/** What is wrong in one place, as the messages put it together: one cause, then all that it has caused. */
export interface Cause {
  readonly kind: AlarmKind;
  /** The only sentence, or how many there are of what, and why: in English, as the messages are. */
  readonly headline: string;
  readonly severity: Severity;
  /** How many things it is about: databases, mostly. */
  readonly count: number;
  /** What the first of its alarms is about. */
  readonly subject: string;
  /** The source that it comes from, and what all of it has in common. */
  readonly source: string | null;
  readonly why: string | undefined;
  /** The databases that it is about, as far as it is about some. */
  readonly databases: readonly string[];
  /** What to do, different ones at most three. */
  readonly advice: readonly string[];
  /** Of its alarms. */
  readonly ids: readonly number[];
  readonly since: Date;
  /** Whether someone sees to all of it already. */
  readonly isAcknowledged: boolean;
}

/**
 * Puts open alarms together as the messages do. Those that another one explains are left out, unless that one is not to be seen.
 * @param alarms those that are open and in scope
 * @returns the most pressing first
 */
export function causesOf(alarms: readonly AlarmState[], now: Date): Cause[] {
  const keys = new Set(alarms.map(({ alarmKey }) => alarmKey));
  const told = alarms.filter(({ mutedBy }) => mutedBy === null || !keys.has(mutedBy));
  return sectionsOf(told.map(alarm => ({ alarm, as: 'opened' }))).map(
    ({ headline, count, advice, isCritical, news }) => {
      const own = news.map(({ alarm }) => alarm);
      const [first] = own as [AlarmState, ...AlarmState[]];
      return {
        ...{ kind: first.kind, subject: first.subject, source: first.source, headline, count },
        severity: isCritical ? 'critical' : 'warning',
        why: first.detail.cause,
        databases: [...new Set(own.flatMap(({ databaseName, detail }) => databaseName ?? detail.databases ?? []))],
        advice: advice.slice(0, 3),
        ids: own.flatMap(({ id }) => id ?? []),
        since: new Date(Math.min(...own.map(({ since }) => since.getTime()))),
        isAcknowledged: own.every(alarm => isAcknowledged(alarm, now)),
      };
    },
  );
}
