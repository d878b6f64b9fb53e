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
  for (const { index, 0: lineStart } of code.matchAll(LINE_WITH_COMMAND))
    if (behindComments(code.slice(0, index + 1)) > index && tokens.some(({ at }) => at === index + lineStart.length))
      return true;
  return false;
}

/** Those that take something behind them; none of the others could stand in front of code. */
const WORDS = String.raw`(?:\?|charset|connect|delimiter|edit|help|pager|prompt|query_attributes|source|system|tee|use)`;
const COMMAND = new RegExp(`^[\\t-\\r ]*${WORDS}[ \\t\\n]`, 'i');
const LINE_WITH_COMMAND = new RegExp(`\\n[\\t-\\r ]*(?=${WORDS}(?:[ \\t]|$))`, 'gim');

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
