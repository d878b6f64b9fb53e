import { printableInLine } from '../terminal/printable.ts';
import { wrap } from '../terminal/wrap.ts';

/** What a mail program shows without breaking it, and a terminal too. */
export const COLUMNS = 78;

/** A time is read at a glance where it stands on one line. */
const TIME = /(?:(?:last good|never): )?\d{1,2} [A-Z][a-z]{2}(?: \d{4})? \d\d:\d\d(?: to(?= ))?/g;

/** Stands for a blank at which no line ends. */
const NO_BREAK = '\u{a0}';

/**
 * Breaks a text into lines that a mail shows as they are; never within a command of `sade`.
 * @param indent what stands before the first line
 * @param hanging what stands before each line after it
 */
export function paragraph(text: string, indent: string, hanging = `${indent}  `): string[] {
  const joined = text.replace(TIME, time => time.replaceAll(' ', NO_BREAK));
  return wrap(indent + joined, COLUMNS, hanging)
    .replaceAll(NO_BREAK, ' ')
    .split('\n');
}

/**
 * For a message of a server or a client program, which may have several lines: none of them looks like a line of sade.
 * @returns as of {@link paragraph}
 */
export function quotedParagraph(text: string, indent: string): string[] {
  const [first = '', ...rest] = text.trimEnd().split(/\r?\n/).map(printableInLine);
  return [...paragraph(first, indent), ...rest.flatMap(line => paragraph(line, `${indent}  | `, `${indent}  |   `))];
}
