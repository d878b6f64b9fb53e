/** A moment of the machine that shows it: its date and time of day, and the offset that says which zone that is. */
export interface LocalParts {
  /** Such as `28 Nov 2026`. */
  readonly date: string;
  /** Such as `01:30`. */
  readonly time: string;
  /** Such as `+07:00`. */
  readonly offset: string;
}

/**
 * @param moment a date, or ISO 8601, or a timestamp of the service such as `2023-10-31 00:00:00`, which is UTC
 * @returns such as `28 Nov 2026 01:30 +07:00`, in the zone of this machine (`TZ`)
 */
export function inLocalTime(moment: Date | string): string {
  const date = toDate(moment);
  if (isInvalid(date)) return String(moment);
  const { date: day, time, offset } = localParts(date);
  return `${day} ${time} ${offset}`;
}

/** @returns such as `28 Nov`, in the zone of this machine; with the year where it is not this one */
export function localDay(moment: Date | string, now: Date): string {
  const date = toDate(moment);
  if (isInvalid(date)) return String(moment);
  const day = localParts(date).date;
  return date.getFullYear() === now.getFullYear() ? day.replace(/ \d+$/, '') : day;
}

/** What a service sends need not be a date of the calendar. */
function isInvalid(date: Date): boolean {
  return Number.isNaN(date.getTime());
}

/** How the moments of one column of a table are written. */
export interface TimeColumn {
  /** Such as ` (+07:00)`, to be put behind the head of the column; empty where each moment says its own offset. */
  readonly zone: string;
  /** @returns such as `28 Nov 01:30`; with the year where one of them is not of this year */
  readonly format: (moment: Date | string) => string;
}

/** Says once what all moments of a column have in common. @param moments all of them */
export function timeColumn(moments: readonly (Date | string)[], now: Date): TimeColumn {
  const dates = moments.map(toDate).filter(date => !isInvalid(date));
  const [first, ...others] = new Set(dates.map(date => localParts(date).offset));
  const isOneZone = others.length === 0;
  const isThisYear = dates.every(date => date.getFullYear() === now.getFullYear());
  return {
    zone: isOneZone && first !== undefined ? ` (${first})` : '',
    format: moment => {
      if (isInvalid(toDate(moment))) return String(moment);
      const { date, time, offset } = localParts(toDate(moment));
      return `${isThisYear ? date.replace(/ \d+$/, '') : date} ${time}${isOneZone ? '' : ` ${offset}`}`;
    },
  };
}

/** @returns a sentence of the service, in which a time stands as `2023-10-31 00:00:00 UTC`, with local times */
export function withLocalTimes(text: string): string {
  return text.replace(/(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC/g, (all, time: string) =>
    isInvalid(toDate(time)) ? all : inLocalTime(time),
  );
}

/** @param moment as of {@link inLocalTime} */
export function toDate(moment: Date | string): Date {
  if (moment instanceof Date) return moment;
  return new Date(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(moment) ? `${moment.replace(' ', 'T')}Z` : moment);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** @returns the parts of which times are put together, in the zone of this machine */
export function localParts(moment: Date): LocalParts {
  const two = (number: number) => String(number).padStart(2, '0');
  const ahead = -moment.getTimezoneOffset();
  const offset = `${ahead < 0 ? '-' : '+'}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`;
  return {
    date: `${moment.getDate()} ${MONTHS[moment.getMonth()]} ${moment.getFullYear()}`,
    time: `${two(moment.getHours())}:${two(moment.getMinutes())}`,
    offset,
  };
}
