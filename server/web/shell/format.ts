import type { Language } from '../texts/language.ts';
import { type Html, html } from './html.ts';

/** Numbers and times as a reader knows them. */
export interface Format {
  /** `1,204` */
  number(n: number): string;
  /** `12.3 MiB` */
  bytes(n: number): string;
  /** @param share 0 to 1 @returns `12 %` */
  percent(share: number): string;
  /** @param ms milliseconds @returns the two largest units, such as `1 h 32 min` */
  duration(ms: number): string;
  /** @returns a `<time>`: `29 Nov 2026, 19:14 UTC` */
  at(date: Date): Html;
  /** The same as text, for titles and labels. */
  atText(date: Date): string;
  /** @returns a `<time>`: `31 hours ago`, `in 3 days`, with the absolute time in its title */
  ago(date: Date): Html;
  /** @returns a `<time>` with the time of day and the zone: `01:30 UTC` */
  time(date: Date): Html;
  /** @param day `2026-11-29` @returns `29 Nov 2026` */
  day(day: string): string;
}

interface Reader {
  readonly language: Language;
  /** IANA */
  readonly zone: string;
  readonly now: Date;
}

/** Makes what writes numbers and times for one reader. */
export function formatFor({ language, zone, now }: Reader): Format {
  const { locale, units } = LOCALES[language];
  const number = memoized(`number ${locale}`, () => new Intl.NumberFormat(locale));
  const atText = (date: Date) => dates(locale, zone, 'at').format(date);
  return {
    number: n => number.format(n),
    bytes: n => bytes(locale, n),
    percent: share => `${decimals(locale, 0).format(share * 100)} %`,
    duration: ms => duration(units, ms),
    at: date => html`<time datetime="${date.toISOString()}" data-as="at">${atText(date)}</time>`,
    atText,
    ago: date =>
      html`<time datetime="${date.toISOString()}" title="${atText(date)}" data-as="ago">${relative(locale, date, now)}</time>`,
    time: date =>
      html`<time datetime="${date.toISOString()}" title="${atText(date)}" data-as="time">${dates(locale, zone, 'time').format(date)}</time>`,
    day: day => dates(locale, 'UTC', 'day').format(new Date(`${day}T00:00:00Z`)),
  };
}

/** British English has the 24 hours and the order of days that the rest of the world reads. */
const LOCALES = {
  en: { locale: 'en-GB', units: ['ms', 's', 'min', 'h', 'd'] },
  id: { locale: 'id-ID', units: ['md', 'dtk', 'mnt', 'jam', 'hari'] },
} as const;

const DATES = {
  at: {
    ...{ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
    ...{ hourCycle: 'h23', timeZoneName: 'short' },
  },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' },
  day: { day: 'numeric', month: 'short', year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function bytes(locale: string, n: number): string {
  const power = n < 1024 ? 0 : Math.min(Math.floor(Math.log2(n) / 10), BYTES.length - 1);
  return `${decimals(locale, power === 0 ? 0 : 1).format(n / 1024 ** power)} ${BYTES[power]}`;
}

function duration([ms, s, min, h, d]: readonly string[], length: number): string {
  const whole = Math.round(Math.abs(length));
  if (whole < 1000) return `${whole} ${ms}`;
  const seconds = Math.round(whole / 1000);
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (days > 0) return two(days, d!, hours % 24, h!);
  if (hours > 0) return two(hours, h!, minutes % 60, min!);
  return minutes > 0 ? two(minutes, min!, seconds % 60, s!) : `${seconds} ${s}`;
}

function two(large: number, unit: string, small: number, smaller: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smaller}`;
}

const STEPS: ReadonlyArray<readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number, upTo: number]> = [
  ['second', 1, 60],
  ['minute', 60, 3_600],
  // Ages of backups are told in hours up to two days: `31 hours ago`.
  ['hour', 3_600, 2 * 86_400],
  ['day', 86_400, 61 * 86_400],
  ['month', 30.44 * 86_400, 2 * 365 * 86_400],
  ['year', 365.25 * 86_400, Number.POSITIVE_INFINITY],
];

function relative(locale: string, date: Date, now: Date): string {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const [unit, size] = STEPS.find(([, , upTo]) => Math.abs(seconds) < upTo)!;
  const format = memoized(`ago ${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'always' }));
  // Of the past -0 and not 0, which would be `in 0 seconds`.
  return format.format(seconds < 0 ? -Math.floor(-seconds / size) : Math.floor(seconds / size), unit);
}

function decimals(locale: string, digits: number): Intl.NumberFormat {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return memoized(`decimals ${locale} ${digits}`, () => new Intl.NumberFormat(locale, options));
}

function dates(locale: string, timeZone: string, kind: keyof typeof DATES): Intl.DateTimeFormat {
  return memoized(
    `${kind} ${locale} ${timeZone}`,
    () => new Intl.DateTimeFormat(locale, { ...DATES[kind], timeZone } as Intl.DateTimeFormatOptions),
  );
}

/** To make one takes a hundred times as long as to use it. Languages, zones and kinds are few. */
const made = new Map<string, unknown>();

function memoized<T>(key: string, make: () => T): T {
  if (!made.has(key)) made.set(key, make());
  return made.get(key) as T;
}
