import { widthOf } from './cut.ts';

/** What `shellWord` writes (protocol/texts/). */
const QUOTED_WORD = String.raw`(?:'[^']*'(?:\\''[^']*')*|"\$\(printf '[^']*'\)"|\$'[^']*')`;
/** A full stop, a colon and such end the command with the sentence. */
const PLAIN_WORD = String.raw`[\w@%+=:.,/$~"-]*[\w@%+=/$~"-](?=[.:;,)\s]|$)`;

/** The parts of a sentence that are copied and must stay on one line: a command of ours, a statement for the server, `chmod`. */
const COPIED = [
  /\b(?:GRANT|REVOKE|CREATE|ALTER|DROP|SHOW|SET|SELECT|FLUSH) [^;]*;/g,
  new RegExp(
    String.raw`\b(?:sudo )?(?:chmod|chown|cat|ls|mkdir|mv|rm|systemctl|install) (?:[-\w]+ )*(?:${QUOTED_WORD}|[^\s'&;]+)(?: && sade \w+)?`,
    'g',
  ),
  new RegExp(String.raw`\b(?:sudo )?(?:sade|lumbung) [a-z]+(?: (?:${QUOTED_WORD}|${PLAIN_WORD}))*`, 'g'),
];

/** Stays with what it leads to, such as a statement that is longer than a line. */
const ARROW = '->';

/** Stands for a blank at which no line ends; a text of ours has none. */
const NO_BREAK = '\u{a0}';

/**
 * Breaks a sentence into lines at its blanks, but never within a command such as `sade accept 35 --reason 'why'`.
 * @param width columns of the terminal; undefined without a terminal: nothing is broken then
 * @param indent what stands before each line after the first
 */
export function wrap(text: string, width: number | undefined, indent: string): string {
  if (width === undefined || widthOf(text) <= width) return text;
  const [, start = ''] = /^( *)/.exec(text)!;
  const whole = (words: string, copied: RegExp) => words.replace(copied, found => found.replaceAll(' ', NO_BREAK));
  const words = COPIED.reduce(whole, text.slice(start.length)).split(' ');
  const lines = [start + words[0]];
  for (const word of words.slice(1)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (widthOf(longer) <= width || lines.at(-1)!.trim() === ARROW) lines[lines.length - 1] = longer;
    else lines.push(indent + word);
  }
  return lines.join('\n').replaceAll(NO_BREAK, ' ');
}

/** What stands before what a server said in several lines, and an example of JSON, in which no line may be broken. */
const QUOTED = /^ *\| /;
const EXAMPLE = /^ *(?:[[{]|"\w+":)/;

/**
 * Breaks each line of a text that has several.
 * @param indent what stands before each line after the first; a line that quotes a server is quoted to its end
 */
export function wrapLines(text: string, width: number | undefined, indent: string): string {
  return text
    .split('\n')
    .map(line => (EXAMPLE.test(line) ? line : wrap(line, width, QUOTED.exec(line)?.[0] ?? indent)))
    .join('\n');
}
