import * as is from './bytes.ts';
import { type Flavour, LOOKAHEAD } from './delimiter.ts';
import { DollarQuote } from './dollar-quote.ts';

/** By what a server reads a statement. */
export interface ProgramRules {
  readonly flavour: Flavour;
  /** Whether a backslash takes away the next byte's meaning in strings: a matter of the SQL mode. */
  readonly escapes: boolean;
  /** Whether "…" is a name, in which a backslash is nothing special. */
  readonly ansiQuotes: boolean;
  /** Whether `$$…$$` is a string. */
  readonly quotesInDollars: boolean;
  readonly delimiter: Uint8Array;
}

/** Where code of the program begins or ends. */
export interface ProgramEvents {
  /** Code outside of comments and of parentheses. */
  onHead(bytes: Uint8Array, from: number, to: number): void;
  /** A comment stood there, which parts two words. */
  onComment(): void;
}

type State = 'code' | 'quoted' | 'dollar quote' | 'line comment' | 'block comment';

/**
 * Finds where a stored program ends by the rules of the server, byte by byte from chunks that may be cut anywhere: comments don't
 * nest, a comment that is code ends at the first end mark in its code, and a backslash outside of strings is nothing special. The
 * mysql client has other rules, by which it cuts some definitions in two.
 */
export class ProgramReader {
  #state: State = 'code';
  #quote = 0;
  #depth = 0;
  #before = is.NEWLINE;
  readonly #dollarQuote = new DollarQuote();
  readonly #events: ProgramEvents;

  constructor(events: ProgramEvents) {
    this.#events = events;
  }

  begin(): void {
    this.#state = 'code';
    this.#depth = 0;
    this.#before = is.NEWLINE;
  }

  /**
   * @returns how far the bytes have been read, and whether the delimiter comes there; up to LOOKAHEAD bytes at their end are left
   */
  read(bytes: Uint8Array, from: number, rules: ProgramRules): { readonly at: number; readonly isEnd: boolean } {
    let i = from;
    while (i < bytes.length) {
      const isDecided = bytes.length - i >= LOOKAHEAD;
      if (!isDecided && this.#state !== 'dollar quote') break;
      if (this.#state === 'code' && is.startsWith(bytes, i, rules.delimiter)) return { at: i, isEnd: true };
      const state = this.#state;
      const next = this.#readOne(bytes, i, rules);
      if (next === i && state === this.#state) break;
      // A dollar that ends a string is no part of a name.
      if (next > i) this.#before = state === 'dollar quote' ? is.NEWLINE : bytes[next - 1]!;
      i = next;
    }
    return { at: i, isEnd: false };
  }

  #readOne(bytes: Uint8Array, at: number, rules: ProgramRules): number {
    if (this.#state === 'code') return this.#code(bytes, at, rules);
    if (this.#state === 'quoted') return this.#quoted(bytes, at, rules);
    if (this.#state === 'dollar quote') return this.#dollars(bytes, at);
    const isEnd =
      this.#state === 'line comment' ? bytes[at] === is.NEWLINE : bytes[at] === is.STAR && bytes[at + 1] === is.SLASH;
    if (!isEnd) return at + 1;
    const length = this.#state === 'line comment' ? 1 : 2;
    this.#state = 'code';
    this.#events.onComment();
    return at + length;
  }

  #code(bytes: Uint8Array, at: number, rules: ProgramRules): number {
    const byte = bytes[at]!;
    if (byte === is.HASH || (byte === is.DASH && bytes[at + 1] === is.DASH && isBlank(bytes[at + 2]!)))
      return this.#enter('line comment', at + (byte === is.HASH ? 1 : 2));
    if (byte === is.SLASH && bytes[at + 1] === is.STAR && !isCodeOpener(bytes, at, rules.flavour))
      return this.#enter('block comment', at + 2);
    if (byte === is.DOLLAR && rules.quotesInDollars && !is.isOfName(this.#before)) {
      this.#dollarQuote.begin();
      return this.#enter('dollar quote', at);
    }
    if (byte === is.SINGLE_QUOTE || byte === is.DOUBLE_QUOTE || byte === is.BACKTICK) {
      this.#quote = byte;
      this.#state = 'quoted';
    }
    if (byte === is.CLOSE && this.#depth > 0) this.#depth--;
    if (this.#depth === 0) this.#events.onHead(bytes, at, at + 1);
    if (byte === is.OPEN) this.#depth++;
    return at + 1;
  }

  #enter(state: State, at: number): number {
    this.#state = state;
    return at;
  }

  #quoted(bytes: Uint8Array, at: number, { escapes, ansiQuotes }: ProgramRules): number {
    const byte = bytes[at];
    const isString = this.#quote === is.SINGLE_QUOTE || (this.#quote === is.DOUBLE_QUOTE && !ansiQuotes);
    // A doubled quote ends the string and begins the next, which comes to the same.
    if (byte === this.#quote) this.#state = 'code';
    const next = at + (escapes && isString && byte === is.BACKSLASH ? 2 : 1);
    if (this.#depth === 0) this.#events.onHead(bytes, at, next);
    return next;
  }

  #dollars(bytes: Uint8Array, at: number): number {
    const read = this.#dollarQuote.read(bytes, at, false);
    const { state } = this.#dollarQuote;
    if (state === 'closed' || state === 'none') this.#state = 'code';
    if (state === 'none' && this.#depth === 0) {
      const tag = this.#dollarQuote.view();
      this.#events.onHead(tag, 0, tag.length);
    }
    return read;
  }
}

/** Behind `--` the server wants a blank or a control character. */
function isBlank(byte: number): boolean {
  return byte <= 0x20 || byte === 0x7f;
}

/** What stands in such a comment is read on. Code for other servers is in no dump: the server leaves it out of what it shows. */
function isCodeOpener(bytes: Uint8Array, at: number, flavour: Flavour): boolean {
  if (bytes[at + 2] === is.BANG) return true;
  return flavour === 'mariadb' && bytes[at + 2] === is.CAPITAL_M && bytes[at + 3] === is.BANG;
}
