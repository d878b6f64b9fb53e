import * as is from './bytes.ts';
import { DollarQuote } from './dollar-quote.ts';
import { opensFirstRow } from './head.ts';
import { KeptBytes } from './kept-bytes.ts';
import { behindDelimiterWord, delimiterOf, LOOKAHEAD, looksFor, type Mark, markAt } from './mark.ts';
import { Pieces } from './pieces.ts';
import { closingQuote } from './quote.ts';

/** What is told of a dump while it goes by. The bytes are those of a buffer that is used again: good during the call only. */
export interface LexerEvents {
  /** A comment outside of any statement has ended: its text with its opener, and where in the dump it began. */
  comment(text: Uint8Array, at: number, isAtLineStart: boolean): void;
  /**
   * A statement has ended.
   * @param head its code without comments, without what stands in parentheses or between dollars, up to `VALUES (`
   * @param rows -1 when it is no `INSERT … VALUES` or `REPLACE … VALUES`
   * @param size bytes of the statement with its delimiter
   */
  statement(head: Uint8Array, rows: number, size: number): void;
  /** A statement with rows has ended whose head is that of the statement before. */
  repeatedInsert(rows: number, size: number): void;
}

/** Bytes kept of a head or a comment. A set of GTIDs can take some ten KiB. */
const KEPT = 64 * 1024;
const PADDING = new Uint8Array(LOOKAHEAD).fill(is.NEWLINE);
const NOTHING = new Uint8Array();
const SEMICOLON = is.bytesOf(';');
const SPACE = Uint8Array.of(0x20);

type Mode = 'gap' | 'code' | 'quoted' | 'dollar quote' | 'line comment' | 'block comment' | 'delimiter line';

/**
 * Takes a dump apart into statements and comments, as the mysql client does that will restore it (`add_line` of its
 * mysql.cc), from pieces that may be cut anywhere. Its memory does not depend on the dump.
 */
export class DumpLexer {
  /** Whether a backslash takes away the next byte's meaning in '…' and in "…": a matter of the SQL mode. */
  escapesInSingle = true;
  escapesInDouble = true;
  /** Where the last statement, comment or DELIMITER line began. */
  lastBegan = -1;

  readonly #events: LexerEvents;
  readonly #pieces = new Pieces(LOOKAHEAD, (bytes, from) => this.#read(bytes, from));
  #mode: Mode = 'gap';
  /** Nothing yet in this line, blanks only, or more. */
  #line: 'empty' | 'blank' | 'used' = 'empty';
  #isInStatement = false;
  #depth = 0;
  #rows = -1;
  #quote = 0;
  #quotesInDollars = false;
  readonly #dollarQuote = new DollarQuote();
  /** The byte in front of those that are being read. */
  #before = is.NEWLINE;
  #delimiter: Uint8Array = SEMICOLON;
  /** Which bytes of code deserve a look, 1 or 0. */
  #looks = looksFor(this.#delimiter, false);
  /**
   * How the last statement began, byte by byte up to `VALUES (`, if it had rows. The next one mostly begins alike, and with
   * --skip-extended-insert there is one for each row.
   */
  #insert = NOTHING;
  /** Whether the client was seen to take a byte for a command of its own: no dump means it so. */
  hasClientCommand = false;
  #isRepeated = false;
  readonly #head = new KeptBytes(KEPT);
  readonly #note = new KeptBytes(KEPT);

  constructor(events: LexerEvents) {
    this.#events = events;
  }

  /** From here on, whether `$$…$$` is a string, as it is for MySQL since 9 only: elsewhere it may be part of a name. */
  set quotesInDollars(known: boolean) {
    if (known === this.#quotesInDollars) return;
    this.#quotesInDollars = known;
    this.#looks = looksFor(this.#delimiter, known);
  }

  /** Reads on; the piece is not kept. */
  write(piece: Uint8Array): void {
    this.#pieces.write(piece);
  }

  /** The dump has ended. @returns whether it did so between statements, under the usual delimiter */
  end(): boolean {
    const { size } = this.#pieces;
    this.write(PADDING); // which means nothing, and decides what the last bytes mean
    if (this.#isInStatement) this.#tell(size);
    return this.#mode === 'gap' && this.#delimiter.length === 1 && is.startsWith(this.#delimiter, 0, SEMICOLON);
  }

  /** @returns how far the bytes have been read */
  #read(bytes: Uint8Array, from: number): number {
    for (let i = from; ; ) {
      const mode = this.#mode;
      const next = this.#readOne(mode, bytes, i);
      if (next === i && mode === this.#mode) {
        if (i > 0) this.#before = bytes[i - 1]!;
        return i;
      }
      i = next;
    }
  }

  #readOne(mode: Mode, bytes: Uint8Array, from: number): number {
    if (mode === 'code') return this.#code(bytes, from);
    if (mode === 'quoted') return this.#quoted(bytes, from);
    if (mode === 'gap') return this.#gap(bytes, from);
    if (mode === 'dollar quote') return this.#betweenDollars(bytes, from);
    if (mode === 'block comment') return this.#blockComment(bytes, from);
    return this.#toLineEnd(mode, bytes, from);
  }

  #gap(bytes: Uint8Array, from: number): number {
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === is.NEWLINE) this.#line = 'empty';
      else if (!is.isBlank(byte)) return bytes.length - i < LOOKAHEAD ? i : this.#begin(bytes, i);
      else if (this.#line === 'empty') this.#line = 'blank';
    }
    return bytes.length;
  }

  /** Something begins between two statements. */
  #begin(bytes: Uint8Array, at: number): number {
    this.lastBegan = this.#pieces.base + at;
    const mark = markAt(bytes, at, this.#delimiter, false);
    if (mark === 'delimiter') {
      this.#line = 'used';
      return at + this.#delimiter.length;
    }
    if (mark !== undefined) return this.#enterComment(mark, bytes, at);
    const behind = this.#line === 'used' ? undefined : behindDelimiterWord(bytes, at);
    if (behind !== undefined) {
      this.#note.clear();
      this.#mode = 'delimiter line';
      return behind;
    }
    return this.#beginStatement(bytes, at);
  }

  #beginStatement(bytes: Uint8Array, at: number): number {
    this.#isInStatement = true;
    this.#mode = 'code';
    this.#isRepeated = this.#insert.length > 0 && is.startsWith(bytes, at, this.#insert);
    if (this.#isRepeated) {
      this.#depth = 1;
      this.#rows = 1;
      return at + this.#insert.length;
    }
    this.#insert = NOTHING;
    this.#head.clear();
    return at;
  }

  /** The hot path: all rows come by here. */
  #code(bytes: Uint8Array, from: number): number {
    const looks = this.#looks;
    const { escapesInSingle, escapesInDouble } = this;
    const { length } = bytes;
    let depth = this.#depth;
    let rows = this.#rows;
    let mark: Mark | undefined;
    let kept = from; // the code in front of it is in the head, if it belongs there
    let i = from;
    while (i < length) {
      while (i < length && looks[bytes[i]!] === 0) i++;
      if (i === length) break;
      const byte = bytes[i]!;
      if (byte === is.SINGLE_QUOTE || byte === is.DOUBLE_QUOTE || byte === is.BACKTICK) {
        const escapes = byte === is.SINGLE_QUOTE ? escapesInSingle : byte === is.DOUBLE_QUOTE && escapesInDouble;
        const close = closingQuote(bytes, i + 1, byte, escapes);
        if (close < 0) {
          i = ~close;
          this.#quote = byte;
          this.#mode = 'quoted';
          break;
        }
        i = close + 1;
      } else if (byte === is.OPEN) {
        i++;
        if (depth === 0) {
          if (rows >= 0) rows++;
          else {
            this.#head.add(bytes, kept, i);
            if (opensFirstRow(this.#head)) {
              rows = 1;
              this.#insert =
                this.lastBegan < this.#pieces.base ? NOTHING : is.copyOf(bytes, this.lastBegan - this.#pieces.base, i);
            }
          }
        }
        depth++;
      } else if (byte === is.CLOSE) {
        if (depth === 1) kept = i;
        if (depth > 0) depth--;
        i++;
      } else {
        if (length - i < LOOKAHEAD) break;
        mark = markAt(bytes, i, this.#delimiter, true);
        if (mark !== undefined) break;
        if (byte === is.DOLLAR && this.#mayOpenQuote(bytes, i)) {
          this.#dollarQuote.begin();
          this.#mode = 'dollar quote';
          break;
        }
        if (byte === is.BACKSLASH) this.hasClientCommand = true;
        i += byte === is.BACKSLASH ? 2 : 1; // a backslash in code makes a command for the client of the next byte
      }
    }
    this.#depth = depth;
    this.#rows = rows;
    if (this.#keepsHead()) this.#head.add(bytes, kept, i);
    if (mark === undefined) return i;
    return mark === 'delimiter' ? this.#endStatement(i + this.#delimiter.length) : this.#enterComment(mark, bytes, i);
  }

  #quoted(bytes: Uint8Array, from: number): number {
    const escapes =
      this.#quote === is.SINGLE_QUOTE ? this.escapesInSingle : this.#quote === is.DOUBLE_QUOTE && this.escapesInDouble;
    const close = closingQuote(bytes, from, this.#quote, escapes);
    const read = close < 0 ? ~close : close + 1;
    if (this.#keepsHead()) this.#head.add(bytes, from, read);
    if (close >= 0) this.#mode = 'code';
    return read;
  }

  /** Within a name or behind it a dollar is part of it. */
  #mayOpenQuote(bytes: Uint8Array, at: number): boolean {
    return this.#quotesInDollars && !is.isOfName(at > 0 ? bytes[at - 1]! : this.#before);
  }

  #betweenDollars(bytes: Uint8Array, from: number): number {
    const quote = this.#dollarQuote;
    const read = quote.read(bytes, from, this.escapesInSingle);
    if (quote.state === 'closed' || quote.state === 'none') this.#mode = 'code';
    if (quote.state === 'none' && this.#keepsHead()) this.#head.add(quote.view(), 0, quote.view().length);
    return read;
  }

  /** What stands in parentheses says nothing of what a statement is, and a list of columns can be long. */
  #keepsHead(): boolean {
    return this.#depth === 0 && this.#rows < 0;
  }

  #endStatement(end: number): number {
    this.#tell(this.#pieces.base + end);
    this.#isInStatement = false;
    this.#mode = 'gap';
    this.#line = 'used';
    return end;
  }

  #tell(end: number): void {
    const size = end - this.lastBegan;
    if (this.#isRepeated) this.#events.repeatedInsert(this.#rows, size);
    else this.#events.statement(this.#head.view(), this.#rows, size);
    this.#depth = 0;
    this.#rows = -1;
  }

  #enterComment(mode: 'line comment' | 'block comment', bytes: Uint8Array, at: number): number {
    if (this.#keepsHead() && this.#isInStatement) this.#head.add(SPACE, 0, 1);
    const inside = mode === 'line comment' ? at : at + 2;
    this.#note.clear();
    this.#note.add(bytes, at, inside);
    this.#mode = mode;
    return inside;
  }

  #blockComment(bytes: Uint8Array, from: number): number {
    let end = from;
    do end = bytes.indexOf(is.STAR, end) + 1;
    while (end > 0 && end < bytes.length && bytes[end] !== is.SLASH);
    const read = end === 0 ? bytes.length : end === bytes.length ? end - 1 : end + 1;
    this.#note.add(bytes, from, read);
    if (end > 0 && end < bytes.length) this.#leaveComment();
    return read;
  }

  /** A comment to the line's end, or a DELIMITER line. The newline is left. */
  #toLineEnd(mode: Mode, bytes: Uint8Array, from: number): number {
    const newline = bytes.indexOf(is.NEWLINE, from);
    const read = newline === -1 ? bytes.length : newline;
    this.#note.add(bytes, from, read);
    if (newline === -1) return read;
    if (mode === 'line comment') this.#leaveComment();
    else this.#changeDelimiter();
    return read;
  }

  #leaveComment(): void {
    this.#mode = this.#isInStatement ? 'code' : 'gap';
    if (!this.#isInStatement) this.#events.comment(this.#note.view(), this.lastBegan, this.#line === 'empty');
    this.#line = 'used';
  }

  #changeDelimiter(): void {
    this.#delimiter = delimiterOf(Buffer.from(this.#note.view()).toString('utf8')) ?? this.#delimiter;
    this.#looks = looksFor(this.#delimiter, this.#quotesInDollars);
    this.#insert = NOTHING;
    this.#mode = 'gap';
  }
}
