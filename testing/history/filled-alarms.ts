import type { AlarmKind, Severity } from '../../server/configuration/alarm-kinds.ts';
import { Alarm } from '../../server/entities/alarms/alarm.entity.ts';
import type { Orm } from '../../server/history/orm.ts';

interface Wish extends Partial<Pick<Alarm, 'databaseName' | 'source' | 'closedAt' | 'mutedBy' | 'openedAt'>> {
  readonly kind: AlarmKind;
  readonly subject: string;
  readonly severity?: Severity;
  readonly summary: string;
  readonly since?: Date;
  readonly advice?: string;
  readonly cause?: string;
  readonly databases?: readonly string[];
}

/** Puts alarms into a history as an evaluation would; their ids are 1, 2, … in an empty one. The subject is a database unless it is said otherwise. */
export async function insertAlarms(history: Orm, wishes: readonly Wish[]): Promise<void> {
  for (const { advice = 'an advice', cause, databases, ...wish } of wishes) {
    const alarmKey = `${wish.kind}:${wish.subject}`;
    const since = wish.since ?? new Date();
    await history.em.fork().insert(Alarm, {
      ...{
        alarmKey,
        openKey: wish.closedAt ? null : alarmKey,
        groupKey: `source:${wish.source}`,
        databaseName: wish.subject,
      },
      ...{ severity: 'warning', since, openedAt: since, closedAt: null, source: null, mutedBy: null, toldCount: 1 },
      ...wish,
      detail: JSON.stringify({ advice, cause, databases }),
    });
  }
}
