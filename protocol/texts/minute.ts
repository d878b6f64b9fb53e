/**
 * Writes an instant as messages and screens of the service show it: to the minute, with its zone.
 * @param timezone IANA
 * @returns such as `2026-11-29 10:00 UTC`, or `2026-11-29 17:00 +07:00 (Asia/Jakarta)`
 */
export function minuteOf(instant: Date, timezone = 'UTC'): string {
  if (timezone === 'UTC') return `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const day = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  // `GMT+07:00`, and `GMT` alone where the offset is zero.
  const offset = parts.get('timeZoneName')!.slice('GMT'.length) || '+00:00';
  return `${day} ${parts.get('hour')}:${parts.get('minute')} ${offset} (${timezone})`;
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const zoned = { timeZone: timezone, timeZoneName: 'longOffset', hourCycle: 'h23' } as const;
  const format = new Intl.DateTimeFormat('en-GB', { ...digits, ...zoned });
  formats.set(timezone, format);
  return format;
}

/** To make one takes longer than to use it a thousand times. A configuration names a few zones. */
const formats = new Map<string, Intl.DateTimeFormat>();
