import type { ToldAs } from '../../entities/alarms/alarm.entity.ts';
import { type Condition, groupKeyOf, keyOf } from './condition.ts';

/** An alarm while it is evaluated: a row of the history, or one that is about to be. */
export interface AlarmState extends Pick<Condition, 'kind' | 'subject' | 'severity' | 'since' | 'summary'> {
  /** Undefined before it has a row. */
  readonly id?: number | undefined;
  readonly alarmKey: string;
  readonly groupKey: string;
  readonly databaseName: string | null;
  readonly source: string | null;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedUntil: Date | null;
  /** The key of the alarm that explains this one. */
  readonly mutedBy: string | null;
  readonly toldAs: ToldAs | null;
  /** When what is yet to be told happened; null when all is told, or another alarm explains it. */
  readonly untoldSince: Date | null;
  readonly lastToldAt: Date | null;
  readonly toldCount: number;
  readonly flappingSince: Date | null;
  readonly detail: AlarmDetail;
}

/** What no query asks for. */
export interface AlarmDetail {
  readonly advice: string;
  readonly cause?: string | undefined;
  /** The group of the configuration that its database is in. */
  readonly group?: string | undefined;
  /** The databases that it explains. */
  readonly databases?: readonly string[] | undefined;
  /** Of a closed one: how it ended, behind its subject. */
  readonly ending?: string | undefined;
}

/** @param group of the configuration, of its database @returns the alarm of a condition that has just come */
export function openAlarm(condition: Condition, group: string | undefined, now: Date): AlarmState {
  return {
    alarmKey: keyOf(condition),
    ...ofCondition(condition, group),
    ...{ openedAt: now, closedAt: null, acknowledgedAt: null, acknowledgedUntil: null, mutedBy: null },
    ...{ toldAs: null, untoldSince: null, lastToldAt: null, toldCount: 0, flappingSince: null },
  };
}

/** @returns the open alarm as its condition is now */
export function withCondition(alarm: AlarmState, condition: Condition, group: string | undefined): AlarmState {
  return { ...alarm, ...ofCondition(condition, group), since: alarm.since };
}

function ofCondition(condition: Condition, group: string | undefined) {
  const { kind, subject, severity, since, summary, database, source, cause, advice, databases } = condition;
  return {
    ...{ kind, subject, severity, since, summary, groupKey: groupKeyOf(condition) },
    ...{ databaseName: database ?? null, source: source ?? null },
    detail: {
      advice,
      ...(cause !== undefined && { cause }),
      ...(group !== undefined && { group }),
      ...(databases !== undefined && { databases }),
    },
  };
}

/** @returns whether its reader does not know yet how it is: what is muted is told by the alarm that mutes it */
export function hasNews({ closedAt, toldAs, severity, flappingSince, mutedBy }: AlarmState): boolean {
  // What is closed while it was muted is told only if its reader knows that it was open.
  if (closedAt) return toldAs === null ? mutedBy === null : toldAs !== 'closed';
  if (mutedBy !== null) return false;
  return flappingSince !== null || toldAs === null || (toldAs === 'warning' && severity === 'critical');
}
