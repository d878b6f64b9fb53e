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
  /** Since when it lists changes. */
  readonly since: Date;
}

const DAY_MS = 86_400_000;

/**
 * Finds the digests of today whose time of day has come. One that the service slept through comes later on the same day; those of
 * days that are over do not come any more.
 */
export function dueDigests(
  { timezone, language, digest, groups }: Pick<Configuration, 'timezone' | 'language' | 'digest' | 'groups'>,
  now: Date,
): DueDigest[] {
  const { day, time, weekday } = localTime(timezone, now);
  const since = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const daily: DueDigest[] =
    digest && time >= digest.at
      ? [{ key: `digest ${day}`, group: undefined, channels: digest.channels, language, since: since(1) }]
      : [];
  const weekly = Object.entries(groups).flatMap(([group, settings]) => {
    const wanted: GroupDigestSettings | undefined = settings.digest;
    if (!wanted || wanted.weekday !== weekday || time < wanted.at) return [];
    const { channels, language } = wanted;
    return [{ key: `digest ${group} ${day}`, group, channels, language, since: since(7) }];
  });
  return [...daily, ...weekly];
}
