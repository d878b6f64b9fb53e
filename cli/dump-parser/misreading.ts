import { commentAt, type Flavour } from './lexer/delimiter.ts';
import type { Statement } from './lexer/lexer-events.ts';
import { holdsClientCommand } from './mysql-command.ts';
import type { ReadingFault, ServerReading } from './server-reading/server-reading.ts';

/** How the client that restores a dump reads a statement otherwise than it was meant. */
export type Misreading =
  /** It treats a backslash as a command of its own. */
  | 'command'
  /** It treats what follows a comment as a command of its own. */
  | 'a command behind a comment'
  /** It loses its way, so that the server gets something else than a whole statement. */
  | ReadingFault
  /** It puts a blank into a string, as behind a comment. */
  | 'a blank in a string'
  /** Without --binary-mode it takes a carriage return out of a string, or stops at a NUL. */
  | 'a line end in a string'
  /** To the server it ends at a semicolon, behind which the comment that it stands in is still to be closed. */
  | 'a semicolon at its end';

/**
 * Holds what the client makes of a statement against what the server does.
 * @param code text of the statement, one character for each byte
 * @returns the worst that happens to it, or undefined when it arrives as it was meant
 */
export function misreadingOf(
  statement: Statement,
  code: string,
  { tokens, fault }: ServerReading,
  flavour: Flavour,
): Misreading | undefined {
  if (statement.hasClientCommand) return 'command';
  if (flavour === 'mysql' && holdsClientCommand(code, tokens)) return 'a command behind a comment';
  if (fault !== undefined && !statement.isCut) return fault;
  if (code.startsWith('/*!') && tokens.at(-1)?.text === ';' && tokens.at(-1)!.kind === 'sign')
    return 'a semicolon at its end';
  if (statement.commentEnds.length === 0 && !/\0|\r\n/.test(code)) return undefined;
  const quoted = tokens.filter(({ kind }) => kind === 'name' || kind === 'string');
  const blanks = statement.commentEnds.map(end => insertedAt(code, end, flavour)).filter(at => at !== undefined);
  if (blanks.length > 0 && quoted.some(({ at, end }) => blanks.some(blank => blank > at && blank < end)))
    return 'a blank in a string';
  if (code.includes('\0')) return 'a line end in a string';
  if (code.includes('\r\n') && quoted.some(({ at, end }) => code.slice(at, end).includes('\r\n')))
    return 'a line end in a string';
  return undefined;
}

/** Where the client puts a blank that was not there, given where it saw a comment end (`need_space` of its add_line). */
function insertedAt(code: string, end: number, flavour: Flavour): number | undefined {
  let at = end;
  for (;;) {
    while (code[at]! >= '\x80') at++;
    if (commentAt(Buffer.from(code.slice(at, at + 16), 'latin1'), 0, flavour) !== 'plain') break;
    at += 2; // it puts the blank into the comment that begins there
  }
  return at >= code.length || NEEDS_NONE.test(code.slice(at, at + 3)) ? undefined : at;
}

/** A blank, or a comment to the line's end. */
const NEEDS_NONE = /^(?:[\x00-\x20]|#|--(?:[\x00-\x20]|$))/;
