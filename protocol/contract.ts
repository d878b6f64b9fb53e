import { createRequire } from 'node:module';
import type * as Croner from 'croner';
import { isKeyOf } from './texts/is-key-of.ts';

/** How often a complete backup is due: at an interval, or at the times of a cron expression in a time zone. */
export type Every =
  | { readonly kind: 'interval'; readonly ms: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly timezone: string };

/** The longest text of `every` and `grace`. */
export const MAX_CONTRACT_TEXT = 128;

const MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
/** A backup once a year, and a month of patience. */
const LONGEST_MS = 400 * MS.d;

/**
 * Reads a time such as `90m`, `24h`, `7d` or `2w`, up to 400d.
 * @returns milliseconds; or a text that completes "the value …" when it is no such time
 */
export function parseDuration(value: unknown): number | string {
  const [, count, unit] = (typeof value === 'string' && /^(\d{1,6})([mhdw])$/.exec(value)) || [];
  const ms = isKeyOf(MS, unit) ? Number(count) * MS[unit] : Number.NaN;
  return ms <= LONGEST_MS ? ms : 'must be a time such as 90m, 24h or 7d, up to 400d';
}

/** @param ms whole minutes, in milliseconds @returns the shortest text that `parseDuration` reads as the same */
export function formatDuration(ms: number): string {
  const unit = (['w', 'd', 'h'] as const).find(unit => ms > 0 && ms % MS[unit] === 0) ?? 'm';
  return `${ms / MS[unit]}${unit}`;
}

/**
 * Reads how often a backup is due: a time such as `24h`, the text `cron 30 1 * * * Asia/Jakarta`, or an object
 * `{ cron: '30 1 * * *', timezone: 'Asia/Jakarta' }`.
 * @param timezone of an expression that names none; when left out, it must name one
 * @returns it; or a text that completes "the value …" when it is no such thing
 */
export function parseEvery(value: unknown, timezone?: string): Every | string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return parseObject(value, timezone);
  if (typeof value === 'string' && value.length <= MAX_CONTRACT_TEXT && /^cron\s/.test(value)) {
    const [, ...words] = value.trim().split(/\s+/);
    const fields = words[0]?.startsWith('@') ? 1 : 5;
    const [zone, ...more] = words.slice(fields);
    return more.length > 0 ? SHAPE : cronOf(words.slice(0, fields).join(' '), zone ?? timezone);
  }
  const ms = parseDuration(value);
  return typeof ms === 'number' && ms > 0 ? { kind: 'interval', ms } : SHAPE;
}

/** @returns the text that `parseEvery` reads as the same */
export function formatEvery(every: Every): string {
  return every.kind === 'interval' ? formatDuration(every.ms) : `cron ${every.expression} ${every.timezone}`;
}

/** @returns why a text is no name of a time zone, as the end of a sentence about it; undefined when it is one */
export function timezoneProblem(timezone: unknown): string | undefined {
  const problem = 'must be the name of a time zone, such as Asia/Jakarta or UTC';
  // An offset such as +07:00 is one, too, but a zone with summer time has two of them.
  if (typeof timezone !== 'string' || !/^[A-Za-z][\w+/-]{0,63}$/.test(timezone)) return problem;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return undefined;
  } catch {
    return problem;
  }
}

const SHAPE =
  'must be a time such as 24h, up to 400d, or a cron expression with its time zone such as "cron 30 1 * * * Asia/Jakarta"';

function parseObject(value: object, inherited: string | undefined): Every | string {
  const { cron, timezone = inherited, ...others }: { cron?: unknown; timezone?: unknown } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    return `has the unknown key ${JSON.stringify(unknown.slice(0, 64))}: its keys are cron and timezone`;
  return typeof cron === 'string' && cron.length <= MAX_CONTRACT_TEXT
    ? cronOf(cron.trim().replace(/\s+/g, ' '), timezone)
    : SHAPE;
}

function cronOf(expression: string, timezone: unknown): Every | string {
  if (timezone === undefined) return `${SHAPE}: the time zone is missing`;
  const problem = timezoneProblem(timezone) ?? expressionProblem(expression);
  return problem ?? { kind: 'cron', expression, timezone: String(timezone) };
}

function expressionProblem(expression: string): string | undefined {
  try {
    const { Cron } = croner();
    // From a fixed day on, so that the same text is always judged alike.
    const next = new Cron(expression, { mode: '5-part', timezone: 'UTC' }).nextRun(new Date(0));
    return next ? undefined : `has a cron expression that never comes: ${expression}`;
  } catch {
    return `has a cron expression of a different form than "minute hour day month weekday": ${expression}`;
  }
}

/** Loaded only where there is an expression to check: most lists of databases have none, and `sade` starts faster without. */
function croner(): typeof Croner {
  loaded ??= createRequire(import.meta.url)('croner') as typeof Croner;
  return loaded;
}

let loaded: typeof Croner | undefined;
