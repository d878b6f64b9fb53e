import type { QuietHours } from '../../configuration/configuration.ts';

/** @param timezone IANA @returns whether only what is critical is told at that time */
export function isQuiet(quietHours: QuietHours | undefined, timezone: string, now: Date): boolean {
  if (!quietHours) return false;
  const { from, to } = quietHours;
  const time = timeOfDay(timezone, now);
  if (from === to) return false;
  return from < to ? time >= from && time < to : time >= from || time < to;
}

/** @returns `HH:MM` on the clocks of that zone */
function timeOfDay(timezone: string, now: Date): string {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(timezone, format);
  }
  return format.format(now);
}

/** To make one takes longer than to use it a thousand times. */
const formats = new Map<string, Intl.DateTimeFormat>();
