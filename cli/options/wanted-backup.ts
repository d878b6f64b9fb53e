import { type Parser, Refusal } from './option.ts';

/** Which backup a person wants. */
export type WantedBackup =
  | { readonly kind: 'latest' }
  | { readonly kind: 'id'; readonly id: number }
  /** The newest that was begun at or before that moment. */
  | { readonly kind: 'moment'; readonly until: Date };

/**
 * Takes `latest`, the id of a backup, or a time: as ISO 8601 writes it, or as `sade list` shows it. A time without an offset is in
 * the zone of this machine. It stands for its whole day, minute or second, so that a time read from a list finds its backup.
 */
export const wantedBackup: Parser<WantedBackup> = ({ texts }) => {
  const text = texts.at(-1)!.trim();
  if (text === 'latest') return { kind: 'latest' };
  if (/^[1-9]\d{0,14}$/.test(text)) return { kind: 'id', id: Number(text) };
  const until = momentOf(text);
  if (until) return { kind: 'moment', until };
  throw new Refusal({
    text,
    problem: "must be latest, the id of a backup, or a time such as '2026-11-28 01:30' or 2026-11-27T18:30Z",
  });
};

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const DAY = String.raw`(?:(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)|(?<day2>\d{1,2}) (?<name>[a-z]{3})(?: (?<year2>\d{4}))?)`;
const TIME = String.raw`(?:[ t](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d+)?)?(?: ?(?<zone>z|utc|[+-]\d\d:?\d\d))?)?`;
const MOMENT = new RegExp(`^${DAY}${TIME}$`, 'i');

type Parts = Readonly<Record<string, string | undefined>>;

/** @returns the last millisecond of the day, minute or second that is named; undefined where there is no such one */
function momentOf(text: string): Date | undefined {
  const parts: Parts | undefined = MOMENT.exec(text)?.groups;
  if (!parts) return undefined;
  const month = parts.month === undefined ? MONTHS.indexOf(parts.name!.toLowerCase()) : Number(parts.month) - 1;
  const day = Number(parts.day ?? parts.day2);
  const year = parts.year ?? parts.year2;
  if (year !== undefined) return momentIn(Number(year), month, day, parts);
  // Lists leave the year out where it is this one.
  const now = new Date();
  const thisYear = momentIn(now.getFullYear(), month, day, parts);
  const isToCome = thisYear && new Date(now.getFullYear(), month, day) > now;
  return isToCome ? momentIn(now.getFullYear() - 1, month, day, parts) : thisYear;
}

function momentIn(year: number, month: number, day: number, { hour, minute, second, zone }: Parts): Date | undefined {
  const [h, m, s] = [hour ?? 23, minute ?? 59, second ?? 59].map(Number) as [number, number, number];
  const offset = zone === undefined ? undefined : minutesOf(zone);
  if (offset === undefined) {
    const local = new Date(year, month, day, h, m, s, 999);
    const isReal = local.getMonth() === month && local.getDate() === day && local.getHours() === h;
    return isReal && m < 60 && s < 60 ? local : undefined;
  }
  const utc = new Date(Date.UTC(year, month, day, h, m, s, 999));
  const isReal = utc.getUTCMonth() === month && utc.getUTCDate() === day && utc.getUTCHours() === h;
  return isReal && m < 60 && s < 60 ? new Date(utc.getTime() - offset * 60_000) : undefined;
}

/** @returns how many minutes a zone is ahead of UTC */
function minutesOf(zone: string): number {
  if (/^[zu]/i.test(zone)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone)!;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
