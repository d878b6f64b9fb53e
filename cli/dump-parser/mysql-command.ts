import type { ServerToken } from './server-reading/server-reading.ts';

/**
 * Tells whether MySQL's client treats something within a statement as a command of its own. Since 8.0.3x it looks for one behind the
 * comments that a statement or a line of it begins with, and takes `/*!… *` + `/`, in which mysqldump puts triggers, events and views,
 * for such a comment (`skip_over_comments_and_space` in its mysql.cc).
 * @param code the statement, one character for each byte
 * @param tokens of it: within a string or a comment the client looks for none at a line's start
 */
export function holdsClientCommand(code: string, tokens: readonly ServerToken[]): boolean {
  if (!code.startsWith('/*')) return false;
  if (COMMAND.test(code.slice(behindComments(code)))) return true;
  const reach = behindComments(code);
  const starts = new Set(tokens.map(({ at }) => at));
  let lines = 0;
  for (const { index } of code.matchAll(WORD)) {
    const lineEnd = lineEndBefore(code, index);
    if (lineEnd === undefined || !starts.has(index)) continue;
    if (lineEnd > reach + COMMENT_END) return false;
    if (behindComments(code.slice(0, lineEnd + 1)) > lineEnd || ++lines > MOST_LINES) return true;
  }
  return false;
}

const COMMENT_END = 2;

/** Each has the comments in front of it read again. No real program has so many lines that only look like commands. */
const MOST_LINES = 100;

/** Those that take something behind them; none of the others could stand in front of code. */
const WORDS = String.raw`(?:\?|charset|connect|delimiter|edit|help|pager|prompt|query_attributes|source|system|tee|use)`;
const COMMAND = new RegExp(`^[\\t-\\r ]*${WORDS}[ \\t\\n]`, 'i');
const WORD = new RegExp(`(?<=[\\t-\\r ])${WORDS}(?=[ \\t]|$)`, 'gim');

/** @returns the first line end of the blanks in front of a place; undefined without one */
function lineEndBefore(code: string, at: number): number | undefined {
  let found: number | undefined;
  for (let i = at - 1; i >= 0 && isBlank(code[i]!); i--) if (code[i] === '\n') found = i;
  return found;
}

/** It gives up at the first asterisk or slash within a comment that is not its end. */
function behindComments(code: string): number {
  let at = 0;
  for (;;) {
    while (at < code.length && isBlank(code[at]!)) at++;
    if (!code.startsWith('/*', at)) return at;
    at += 2;
    while (at + 2 < code.length && code[at] !== '*' && code[at + 1] !== '/') at++;
    if (at + 2 < code.length && code.startsWith('*/', at)) at += 2;
    else if (!isBlank(code[at] ?? 'x')) return at;
  }
}

function isBlank(character: string): boolean {
  return character === ' ' || (character >= '\t' && character <= '\r');
}
