import type { Configuration, GroupDigestSettings, Language } from '../configuration/configuration.ts';
import { localTime } from './local-time.ts';

/** A digest whose time has come today. */
export interface DueDigest {
  /** The same all day: what is sent under it once is not sent again, also when the clock jumps. */
  readonly key: string;
  /** Undefined: of all databases. */
  readonly group: string | undefined;
  readonly channels: readonly string[];
  readonly language: Language;
  /** How many days it is about, where the one before has come. */
  readonly days: 1 | 7;
  /** The days of the ones before it, the newest first, with the key of each. */
  readonly earlier: ReadonlyArray<{ readonly day: string; readonly key: string }>;
}

const DAY_MS = 86_400_000;
/** So far back is looked for the last one that came, in days. */
const MOST_DAYS = 35;

/**
 * Finds the digests of today whose time of day has come. One that the service slept through comes later on the same day; those of
 * days that are over do not come any more: the next one is about these days, too.
 */
export function dueDigests(
  { timezone, language, digest, groups }: Pick<Configuration, 'timezone' | 'language' | 'digest' | 'groups'>,
  now: Date,
): DueDigest[] {
  const { day, time, weekday } = localTime(timezone, now);
  const daily: DueDigest[] =
    digest && time >= digest.at
      ? [{ ...keysOf('digest', day, 1), group: undefined, channels: digest.channels, language }]
      : [];
  const weekly = Object.entries(groups).flatMap(([group, settings]) => {
    const wanted: GroupDigestSettings | undefined = settings.digest;
    if (!wanted || wanted.weekday !== weekday || time < wanted.at) return [];
    const { channels, language } = wanted;
    return [{ ...keysOf(`digest ${group}`, day, 7), group, channels, language }];
  });
  return [...daily, ...weekly];
}

function keysOf(name: string, day: string, days: 1 | 7): Pick<DueDigest, 'key' | 'days' | 'earlier'> {
  const earlier: Array<DueDigest['earlier'][number]> = [];
  for (let back = days; back <= MOST_DAYS; back += days) {
    const before = new Date(Date.parse(day) - back * DAY_MS).toISOString().slice(0, 10);
    earlier.push({ day: before, key: `${name} ${before}` });
  }
  return { key: `${name} ${day}`, days, earlier };
}
