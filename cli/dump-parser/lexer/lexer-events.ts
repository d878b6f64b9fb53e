/** A statement as the client sends it. Its bytes are those of buffers that are used again: good during the call only. */
export interface Statement {
  /** Its code without comments, without what stands in parentheses or between dollars, up to `VALUES (`. */
  readonly head: Uint8Array;
  /** All of it without the delimiter, as far as `VALUES (`. */
  readonly text: Uint8Array;
  /** Whether it has more than MAX_STATEMENT bytes, of which `text` holds the first. */
  readonly isCut: boolean;
  /** Where in `text` the client saw a comment end, behind which it may insert a blank. */
  readonly commentEnds: readonly number[];
  /** -1 when it is no `INSERT … VALUES` or `REPLACE … VALUES`. */
  readonly rows: number;
  /** Whether there is more in or behind its rows than plain values. */
  readonly hasMoreThanRows: boolean;
  /** Whether it has ended before the dump did. */
  readonly isWhole: boolean;
  /** Bytes of the statement with its delimiter. */
  readonly size: number;
  /** Whether the client treats a backslash in it as a command of its own. */
  readonly hasClientCommand: boolean;
  /** What ended it. */
  readonly delimiter: Uint8Array;
}

/** The events of a dump while it is read. The bytes are in a buffer that is reused: they are valid during the call only. */
export interface LexerEvents {
  /** A comment outside of any statement has ended: its text with its opener, and where in the dump it began. */
  comment(text: Uint8Array, at: number, isAtLineStart: boolean): void;
  /** A statement has ended. */
  statement(statement: Statement): void;
  /** A statement with rows has ended whose head is that of the statement before. */
  repeatedInsert(rows: number, size: number, hasMoreThanRows: boolean, isWhole: boolean): void;
}

/** The rows of an INSERT that is being read. */
export interface RowsSoFar {
  readonly count: number;
  /** Where in the dump the first and the last of them begin. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Whether something other than plain values has been seen in or between them. */
  readonly hasMoreThanRows: boolean;
}
