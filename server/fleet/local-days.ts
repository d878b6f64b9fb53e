import { localTime } from '../digest/local-time.ts';

/** A day as the calendar of a zone has it: 23 or 25 hours where the clocks change. */
export interface LocalDay {
  /** `2026-11-29` */
  readonly day: string;
  readonly from: Date;
  /** When the next one begins. */
  readonly before: Date;
}

const HOUR = 3_600_000;
/** No zone is further from UTC: Kiribati is 14 hours ahead. */
const FURTHEST = 15 * HOUR;

/**
 * @param zone IANA
 * @param count at least 1
 * @returns the last days up to the one that `now` is in, oldest first
 */
export function lastLocalDays(zone: string, now: Date, count: number): LocalDay[] {
  const today = Date.parse(`${localTime(zone, now).day}T00:00:00Z`);
  const dates = Array.from({ length: count + 1 }, (_, at) => new Date(today + (at - count + 1) * 24 * HOUR));
  const begins = dates.map(date => beginOf(zone, date));
  return begins.slice(0, -1).map((from, at) => ({ day: dayOf(dates[at]!), from, before: begins[at + 1]! }));
}

/** @param date midnight of it, UTC @returns the first second at which the calendar of the zone shows that date, or a later one */
function beginOf(zone: string, date: Date): Date {
  const key = `${zone} ${date.getTime()}`;
  const known = begins.get(key) ?? search(zone, date);
  if (begins.size >= MOST_KNOWN) begins.clear();
  begins.set(key, known);
  return new Date(known);
}

const MOST_KNOWN = 1_000;
/** In milliseconds since 1970. */
const begins = new Map<string, number>();

/** Not by the offset at midnight: on the day of a change that may not exist, or be there twice. */
function search(zone: string, date: Date): number {
  const wanted = dayOf(date);
  let [before, from] = [(date.getTime() - FURTHEST) / 1000, (date.getTime() + FURTHEST) / 1000];
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (localTime(zone, new Date(middle * 1000)).day >= wanted) from = middle;
    else before = middle;
  }
  return from * 1000;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
