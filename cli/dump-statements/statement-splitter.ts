import { DumpSession, textOf } from '../dump-parser/dump-session.ts';
import { bytesOf, isBlank, startsWith } from '../dump-parser/lexer/bytes.ts';
import { DumpLexer } from '../dump-parser/lexer/lexer.ts';
import type { LexerEvents, RowsSoFar, Statement } from '../dump-parser/lexer/lexer-events.ts';
import type { DumpStatement } from './dump-statement.ts';
import { HeldBytes } from './held-bytes.ts';
import { doubtfulDelimiter, endsWithin, endsWithoutMarker, tooLong } from './split-errors.ts';
import { MORE_THAN_ROWS, readStatement, type StatementReading } from './statement-reading.ts';

export interface SplitOptions {
  /** The longest statement that is accepted, in bytes. An INSERT of several rows may be longer: it comes in parts. */
  readonly maxStatementBytes: number;
  /** An INSERT that is longer comes in parts, each a statement of its own with whole rows; in bytes. */
  readonly partBytes: number;
  /**
   * By whose rules stored programs are split. `as the server` only where each statement goes to the server byte for byte: text for the
   * mysql client must not have in it what the client treats as a command or as an end.
   */
  readonly programs: 'as the client' | 'as the server';
}

/** A statement that has ended, in places of the dump. */
interface Found extends Pick<DumpStatement, 'at' | 'rows' | 'reading' | 'doubt'> {
  readonly end: number;
  readonly part: Part | undefined;
}

/** Of an INSERT that comes in parts: how each begins, and what has come so far. */
interface Part {
  readonly head: Uint8Array;
  readonly reading: StatementReading;
  readonly from: number;
  readonly rows: number;
}

const NOTHING = new Uint8Array();
const MARKER = bytesOf('-- Dump completed');

/** Takes a dump apart into its statements, chunk by chunk. It holds one statement, if that reaches beyond a chunk. */
export class StatementSplitter implements LexerEvents {
  readonly #lexer: DumpLexer;
  readonly #limits: Omit<SplitOptions, 'programs'>;
  readonly #held = new HeldBytes();
  #found: Found[] = [];
  /** Of the last statement that was not a repeated INSERT. */
  #reading: StatementReading | undefined;
  #delimiterLength = 1;
  #part: Part | undefined;
  #markerAt = -2;
  #size = 0;
  readonly session: DumpSession;

  constructor({ programs, ...limits }: SplitOptions) {
    this.#lexer = new DumpLexer(this, { programs });
    this.session = new DumpSession(this.#lexer);
    this.#limits = limits;
  }

  /**
   * @param chunk of the dump, cut anywhere; not kept, but used until the last statement was taken
   * @returns the statements that end in it
   * @throws {ExplainedError} when one is too long
   */
  *take(chunk: Uint8Array): Generator<DumpStatement, void> {
    const start = this.#size;
    this.#size += chunk.length;
    this.#lexer.write(chunk);
    if (this.#lexer.hasDoubtfulDelimiter) throw doubtfulDelimiter();
    for (const one of this.#takeFound()) yield this.#statement(one, chunk, start);
    const keptFrom = this.#part?.from ?? (this.#lexer.isInStatement ? this.#lexer.lastBegan : this.#lexer.position);
    if (keptFrom < start) this.#fill(chunk, start, this.#size);
    this.#held.dropTo(keptFrom);
    if (keptFrom >= start) this.#held.add(chunk.subarray(keptFrom - start));
    if (this.#held.end - this.#held.at > this.#limits.partBytes) yield* this.#cut();
  }

  /**
   * The dump has ended.
   * @returns its last statements
   * @throws {ExplainedError} when it has ended too early
   */
  *end(): Generator<DumpStatement, void> {
    const isBalanced = this.#lexer.end();
    for (const one of this.#takeFound()) yield this.#statement(one, NOTHING, this.#size);
    const { lastBegan } = this.#lexer;
    if (!isBalanced) throw endsWithin(lastBegan);
    if (this.#markerAt !== lastBegan) throw endsWithoutMarker();
  }

  comment(text: Uint8Array, at: number, isAtLineStart: boolean): void {
    if (isAtLineStart && startsWith(text, 0, MARKER)) this.#markerAt = at;
    this.session.readComment(textOf(text));
  }

  statement(statement: Statement): void {
    if (!statement.isWhole) return;
    const reading = readStatement(statement, this.session);
    if (reading.kind === 'set' || reading.tokens[0]?.text.toUpperCase() === 'CHANGE')
      this.session.obey(textOf(statement.head));
    this.#reading = reading;
    this.#delimiterLength = statement.delimiter.length;
    this.#find(Math.max(statement.rows, 0), statement.size, reading.doubt);
  }

  repeatedInsert(rows: number, size: number, hasMoreThanRows: boolean, isWhole: boolean): void {
    if (isWhole) this.#find(rows, size, hasMoreThanRows ? MORE_THAN_ROWS : this.#sharedDoubt);
  }

  /** What is wrong with the head of an INSERT is wrong with the next that begins alike; what is wrong with its rows, is not. */
  get #sharedDoubt(): string | undefined {
    const doubt = this.#reading?.doubt;
    return doubt === MORE_THAN_ROWS ? undefined : doubt;
  }

  #find(rows: number, size: number, doubt: string | undefined): void {
    const begun = this.#lexer.lastBegan;
    const part = this.#part;
    this.#part = undefined;
    this.#found.push({
      at: part?.from ?? begun,
      end: begun + size - this.#delimiterLength,
      rows: rows - (part?.rows ?? 0),
      reading: this.#reading!,
      doubt,
      part,
    });
  }

  #takeFound(): readonly Found[] {
    const found = this.#found;
    if (found.length > 0) this.#found = [];
    return found;
  }

  #statement({ at, end, rows, reading, doubt, part }: Found, chunk: Uint8Array, start: number): DumpStatement {
    const bytes = withHead(part, this.#bytes(chunk, start, at, end));
    return { kind: reading.kind, object: reading.object, at, rows, reading, doubt, bytes };
  }

  #bytes(chunk: Uint8Array, start: number, at: number, end: number): Uint8Array {
    if (at >= start) return chunk.subarray(at - start, end - start);
    this.#fill(chunk, start, end);
    return this.#held.view(at, end);
  }

  /** Adds to what is held the beginning of the chunk, up to a place of the dump. */
  #fill(chunk: Uint8Array, start: number, end: number): void {
    const from = this.#held.end - start;
    if (end - start > from) this.#held.add(chunk.subarray(from, end - start));
  }

  /** The statement that is being read is long. */
  *#cut(): Generator<DumpStatement, void> {
    const rows = this.#lexer.rowsSoFar;
    const part = rows && (this.#part ?? this.#firstPart(rows));
    const isLong = this.#held.end - this.#held.at > this.#limits.maxStatementBytes;
    if (rows === undefined || part === undefined || rows.lastAt <= part.from) {
      if (isLong) throw tooLong(part?.reading.object, this.#held.at, this.#limits.maxStatementBytes);
      return;
    }
    const { from: at, reading } = part;
    const bytes = withoutComma(this.#held.view(at, rows.lastAt));
    const { kind, object } = reading;
    const doubt = rows.hasMoreThanRows ? MORE_THAN_ROWS : reading.doubt;
    yield { kind, object, at, rows: rows.count - 1 - part.rows, reading, doubt, bytes: withHead(part, bytes) };
    this.#part = { ...part, from: rows.lastAt, rows: rows.count - 1 };
    this.#held.dropTo(rows.lastAt);
  }

  #firstPart({ firstAt }: RowsSoFar): Part {
    const text = this.#held.view(this.#lexer.lastBegan, firstAt + 1);
    const seen = { head: text, text, rows: 1, commentEnds: [], delimiter: bytesOf(';') };
    const reading = readStatement(
      { ...seen, isCut: false, hasClientCommand: false, hasMoreThanRows: false },
      this.session,
    );
    return { head: text.slice(0, -1), reading, from: firstAt, rows: 0 };
  }
}

function withHead(part: Part | undefined, bytes: Uint8Array): Uint8Array {
  if (part === undefined) return bytes;
  const whole = new Uint8Array(part.head.length + bytes.length);
  whole.set(part.head);
  whole.set(bytes, part.head.length);
  return whole;
}

/** Rows without what parts the last one from the next. */
function withoutComma(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (isBlank(bytes[end - 1]) || bytes[end - 1] === COMMA)) end--;
  return bytes.subarray(0, end);
}

const COMMA = 0x2c;
