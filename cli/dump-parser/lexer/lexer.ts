import * as is from './bytes.ts';
import { CappedBuffer } from './capped-buffer.ts';
import { Chunks } from './chunks.ts';
import { ClientComment } from './client-comment.ts';
import {
  behindDelimiterWord,
  commentAt,
  delimiterOf,
  type Flavour,
  interestingBytes,
  LOOKAHEAD,
  type Mark,
  markAt,
} from './delimiter.ts';
import { DollarQuote } from './dollar-quote.ts';
import { isInsertValues } from './insert-values.ts';
import type { LexerEvents, RowsSoFar } from './lexer-events.ts';
import { BLOCK, type PlainRows, plainRows, SHORT } from './plain-rows.ts';
import { ProgramReader } from './program-reader.ts';
import { closingQuote } from './quote.ts';

/** Bytes kept of a head or a comment. A set of GTIDs can take some ten KiB. */
const KEPT = 64 * 1024;
/** Bytes kept of a statement without rows: no definition of a table, and hardly a routine, takes more. */
const MAX_STATEMENT = 8 * 1024 * 1024;
/** Ends of comments that are kept of a statement. */
const MAX_COMMENT_ENDS = 100_000;
const PADDING = new Uint8Array(LOOKAHEAD).fill(is.NEWLINE);
const NOTHING = new Uint8Array();
const SEMICOLON = is.bytesOf(';');
const SPACE = Uint8Array.of(0x20);

type Mode =
  | 'gap'
  | 'code'
  | 'program'
  | 'hint'
  | 'quoted'
  | 'dollar quote'
  | 'line comment'
  | 'block comment'
  | 'delimiter line';

/**
 * Takes a dump apart into statements and comments, as the mysql client does that will restore it (`add_line` of its
 * mysql.cc), from pieces that may be cut anywhere. Of a statement without rows it keeps up to 8 MiB, and of the dump nothing else.
 */
export class DumpLexer {
  /** Whether a backslash takes away the next byte's meaning in '…' and in "…": a matter of the SQL mode. */
  escapesInSingle = true;
  escapesInDouble = true;
  /** Whether the server takes "…" for a name, in which a backslash is nothing special. */
  ansiQuotes = false;
  /** Where the last statement, comment or DELIMITER line began. */
  lastBegan = -1;

  /** Whose client it is that will restore the dump: they don't agree on what a comment is. */
  flavour: Flavour = 'mariadb';
  /** Whether a DELIMITER line stands behind a block comment: whether the client treats it as a command depends on --comments. */
  hasDoubtfulDelimiter = false;

  readonly #events: LexerEvents;
  readonly #pieces = new Chunks(LOOKAHEAD, (bytes, from) => this.#read(bytes, from));
  #mode: Mode = 'gap';
  /** Nothing yet in this line, blanks only, or more. */
  #line: 'empty' | 'blank' | 'used' = 'empty';
  #isInStatement = false;
  #depth = 0;
  #rows = -1;
  #firstRowAt = 0;
  #lastRowAt = 0;
  #quote = 0;
  #quotesInDollars = false;
  readonly #dollarQuote = new DollarQuote();
  /** The byte in front of those that are being read. */
  #before = is.NEWLINE;
  #delimiter: Uint8Array = SEMICOLON;
  /** Which bytes of code deserve a look, 1 or 0. */
  #looks = interestingBytes(this.#delimiter, false);
  /** The same while a comment that is code is open. */
  #looksInComment = interestingBytes(this.#delimiter, false, true);
  readonly #client = new ClientComment();
  /** Whether a block comment stands in front of the next statement. */
  #isCommentPending = false;
  /**
   * How the last statement began, byte by byte up to `VALUES (`, if it had rows. The next one usually begins alike, and with
   * --skip-extended-insert there is one for each row.
   */
  #insert = NOTHING;
  /** Bytes of the last statement that was read by itself. */
  #lastSize = 0;
  #hasClientCommand = false;
  #hasMoreThanRows = false;
  #isRepeated = false;
  readonly #head = new CappedBuffer(KEPT);
  readonly #text = new CappedBuffer(MAX_STATEMENT);
  #commentEnds: number[] = [];
  readonly #note = new CappedBuffer(KEPT);

  /**
   * Under a different delimiter than `;`, under which mysqldump writes stored programs only, whether a statement is read as the server
   * reads it, and not as the mysql client does.
   */
  readonly #readsProgramsAsServer: boolean;
  readonly #program = new ProgramReader({
    onHead: (bytes, from, to) => this.#head.add(bytes, from, to),
    onComment: () => {
      this.#head.add(SPACE, 0, 1);
      // One is enough to know that there are comments.
      if (this.#commentEnds.length === 0) this.#commentEnds.push(this.#text.length);
    },
  });

  readonly #plain: PlainRows | null;

  /**
   * @param programs how stored programs are read
   * @param plain what reads the plain rows; null to look at each byte of them, which comes to the same
   */
  constructor(
    events: LexerEvents,
    {
      programs = 'as the client',
      plain = plainRows(),
    }: { programs?: 'as the client' | 'as the server'; plain?: PlainRows | null } = {},
  ) {
    this.#events = events;
    this.#readsProgramsAsServer = programs === 'as the server';
    this.#plain = plain;
  }

  /** From here on, whether `$$…$$` is a string, as it is for MySQL since 9 only: elsewhere it may be part of a name. */
  set quotesInDollars(known: boolean) {
    if (known === this.#quotesInDollars) return;
    this.#quotesInDollars = known;
    this.#look();
  }

  /** How far the dump has been read; a few bytes at its end are read only with those behind them. */
  get position(): number {
    return this.#pieces.base;
  }

  /** Whether a statement has begun, at `lastBegan`, and not yet ended. */
  get isInStatement(): boolean {
    return this.#isInStatement;
  }

  /** Of the statement that has not yet ended; undefined if it has none. */
  get rowsSoFar(): RowsSoFar | undefined {
    if (!this.#isInStatement || this.#rows < 1) return undefined;
    const [firstAt, lastAt, hasMoreThanRows] = [this.#firstRowAt, this.#lastRowAt, this.#hasMoreThanRows];
    return { count: this.#rows, firstAt, lastAt, hasMoreThanRows };
  }

  #look(): void {
    this.#looks = interestingBytes(this.#delimiter, this.#quotesInDollars);
    this.#looksInComment = interestingBytes(this.#delimiter, this.#quotesInDollars, true);
  }

  /** Reads on; the piece is not kept. */
  write(piece: Uint8Array): void {
    this.#pieces.write(piece);
  }

  /** The dump has ended. @returns whether it did so between statements, under the usual delimiter */
  end(): boolean {
    const { size } = this.#pieces;
    this.write(PADDING); // which means nothing, and decides what the last bytes mean
    if (this.#isInStatement) this.#tell(size, false);
    return this.#mode === 'gap' && this.#isUsualDelimiter;
  }

  get #isUsualDelimiter(): boolean {
    return this.#delimiter.length === 1 && is.startsWith(this.#delimiter, 0, SEMICOLON);
  }

  /** @returns how far the bytes have been read */
  #read(bytes: Uint8Array, from: number): number {
    this.#plain?.forget();
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
    if (mode === 'program') return this.#readProgram(bytes, from);
    if (mode === 'dollar quote') return this.#betweenDollars(bytes, from);
    if (mode === 'block comment') return this.#blockComment(bytes, from);
    if (mode === 'hint') return this.#hint(bytes, from);
    return this.#toLineEnd(mode, bytes, from);
  }

  #gap(bytes: Uint8Array, from: number): number {
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === is.NEWLINE) {
        this.#line = 'empty';
        this.#client.open = 'nothing';
      } else if (!is.isBlank(byte)) return bytes.length - i < LOOKAHEAD ? i : this.#begin(bytes, i);
      else if (this.#line === 'empty') this.#line = 'blank';
    }
    return bytes.length;
  }

  /** Something begins between two statements. */
  #begin(bytes: Uint8Array, at: number): number {
    this.lastBegan = this.#pieces.base + at;
    // It begins with INSERT or REPLACE, and so with no mark: the delimiter is still the same.
    if (this.#insert.length > 0 && is.startsWith(bytes, at, this.#insert))
      return this.#repeatPlainInserts(bytes, at) ?? this.#repeatInsert(at);
    const mark = markAt(bytes, at, this.#delimiter, this.flavour, false);
    if (mark === 'delimiter') {
      this.#line = 'used';
      this.#isCommentPending = false;
      return at + this.#delimiter.length;
    }
    if (mark !== undefined) return this.#enterComment(mark, bytes, at);
    const behind = this.#line === 'used' ? undefined : behindDelimiterWord(bytes, at);
    if (behind !== undefined) {
      if (this.#isCommentPending) this.hasDoubtfulDelimiter = true;
      this.#note.clear();
      this.#mode = 'delimiter line';
      return behind;
    }
    return this.#beginStatement(at);
  }

  /** @returns behind the last of the statements that begin alike and hold plain rows only; undefined where the first holds more */
  #repeatPlainInserts(bytes: Uint8Array, at: number): number | undefined {
    const plain = this.#plain;
    if (plain === null || this.#lastSize > SHORT || !this.#isUsualDelimiter || this.#client.open !== 'nothing') return;
    // A semicolon is looked at only with as many bytes behind it as are enough for all marks.
    const end = bytes.length - LOOKAHEAD + 1;
    const count = plain.statements(bytes, at, this.#insert, end, this.escapesInSingle);
    if (count === 0) return undefined;
    let begin = at;
    for (let i = 0; i < count; i++) {
      const behind = plain.endOf(i);
      this.lastBegan = this.#pieces.base + begin;
      this.#events.repeatedInsert(plain.rowsOf(i), behind - begin, false, true);
      begin = behind + 1; // the line's end
    }
    this.#isCommentPending = false;
    this.#line = 'used';
    return begin - 1;
  }

  #repeatInsert(at: number): number {
    this.#isInStatement = true;
    this.#mode = 'code';
    this.#hasMoreThanRows = false;
    this.#isRepeated = true;
    this.#depth = 1;
    this.#rows = 1;
    this.#firstRowAt = this.#lastRowAt = this.lastBegan + this.#insert.length - 1;
    return at + this.#insert.length;
  }

  #beginStatement(at: number): number {
    this.#isInStatement = true;
    this.#mode = 'code';
    this.#hasMoreThanRows = false;
    this.#isRepeated = false;
    this.#insert = NOTHING;
    this.#head.clear();
    this.#text.clear();
    this.#commentEnds = [];
    this.#hasClientCommand = false;
    if (this.#readsProgramsAsServer && !this.#isUsualDelimiter) {
      this.#program.begin();
      this.#mode = 'program';
    }
    return at;
  }

  #readProgram(bytes: Uint8Array, from: number): number {
    const { flavour, escapesInSingle: escapes, ansiQuotes } = this;
    const rules = { flavour, escapes, ansiQuotes, quotesInDollars: this.#quotesInDollars, delimiter: this.#delimiter };
    const { at, isEnd } = this.#program.read(bytes, from, rules);
    this.#text.add(bytes, from, at);
    return isEnd ? this.#endStatement(at + this.#delimiter.length) : at;
  }

  /** The hot path: all rows come by here. */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a call for each byte of code would take a multiple of the time
  #code(bytes: Uint8Array, from: number): number {
    let looks = this.#client.open === 'nothing' ? this.#looks : this.#looksInComment;
    const { escapesInSingle, escapesInDouble } = this;
    const plain = this.#delimiter[0] === is.SEMICOLON ? this.#plain : null;
    const { length } = bytes;
    let depth = this.#depth;
    let rows = this.#rows;
    let mark: Mark | undefined;
    let rowAt = -1;
    let kept = from; // the code in front of it is in the head, if it belongs there
    const begun = from; // the code in front of it is in the text, or belongs to rows
    let i = from;
    let plainFrom = from; // from here on it is worth a try
    while (i < length) {
      const mayBePlain = plain !== null && rows >= 0 && depth <= 1 && i >= plainFrom && length - i >= BLOCK;
      if (mayBePlain && looks === this.#looks) {
        if (depth === 0 && !isBetweenRows(bytes, kept, i)) this.#hasMoreThanRows = true;
        const read = plain.read(bytes, i, depth === 1, escapesInSingle);
        if (plain.rows > 0) {
          rows += plain.rows;
          rowAt = plain.lastRowAt;
        }
        depth = plain.isInRow ? 1 : 0;
        plainFrom = Math.max(read, i + BLOCK); // where a block is not all plain, the rest of it is read byte by byte
        kept = i = read;
        if (plain.isInString) {
          this.#quote = is.SINGLE_QUOTE;
          this.#mode = 'quoted';
          break;
        }
      }
      while (i < length && looks[bytes[i]!] === 0) i++;
      if (i === length) break;
      const byte = bytes[i]!;
      if (byte === is.SINGLE_QUOTE || byte === is.DOUBLE_QUOTE || byte === is.BACKTICK) {
        if (depth === 0 && rows >= 0) this.#hasMoreThanRows = true;
        const escapes = byte === is.SINGLE_QUOTE ? escapesInSingle : byte === is.DOUBLE_QUOTE && escapesInDouble;
        const close = closingQuote(bytes, i + 1, byte, escapes);
        if (close < 0) {
          if (this.#client.open !== 'nothing') this.#client.passLines(bytes, i, ~close);
          i = ~close;
          this.#quote = byte;
          this.#mode = 'quoted';
          break;
        }
        if (looks === this.#looksInComment && this.#client.passLines(bytes, i, close)) looks = this.#looks;
        i = close + 1;
      } else if (byte === is.OPEN) {
        i++;
        if (depth > 0) {
          if (rows >= 0) this.#hasMoreThanRows = true;
        } else {
          if (rows >= 0) {
            rows++;
            rowAt = i - 1;
            if (!isBetweenRows(bytes, kept, i - 1)) this.#hasMoreThanRows = true;
          } else {
            this.#head.add(bytes, kept, i);
            if (isInsertValues(this.#head)) {
              rows = 1;
              rowAt = i - 1;
              this.#firstRowAt = this.#pieces.base + rowAt;
              this.#text.add(bytes, begun, i);
              this.#insert =
                this.lastBegan < this.#pieces.base ? NOTHING : is.copyOf(bytes, this.lastBegan - this.#pieces.base, i);
            }
          }
        }
        depth++;
      } else if (byte === is.CLOSE) {
        if (depth === 1) kept = i;
        if (depth > 0) depth--;
        else if (rows >= 0) this.#hasMoreThanRows = true;
        i++;
      } else {
        if (length - i < LOOKAHEAD) break;
        mark = markAt(bytes, i, this.#delimiter, this.flavour, true);
        if (mark !== undefined) break;
        if (byte === is.SLASH || byte === is.STAR || byte === is.NEWLINE) {
          if (rows >= 0) this.#hasMoreThanRows = true;
          this.#followComments(bytes, i++);
          if (this.#mode === 'hint') break;
          looks = this.#client.open === 'nothing' ? this.#looks : this.#looksInComment;
          continue;
        }
        if (byte === is.DOLLAR && this.#mayOpenQuote(bytes, i)) {
          if (rows >= 0) this.#hasMoreThanRows = true;
          this.#dollarQuote.begin();
          this.#mode = 'dollar quote';
          break;
        }
        if (rows >= 0 && is.isBeyondValues(byte)) this.#hasMoreThanRows = true;
        i += byte === is.BACKSLASH ? this.#passBackslash(bytes[i + 1]!) : 1;
      }
    }
    this.#depth = depth;
    this.#rows = rows;
    if (rowAt >= 0) this.#lastRowAt = this.#pieces.base + rowAt;
    if (this.#keepsHead()) this.#head.add(bytes, kept, i);
    if (rows < 0) this.#text.add(bytes, begun, i);
    else if (depth === 0 && this.#mode === 'code' && !isBetweenRows(bytes, kept, i)) this.#hasMoreThanRows = true;
    if (mark === undefined) return i;
    return mark === 'delimiter' ? this.#endStatement(i + this.#delimiter.length) : this.#enterComment(mark, bytes, i);
  }

  #quoted(bytes: Uint8Array, from: number): number {
    const escapes =
      this.#quote === is.SINGLE_QUOTE ? this.escapesInSingle : this.#quote === is.DOUBLE_QUOTE && this.escapesInDouble;
    const close = closingQuote(bytes, from, this.#quote, escapes);
    const read = close < 0 ? ~close : close + 1;
    this.#keep(bytes, from, read);
    if (this.#client.open !== 'nothing') this.#client.passLines(bytes, from, read);
    if (close >= 0) this.#mode = 'code';
    return read;
  }

  /** @returns how many bytes the client takes: a backslash in code makes a command for it of the next byte, save in `\N` */
  #passBackslash(next: number): number {
    if (next !== is.CAPITAL_N) this.#hasClientCommand = true;
    this.#hasMoreThanRows = true;
    return next === is.NEWLINE ? 1 : 2;
  }

  #followComments(bytes: Uint8Array, at: number): void {
    const opened = this.#client.follow(bytes, at, this.flavour);
    if (opened === 'hint' && this.#mode === 'code') this.#mode = 'hint';
  }

  /** A hint of MySQL, in which quotes, delimiters and other comments mean nothing to the client. It ends with its line, too. */
  #hint(bytes: Uint8Array, from: number): number {
    let i = from;
    for (; i < bytes.length && this.#mode === 'hint'; i++) {
      const byte = bytes[i]!;
      if (!is.isOfHint(byte)) continue;
      if (bytes.length - i < LOOKAHEAD) break;
      if (byte === is.BACKSLASH) i += this.#passBackslash(bytes[i + 1]!) - 1;
      else this.#followComments(bytes, i);
      if (this.#client.open !== 'hint') this.#mode = 'code';
    }
    this.#keep(bytes, from, i);
    return i;
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    if (this.#keepsHead()) this.#head.add(bytes, from, to);
    if (this.#rows < 0) this.#text.add(bytes, from, to);
  }

  /** Within a name or behind it a dollar is part of it. */
  #mayOpenQuote(bytes: Uint8Array, at: number): boolean {
    return this.#quotesInDollars && !is.isOfName(at > 0 ? bytes[at - 1]! : this.#before);
  }

  #betweenDollars(bytes: Uint8Array, from: number): number {
    const quote = this.#dollarQuote;
    const read = quote.read(bytes, from, this.escapesInSingle);
    if (quote.state === 'closed' || quote.state === 'none') this.#mode = 'code';
    if (this.#client.open !== 'nothing') this.#client.passLines(bytes, from, read);
    if (this.#rows < 0) this.#text.add(bytes, from, read);
    if (quote.state === 'none' && this.#keepsHead()) this.#head.add(quote.view(), 0, quote.view().length);
    return read;
  }

  /** Text in parentheses does not show what a statement is, and a list of columns can be long. */
  #keepsHead(): boolean {
    return this.#depth === 0 && this.#rows < 0;
  }

  #endStatement(end: number): number {
    this.#tell(this.#pieces.base + end, true);
    this.#isInStatement = false;
    this.#isCommentPending = false;
    this.#mode = 'gap';
    this.#line = 'used';
    return end;
  }

  #tell(end: number, isWhole: boolean): void {
    const size = end - this.lastBegan;
    this.#lastSize = size;
    if (this.#isRepeated) this.#events.repeatedInsert(this.#rows, size, isWhole && this.#hasMoreThanRows, isWhole);
    else
      this.#events.statement({
        head: this.#head.view(),
        text: this.#text.view(),
        isCut: this.#text.isFull,
        commentEnds: this.#commentEnds,
        rows: this.#rows,
        hasMoreThanRows: isWhole && this.#hasMoreThanRows,
        isWhole,
        size,
        hasClientCommand: this.#hasClientCommand,
        delimiter: this.#delimiter,
      });
    this.#depth = 0;
    this.#rows = -1;
  }

  #enterComment(mode: 'line comment' | 'block comment', bytes: Uint8Array, at: number): number {
    if (this.#keepsHead() && this.#isInStatement) this.#head.add(SPACE, 0, 1);
    const inside = mode === 'line comment' ? at : at + 2;
    if (this.#isInStatement && this.#rows < 0) this.#text.add(bytes, at, inside);
    if (this.#isInStatement && this.#rows >= 0) this.#hasMoreThanRows = true;
    this.#note.clear();
    this.#note.add(bytes, at, inside);
    this.#mode = mode;
    return inside;
  }

  /** Where the client takes it to end, which is not always where it does: a plain comment in it, or one that is code, counts. */
  #blockComment(bytes: Uint8Array, from: number): number {
    let i = from;
    while (i < bytes.length && this.#mode === 'block comment') {
      const byte = bytes[i];
      if (byte !== is.STAR && byte !== is.SLASH && byte !== is.NEWLINE) {
        i++;
        continue;
      }
      if (bytes.length - i < LOOKAHEAD) break;
      i += this.#passInComment(bytes, i);
    }
    this.#note.add(bytes, from, i);
    if (this.#isInStatement && this.#rows < 0) this.#text.add(bytes, from, i);
    if (this.#mode === 'code') this.#endBlockComment();
    return i;
  }

  /** @returns how many bytes the client takes at `*`, `/` or a newline; the mode is another one where the comment has ended */
  #passInComment(bytes: Uint8Array, at: number): number {
    const byte = bytes[at];
    const { open } = this.#client;
    if (byte === is.STAR && bytes[at + 1] === is.SLASH && open === 'nothing') {
      this.#mode = 'code';
      return 2;
    }
    if (byte === is.SLASH && open !== 'hint' && commentAt(bytes, at, this.flavour) === 'plain') return 2;
    this.#followComments(bytes, at);
    return 1;
  }

  #endBlockComment(): void {
    if (!this.#isInStatement) this.#isCommentPending = true;
    else if (this.#commentEnds.length < MAX_COMMENT_ENDS) this.#commentEnds.push(this.#text.length);
    this.#leaveComment();
  }

  /** A comment to the line's end, or a DELIMITER line. The newline is left. */
  #toLineEnd(mode: Mode, bytes: Uint8Array, from: number): number {
    const newline = bytes.indexOf(is.NEWLINE, from);
    const read = newline === -1 ? bytes.length : newline;
    this.#note.add(bytes, from, read);
    if (this.#isInStatement && this.#rows < 0) this.#text.add(bytes, from, read);
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
    this.#look();
    this.#insert = NOTHING;
    this.#mode = 'gap';
  }
}

/** Whether there is nothing but commas and blanks, beside the parenthesis that closes the row before. */
function isBetweenRows(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++)
    if (bytes[i] !== is.COMMA && bytes[i] !== is.CLOSE && !is.isBlank(bytes[i])) return false;
  return true;
}
