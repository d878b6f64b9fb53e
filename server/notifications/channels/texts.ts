import { cut } from '../../../protocol/texts/cut.ts';
import type { Notification } from '../notification.ts';

/** Controls, ends of lines, and what turns the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** The name of a database or the message of a server may hold anything: here it can begin no line of its own. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, ' ').trim();
}

interface Fit {
  /** How long the whole may be, as `measure` has it. */
  readonly limit: number;
  /** Characters when left out. */
  readonly measure?: (text: string) => number;
  /** Makes of a clean line what stands in the message. */
  readonly format?: (line: string) => string;
}

/** Of a title, where a service has no limit of its own. */
const LONGEST_TITLE = 200;
/** No single line takes the room of all others. */
const LONGEST_LINE = 1_000;

/**
 * @param notification with its title where the title stands above the text: it is not said twice
 * @returns the lines of a notification in one text; those that do not fit are counted at its end
 */
export function bodyOf(
  notification: Pick<Notification, 'lines' | 'links'> & { readonly title?: string },
  fit: Fit,
): string {
  const { limit, measure = text => text.length, format = line => line } = fit;
  const { links = [] } = notification;
  const all = withoutTitle(notification).map(line => {
    const clean = cut(oneLine(line), LONGEST_LINE);
    const link = links.find(link => clean.endsWith(` ${link}`)) ?? '';
    return format(clean.slice(0, clean.length - link.length)) + link;
  });
  const whole = all.join('\n');
  if (measure(whole) <= limit) return whole;
  const room = limit - measure(leftOut(all.length)) - 1;
  const kept: string[] = [];
  let used = 0;
  for (const line of all) {
    used += measure(line) + 1;
    if (used > room) break;
    kept.push(line);
  }
  return [...kept, leftOut(all.length - kept.length)].join('\n');
}

function withoutTitle({ title, lines }: Pick<Notification, 'lines'> & { readonly title?: string }): readonly string[] {
  // A long title is cut.
  if (title === undefined || title.length > LONGEST_TITLE || !says(lines[0], title)) return lines;
  const next = lines.findIndex((line, i) => i > 0 && line !== '');
  return next < 0 ? [] : lines.slice(next);
}

/** @returns whether a line is the title, or a sentence of it */
function says(line: string | undefined, title: string): boolean {
  return line === title || line === `${title}.`;
}

function leftOut(count: number): string {
  return `… ${count} more ${count === 1 ? 'line' : 'lines'}`;
}

/** @returns the title in one line, short enough for each service's own limit */
export function titleOf({ title }: Pick<Notification, 'title'>, limit = LONGEST_TITLE): string {
  return cut(oneLine(title), limit);
}

/** For `measure`. */
export const bytes = (text: string): number => Buffer.byteLength(text);
