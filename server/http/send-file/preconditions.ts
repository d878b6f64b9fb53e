import type { IncomingHttpHeaders } from 'node:http';

/** What tells one state of a resource from another. */
interface Validators {
  /** A strong one, with its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

/**
 * Evaluates the conditions of a GET or HEAD in the order that RFC 9110, section 13.2.2, gives them.
 * @returns 412 or 304, when that is the answer; undefined when the request is to be carried out
 */
export function preconditionStatus(
  headers: IncomingHttpHeaders,
  { etag, lastModified }: Validators,
): 304 | 412 | undefined {
  const modified = inSeconds(lastModified);
  const match = headers['if-match'];
  const unmodifiedSince = match === undefined ? instantOf(headers['if-unmodified-since']) : undefined;
  if (match !== undefined && !lists(match, etag)) return 412;
  if (unmodifiedSince !== undefined && modified > unmodifiedSince) return 412;
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) return lists(noneMatch.replaceAll('W/', ''), etag) ? 304 : undefined;
  const modifiedSince = instantOf(headers['if-modified-since']);
  return modifiedSince !== undefined && modified <= modifiedSince ? 304 : undefined;
}

/** Whether a `Range` counts: a part may only be added to parts of the very same bytes (section 13.1.5). */
export function isRangeWanted(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): boolean {
  const condition = headers['if-range'] as string | undefined;
  if (condition === undefined || condition === etag) return true;
  // A date must be the very same, and is strong enough: what is stored under an id never changes.
  return !condition.includes('"') && instantOf(condition) === inSeconds(lastModified);
}

/** Compares strongly: a weak tag in the list is no match. */
function lists(field: string, etag: string): boolean {
  return field.trim() === '*' || [...field.matchAll(/(?:W\/)?"[^"]*"/g)].some(([tag]) => tag === etag);
}

/** HTTP's dates are whole seconds. */
function inSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** The form that is sent, and the two that are obsolete and must be understood (RFC 9110, section 5.6.7). */
const DATES = [
  /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/,
];

/** @returns seconds; undefined for what is no date, which is to be ignored */
function instantOf(field: string | undefined): number | undefined {
  if (field === undefined || !DATES.some(form => form.test(field))) return undefined;
  const instant = Date.parse(field.endsWith('GMT') ? field : `${field} GMT`);
  return Number.isNaN(instant) ? undefined : Math.floor(instant / 1000);
}
