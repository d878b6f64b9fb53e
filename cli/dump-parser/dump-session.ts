import { DumpHeader } from './dump-header.ts';
import { ClientCharacterSet } from './lexer/client-character-set.ts';
import type { DumpLexer } from './lexer/lexer.ts';
import type { Statement } from './lexer/lexer-events.ts';
import type { ReadingRules } from './server-reading/server-reading.ts';
import { SqlMode } from './server-reading/sql-mode.ts';

/**
 * What the comments and the SET statements of a dump have told so far, which decides how all behind them is read. It tells the
 * lexer what this must know.
 */
export class DumpSession {
  readonly header = new DumpHeader();
  readonly sqlMode = new SqlMode();
  readonly #characterSet = new ClientCharacterSet();
  readonly #lexer: DumpLexer;

  constructor(lexer: DumpLexer) {
    this.#lexer = lexer;
  }

  /** In which the server reads a statement, in small letters. */
  get characterSet(): string {
    return this.#characterSet.name;
  }

  /** @param text of a comment outside of any statement, with its opener */
  readComment(text: string): void {
    this.header.readComment(text);
    this.#lexer.quotesInDollars = this.header.quotesInDollars;
    this.#lexer.flavour = this.header.flavour;
  }

  /** @param head of a SET or CHANGE statement, without plain comments */
  obey(head: string): void {
    const statement = head.replace(/^\/\*M?!\d*\s*/, '');
    this.header.readStatement(statement);
    this.sqlMode.follow(statement);
    this.#characterSet.follow(statement);
    this.#lexer.escapesInSingle = this.sqlMode.escapesInSingle;
    this.#lexer.ansiQuotes = this.sqlMode.ansiQuotes;
    // MySQL's client does not know that "…" may be a name.
    this.#lexer.escapesInDouble =
      this.header.flavour === 'mysql' ? this.sqlMode.escapesInSingle : this.sqlMode.escapesInDouble;
  }

  /** @returns bytes of a statement as the server will read them */
  decode(bytes: Uint8Array): string {
    return this.#characterSet.decode(bytes);
  }

  /** @returns what makes text of one character a byte, as the server will read it, also after the dump has set something else */
  decoder(): (code: string) => string {
    return this.#characterSet.decoder();
  }

  /**
   * @param code text of the statement, one character for each byte
   * @returns the rules by which the server reads it
   */
  rulesFor({ delimiter, commentEnds }: Pick<Statement, 'delimiter' | 'commentEnds'>, code: string): ReadingRules {
    return {
      flavour: this.header.flavour,
      delimiter: textOf(delimiter),
      escapes: this.sqlMode.escapesInSingle,
      ansiQuotes: this.sqlMode.ansiQuotes,
      quotesInDollars: this.header.quotesInDollars,
      isShallow: commentEnds.length === 0 && code.startsWith('CREATE TABLE') && !code.includes('\r\n'),
    };
  }
}

/** @returns bytes as UTF-8 */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** @returns one character for each byte */
export function codeOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
