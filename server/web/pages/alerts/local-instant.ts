/**
 * Reads what a field for a local time sends.
 * @param text `2026-12-07T09:00`
 * @param zone IANA
 * @returns the instant at which the clocks of the zone show that; where they never do since they are set forward, an hour later; where
 *   they do twice, the first. Undefined for what is no time
 */
export function localInstant(text: string, zone: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?$/.test(text)) return undefined;
  const asUtc = Date.parse(`${text.replace(' ', 'T')}Z`);
  // Such as 30 February, which Date.parse takes.
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString().slice(0, 10) !== text.slice(0, 10)) return undefined;
  const candidates = [asUtc - DAY, asUtc + DAY].map(near => asUtc - offset(new Date(near), zone));
  const right = candidates.filter(at => at + offset(new Date(at), zone) === asUtc);
  return new Date(right.length > 0 ? Math.min(...right) : Math.max(...candidates));
}

const DAY = 86_400_000;

/** @returns by how many milliseconds the clocks of the zone are ahead of UTC */
function offset(at: Date, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.floor(at.getTime() / 1000) * 1000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const date = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  const time = { hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
  return new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...date, ...time });
}
