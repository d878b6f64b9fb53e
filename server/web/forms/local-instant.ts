/**
 * Reads what a field of the type `datetime-local` sends.
 * @param zone IANA
 * @param text such as `2026-11-30T07:05`: what the clocks of the zone show
 * @returns the instant; undefined for what is no such time. Of a time that the clocks show twice the first one; one that they leave
 *   out in spring counts as if they had not been set yet
 */
export function instantIn(zone: string, text: string): Date | undefined {
  if (!LOCAL.test(text)) return undefined;
  const shown = Date.parse(`${text}Z`);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(shown) || !new Date(shown).toISOString().startsWith(text)) return undefined;
  const before = offsetAt(zone, shown - DAY_MS);
  const candidates = [before, offsetAt(zone, shown + DAY_MS)].map(offset => shown - offset);
  return new Date(candidates.find(instant => instant + offsetAt(zone, instant) === shown) ?? shown - before);
}

/** @returns what the clocks of a zone show, as a field of the type `datetime-local` takes it */
export function localIn(zone: string, instant: Date): string {
  return new Date(instant.getTime() + offsetAt(zone, instant.getTime())).toISOString().slice(0, 16);
}

const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/;

const DAY_MS = 86_400_000;

/** @returns by how much the clocks of a zone are ahead of UTC, in milliseconds */
function offsetAt(zone: string, instant: number): number {
  const parts = formatOf(zone).formatToParts(instant);
  const part = (wanted: string) => Number(parts.find(({ type }) => type === wanted)!.value);
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(instant / 1000) * 1000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const digits = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, ...digits, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  });
  formats.set(timeZone, format);
  return format;
}

const formats = new Map<string, Intl.DateTimeFormat>();
