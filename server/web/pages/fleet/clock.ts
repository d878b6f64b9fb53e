/** @param zone IANA @returns the time of the day there: `01:30`. For lists that have the zone elsewhere, and thousands of times */
export function clock(zone: string, at: Date): string {
  const format =
    clocks.get(zone) ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  clocks.set(zone, format);
  return format.format(at);
}

/** To make one takes a hundred times as long as to use it. */
const clocks = new Map<string, Intl.DateTimeFormat>();
