import type { DrillReport } from './drill-report.ts';
import { MAX_LISTED, MAX_LISTED_TEXT, MAX_REPORT_BYTES, MAX_REPORT_TEXT } from './report-parts.ts';
import type { RestoreReport } from './restore-report.ts';

/** The longest of the shorter fields, such as names.  */
const SHORTER: ReadonlyMap<string, number> = new Map([
  ['kind', 64],
  ['made_by', 128],
  ['version', 128],
  ['file_name', 255],
  ['safety_backup', 255],
  ['name', 256],
  ['object', 512],
  ['host', 512],
  ['tables', 512],
]);

/** Fields that take no line breaks. */
const ONE_LINE: ReadonlySet<string> = new Set(['kind', 'name']);

/**
 * Cuts lists and texts to what the service takes, so that no report is lost because a statement or a list is long. How many
 * differences and changes there are stays in their counts.
 * @returns a report of its own
 */
export function withinLimits<R extends RestoreReport | DrillReport>(report: R): R {
  for (let members = MAX_LISTED; ; members = Math.floor(members / 2)) {
    const shorter = cut(report, '', { text: MAX_REPORT_TEXT, members });
    if (members <= 1 || byteLength(shorter) <= MAX_REPORT_BYTES) return shorter;
  }
}

interface Limits {
  readonly text: number;
  readonly members: number;
}

function cut<T>(value: T, field: string, limits: Limits): T;
function cut(value: unknown, field: string, limits: Limits): unknown {
  if (typeof value === 'string') {
    const line = ONE_LINE.has(field) ? value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ') : value;
    return shortened(line, SHORTER.get(field) ?? limits.text);
  }
  const inList = { ...limits, text: MAX_LISTED_TEXT };
  if (Array.isArray(value)) return value.slice(0, limits.members).map(member => cut(member, field, inList));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cut(member, name, limits)]));
}

function byteLength(report: object): number {
  return new TextEncoder().encode(JSON.stringify(report)).length;
}

/** @returns a text of at most so many characters, with a mark where it was cut; never half of a character */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = text.slice(0, max - 1);
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`;
}
