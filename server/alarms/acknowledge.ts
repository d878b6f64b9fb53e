import { Alarm } from '../entities/alarms/alarm.entity.ts';
import { AppError, notFound, validationError } from '../errors/errors.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { findAlarm, type ListedAlarm } from './search-alarms.ts';

/** Who has seen an alarm, and sees to it. */
export interface Acknowledgement {
  readonly by: string;
  /** Why no reminders are needed: not empty. */
  readonly reason: string;
  /** When the reminders come again; undefined means never. */
  readonly until?: Date | undefined;
}

const LONGEST_REASON = 1_000;

/**
 * Notes that someone sees to an open alarm: its reminders stop. That it gets worse or closes is told anyway. A second
 * acknowledgement takes the place of the first.
 * @returns the alarm as it is now
 * @throws AppError 404 when no alarm has that id, 409 when it has closed, 422 when the reason is empty or the end has passed
 */
export async function acknowledgeAlarm(
  reading: Reading,
  id: number,
  { by, reason, until }: Acknowledgement,
  now: Date,
): Promise<ListedAlarm> {
  const why = reason.trim();
  if (why === '' || why.length > LONGEST_REASON)
    throw validationError([{ field: 'reason', message: `must have 1 to ${LONGEST_REASON} characters` }]);
  if (until && until <= now) throw validationError([{ field: 'until', message: 'must be in the future' }]);
  await refuseUnknown(reading, id);
  const changed = await reading.em
    .fork()
    .nativeUpdate(
      Alarm,
      { id, closedAt: null },
      { acknowledgedAt: now, acknowledgedBy: by, acknowledgedFor: why, acknowledgedUntil: until ?? null },
    );
  const alarm = await refuseUnknown(reading, id);
  if (changed === 0) throw new AppError(409, 'ALARM_CLOSED', `The alarm ${id} has closed: ${alarm.summary}`);
  return alarm;
}

async function refuseUnknown(reading: Reading, id: number): Promise<ListedAlarm> {
  const alarm = await findAlarm(reading, id);
  if (!alarm) throw notFound('ALARM_NOT_FOUND', `No alarm has the id ${id}`);
  return alarm;
}
