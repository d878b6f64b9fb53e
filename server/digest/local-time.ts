import type { Weekday } from '../configuration/configuration.ts';

/** What the clocks and the calendar of a zone show. */
export interface LocalTime {
  /** `2026-11-30` */
  readonly day: string;
  /** `07:05` */
  readonly time: string;
  readonly weekday: Weekday;
}

/** @param timezone IANA */
export function localTime(timezone: string, now: Date): LocalTime {
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  );
  return {
    day: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
    time: `${parts.get('hour')}:${parts.get('minute')}`,
    weekday: parts.get('weekday')!.toLowerCase() as Weekday,
  };
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, weekday: 'long', hourCycle: 'h23', ...digits });
  formats.set(timezone, format);
  return format;
}

const formats = new Map<string, Intl.DateTimeFormat>();
