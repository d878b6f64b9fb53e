import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';

/** When an event runs, as far as that decides whether a restore brings it back. */
export interface EventSchedule {
  readonly name: string;
  /** `SYSTEM`, an offset such as `+07:00`, or a name such as `Asia/Jakarta`. */
  readonly timeZone: string;
  /** Its only or last time is over, and it is not to be preserved: CREATE EVENT drops it at once. */
  readonly isOver: boolean;
  /** The same, but it is to be preserved: CREATE EVENT disables it. */
  readonly isPreserved: boolean;
  /** Its definer's name holds an `@`, at the first of which MariaDB takes it apart where it writes an event. */
  readonly hasAtInDefiner: boolean;
}

type Flavour = 'mysql' | 'mariadb';

const IS_OVER = `coalesce(convert_tz(coalesce(execute_at, ends), time_zone, 'SYSTEM'), execute_at, ends) < convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')`;

/**
 * Columns of information_schema.events, of which eventSchedule makes sense. (MySQL manual, "CREATE EVENT Statement": an event whose
 * time is in the past is dropped as soon as it is made, or disabled if it is to be preserved.)
 */
export const SCHEDULE_COLUMNS = `time_zone, on_completion = 'NOT PRESERVE' and ${IS_OVER},
  on_completion = 'PRESERVE' and status = 'ENABLED' and ${IS_OVER}, definer like '%@%@%'`;

export function eventSchedule(name: string, columns: readonly unknown[]): EventSchedule {
  const [timeZone, isOver, isPreserved, hasAtInDefiner] = columns;
  const flags = { isOver: isOn(isOver), isPreserved: isOn(isPreserved), hasAtInDefiner: isOn(hasAtInDefiner) };
  return { name, timeZone: String(timeZone), ...flags };
}

function isOn(flag: unknown): boolean {
  return Number(flag) === 1;
}

const LOAD_ZONES: Readonly<Record<Flavour, string>> = {
  mariadb: 'mariadb-tzinfo-to-sql /usr/share/zoneinfo | sudo mariadb mysql',
  mysql: 'mysql_tzinfo_to_sql /usr/share/zoneinfo | sudo mysql mysql',
};

/** @returns what keeps events from coming back, although all of them are in the dump */
export function scheduleFindings(schedules: readonly EventSchedule[], flavour: Flavour): Finding[] {
  const zoned = schedules.filter(({ timeZone }) => timeZone !== 'SYSTEM' && !/^[+-]/.test(timeZone));
  const over = schedules.filter(({ isOver }) => isOver);
  const preserved = schedules.filter(({ isPreserved }) => isPreserved);
  const odd = flavour === 'mariadb' ? schedules.filter(({ hasAtInDefiner }) => hasAtInDefiner) : [];
  return [
    ...(zoned.length === 0
      ? []
      : [
          finding(
            'NAMED_TIME_ZONE',
            `these events load only on a server that knows their time zones (error 1298 otherwise): ${firstNames(zoned.map(({ name, timeZone }) => `${name} (${timeZone})`))}`,
            `Before a restore load the time zones into that server: ${LOAD_ZONES[flavour]}`,
          ),
        ]),
    ...(odd.length === 0
      ? []
      : [
          finding(
            'WILL_NOT_LOAD',
            `these events have a definer with an @ in its name, which MariaDB writes so that they do not load (error 1105): ${namesOf(odd)}`,
            'Give them another definer: ALTER DEFINER = CURRENT_USER EVENT … ENABLE; it runs with the rights of that user from then on.',
          ),
        ]),
    ...expired(over, preserved),
  ];
}

function expired(over: readonly EventSchedule[], preserved: readonly EventSchedule[]): Finding[] {
  if (over.length === 0 && preserved.length === 0) return [];
  const parts = [
    ...(over.length === 0
      ? []
      : [`these events do not come back, since their time is over and they are not to be preserved: ${namesOf(over)}`]),
    ...(preserved.length === 0
      ? []
      : [`these events come back disabled, since their time is over: ${namesOf(preserved)}`]),
  ];
  return [
    finding(
      'EVENT_EXPIRED',
      parts.join('; '),
      'None of them runs again. Drop them, or change them with ALTER EVENT … ON COMPLETION PRESERVE DISABLE: so they come back as they are.',
    ),
  ];
}

function namesOf(schedules: readonly EventSchedule[]): string {
  return firstNames(schedules.map(({ name }) => name));
}
