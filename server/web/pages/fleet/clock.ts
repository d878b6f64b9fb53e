import type { View } from '../../shell/view.ts';

/** @returns the time of the day in the zone of the reader: `01:30`. For lists that have the zone elsewhere, and thousands of times */
export function clock({ language, zone }: Pick<View, 'language' | 'zone'>, at: Date): string {
  const key = `${language} ${zone}`;
  const format =
    clocks.get(key) ??
    new Intl.DateTimeFormat(language === 'id' ? 'id-ID' : 'en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
    });
  clocks.set(key, format);
  return format.format(at);
}

/** To make one takes a hundred times as long as to use it. */
const clocks = new Map<string, Intl.DateTimeFormat>();
