/** A moment of the machine that shows it: its date and time of day, and the offset that says which zone that is. */
interface LocalParts {
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
  const { date, time, offset } = localParts(toDate(moment));
  return `${date} ${time} ${offset}`;
}

/** @returns such as `28 Nov 2026 01:30–01:31 +07:00`; each end with its date where they are not of one day */
export function localTimeRange(from: Date | string, to: Date | string): string {
  const [start, end] = [localParts(toDate(from)), localParts(toDate(to))];
  if (start.date !== end.date || start.offset !== end.offset) return `${inLocalTime(from)} – ${inLocalTime(to)}`;
  return `${start.date} ${start.time}${start.time === end.time ? '' : `–${end.time}`} ${start.offset}`;
}

/** @param moment as of {@link inLocalTime} */
export function toDate(moment: Date | string): Date {
  if (moment instanceof Date) return moment;
  return new Date(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(moment) ? `${moment.replace(' ', 'T')}Z` : moment);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function localParts(moment: Date): LocalParts {
  const two = (number: number) => String(number).padStart(2, '0');
  const ahead = -moment.getTimezoneOffset();
  const offset = `${ahead < 0 ? '-' : '+'}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`;
  return {
    date: `${moment.getDate()} ${MONTHS[moment.getMonth()]} ${moment.getFullYear()}`,
    time: `${two(moment.getHours())}:${two(moment.getMinutes())}`,
    offset,
  };
}
