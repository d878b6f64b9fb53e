import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';

/** When an event runs, as far as that decides whether a restore brings it back. */
export interface EventSchedule {
  readonly name: string;
  /** `SYSTEM`, an offset such as `+07:00`, or a name such as `Asia/Jakarta`. */
  readonly timeZone: string;
  /** Its only or last time is over, and it is not to be preserved: CREATE EVENT drops it at once. */
  readonly isOver: boolean;
}

/**
 * Columns of information_schema.events: the time zone, and whether the event is over. (MySQL manual, "CREATE EVENT Statement": an event whose
 * time is in the past is dropped as soon as it is made, unless it is to be preserved.)
 */
export const SCHEDULE_COLUMNS = `time_zone, on_completion = 'NOT PRESERVE'
  and coalesce(convert_tz(coalesce(execute_at, ends), time_zone, 'SYSTEM'), execute_at, ends) < convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')`;

/** @returns what keeps events from coming back, although all of them are in the dump */
export function scheduleFindings(schedules: readonly EventSchedule[]): Finding[] {
  const zoned = schedules.filter(({ timeZone }) => timeZone !== 'SYSTEM' && !/^[+-]/.test(timeZone));
  const over = schedules.filter(({ isOver }) => isOver);
  return [
    ...(zoned.length === 0
      ? []
      : [
          finding(
            'NAMED_TIME_ZONE',
            `these events load only on a server that knows their time zones (error 1298 otherwise): ${firstNames(zoned.map(({ name, timeZone }) => `${name} (${timeZone})`))}`,
            'Before a restore load the time zones into that server: mysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql (mariadb-tzinfo-to-sql on MariaDB).',
          ),
        ]),
    ...(over.length === 0
      ? []
      : [
          finding(
            'EVENT_OVER',
            `these events do not come back, since their time is over and they are not to be preserved: ${firstNames(over.map(({ name }) => name))}`,
            'Drop them, or change them with ALTER EVENT … ON COMPLETION PRESERVE.',
          ),
        ]),
  ];
}
