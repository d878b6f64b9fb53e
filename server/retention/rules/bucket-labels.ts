import type { Rule } from './policy.ts';

/** The hour, day, ISO week, month and year of an instant in a time zone. Instants with the same label share a bucket. */
export type BucketLabels = Readonly<Record<Exclude<Rule, 'last'>, string>>;

/**
 * @param timezone IANA
 * @returns what tells in which buckets an instant lies
 * @throws RangeError for an unknown zone, or an invalid instant
 */
export function bucketLabels(timezone: string): (instant: Date) => BucketLabels {
  const local = formatterOf(timezone);
  return instant => {
    const [, month, day, year, hour, offset] = LOCAL.exec(local.format(instant)) ?? [];
    if (!year) throw new RangeError(`the time ${instant.getTime()} can't be shown in ${timezone}`);
    const date = `${year}-${month}-${day}`;
    return {
      // In the night when clocks are set back an hour comes twice: those are two hours.
      hourly: `${date} ${hour}:00 ${offset}`,
      daily: date,
      weekly: isoWeek(Number(year), Number(month), Number(day)),
      monthly: `${year}-${month}`,
      yearly: year,
    };
  };
}

/** What `FORMAT` makes, such as `11/29/2026, 14:07 GMT+07:00`. */
const LOCAL = /^(\d\d)\/(\d\d)\/(\d+), (\d\d) (\S+)$/;

const formatters = new Map<string, Intl.DateTimeFormat>();

/** To make one takes as long as to format a thousand instants. */
function formatterOf(timezone: string): Intl.DateTimeFormat {
  const formatter =
    formatters.get(timezone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', hourCycle: 'h23' },
      timeZoneName: 'longOffset',
    });
  formatters.set(timezone, formatter);
  return formatter;
}

const DAY_MS = 86_400_000;

/** A week belongs to the year of its Thursday. @returns such as `2026-W47` */
function isoWeek(year: number, month: number, day: number): string {
  const date = Date.UTC(year, month - 1, day);
  const sinceMonday = (new Date(date).getUTCDay() + 6) % 7;
  const thursday = date + (3 - sinceMonday) * DAY_MS;
  const ofYear = new Date(thursday).getUTCFullYear();
  const week = 1 + Math.floor((thursday - Date.UTC(ofYear, 0, 1)) / (7 * DAY_MS));
  return `${ofYear}-W${String(week).padStart(2, '0')}`;
}
