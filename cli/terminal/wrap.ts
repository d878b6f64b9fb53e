import { widthOf } from './cut.ts';

/** A command of ours in a sentence, which must stay on one line so that it can be copied. */
const COMMAND = /sade [a-z]+(?: (?:\d+|[\w.$]+(?=[.:;,)\s]|$)|\$?'[^']*'|--[\w-]+))*/g;

/** Stands for a blank at which no line ends; a text of ours has none. */
const NO_BREAK = '\u{a0}';

/**
 * Breaks a sentence into lines at its blanks, but never within a command such as `sade accept 35 --reason 'why'`.
 * @param width columns of the terminal; undefined where there is none: nothing is broken then
 * @param indent what stands before each line after the first
 */
export function wrap(text: string, width: number | undefined, indent: string): string {
  if (width === undefined || widthOf(text) <= width) return text;
  const [, start = ''] = /^( *)/.exec(text)!;
  const words = text
    .slice(start.length)
    .replace(COMMAND, command => command.replaceAll(' ', NO_BREAK))
    .split(' ');
  const lines = [start + words[0]];
  for (const word of words.slice(1)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (widthOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(indent + word);
  }
  return lines.join('\n').replaceAll(NO_BREAK, ' ');
}
