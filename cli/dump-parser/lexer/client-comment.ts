import * as is from './bytes.ts';
import { commentAt, type Flavour } from './delimiter.ts';

/**
 * Whether the client believes that it is in a comment that is code, or in a hint. It forgets that at each line's end, and is
 * in only one of them: behind a plain comment in it, on the same line, it is still in the plain one (`ss_comment`).
 */
export class ClientComment {
  open: 'nothing' | 'code' | 'hint' = 'nothing';

  /** It may enter or leave such a comment at `/`, `*` or a newline. @returns which one it has just entered, if it has */
  follow(bytes: Uint8Array, at: number, flavour: Flavour): 'code' | 'hint' | undefined {
    const byte = bytes[at];
    if (byte === is.NEWLINE) this.open = 'nothing';
    else if (byte === is.STAR) {
      if (bytes[at + 1] === is.SLASH) this.open = 'nothing';
    } else {
      const opened = commentAt(bytes, at, flavour);
      if (opened !== 'code' && opened !== 'hint') return undefined;
      this.open = opened;
      return opened;
    }
    return undefined;
  }

  /** Within a string, too, a line's end makes the client forget the comment that the string stands in. @returns whether it did */
  passLines(bytes: Uint8Array, from: number, to: number): boolean {
    // Not further: a search to the end of the piece for each string would read it again and again.
    const isPassed = bytes.subarray(from, to).includes(is.NEWLINE);
    if (isPassed) this.open = 'nothing';
    return isPassed;
  }
}
