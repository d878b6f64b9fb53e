import type { Flavour } from '../lexer/delimiter.ts';

/** A word, a name in quotes, a string, or a sign, as the server reads it. Comments are not tokens. */
export interface ServerToken {
  readonly kind: 'word' | 'name' | 'string' | 'sign';
  /** Of a name without its quotes; of a string nothing. */
  readonly text: string;
  /** Where it begins and ends. */
  readonly at: number;
  readonly end: number;
  /** How many parentheses it stands in. */
  readonly depth: number;
}

/** What the server makes of a statement that the client sends. */
export interface ServerReading {
  readonly tokens: readonly ServerToken[];
  /** Why it can't make sense of it, if so. */
  readonly fault?: ReadingFault | undefined;
  /** Whether there are more than MAX_TOKENS, of which these are the first. */
  readonly isCut: boolean;
}

/** No real definition has so many; they must fit into memory. */
const MAX_TOKENS = 250_000;

export type ReadingFault =
  | 'a delimiter that the client has not seen'
  | 'a comment that ends but never began'
  | 'a comment that is not closed'
  | 'a string or a name that is not closed';

export interface ReadingRules {
  readonly flavour: Flavour;
  readonly delimiter: string;
  /** Whether a backslash takes away the next byte's meaning: a matter of the SQL mode. */
  readonly escapes: boolean;
  /** Whether "…" is a name. */
  readonly ansiQuotes: boolean;
  /** Whether `$$…$$` is a string. */
  readonly quotesInDollars: boolean;
  /** Whether only words that begin a query are wanted of what stands in parentheses: the columns of a table are many. */
  readonly isShallow?: boolean;
  /** Of the server, such as 101114: code for later ones is a comment to it. Left out: a server that is later than all others. */
  readonly version?: number | undefined;
}

/**
 * Reads a statement as the server will (`lex_one_token` of its sql_lex.cc), which goes by other rules than the client that
 * sends it: comments that are code don't nest, a plain one in them ends where it seems to, and lines mean nothing.
 * @param text one character for each byte (latin1)
 */
export function readAsServer(text: string, rules: ReadingRules): ServerReading {
  const reader = new Reader(text, rules);
  while (reader.fault === undefined && reader.tokens.length < MAX_TOKENS && reader.readOne());
  return { tokens: reader.tokens, fault: reader.fault, isCut: reader.tokens.length >= MAX_TOKENS };
}

const CODE_OPENER = { mariadb: /\/\*M?!(\d{5,6})?/y, mysql: /\/\*!(\d{5,6})?/y };
const DOLLAR_TAG = /\$[\w\x80-\xff]*\$/y;

/** Signs that mean something, as character codes; definitions of tables go by in great numbers. */
const [HASH, DASH, STAR, SLASH, BACKSLASH] = ['#', '-', '*', '/', '\\'].map(sign => sign.charCodeAt(0));
const [SINGLE, DOUBLE, BACKTICK, DOLLAR, OPEN, CLOSE] = ["'", '"', '`', '$', '(', ')'].map(sign => sign.charCodeAt(0));
const SELECT = 'SELECT';
const BLANK = 1;
const OF_WORD = 2;
const CLASSES = Uint8Array.from({ length: 256 }, (_, code) =>
  code <= 0x20 || code === 0x7f ? BLANK : /[\w$\x80-\xff]/.test(String.fromCharCode(code)) ? OF_WORD : 0,
);

class Reader {
  readonly tokens: ServerToken[] = [];
  fault: ReadingFault | undefined;
  readonly #text: string;
  readonly #rules: ReadingRules;
  readonly #delimiter: number;
  #at = 0;
  #depth = 0;
  #isInCode = false;
  /** Whether all of it stands in comments that are code, as mysqldump writes triggers, events and views. */
  readonly #isMadeOfCode: boolean;

  constructor(text: string, rules: ReadingRules) {
    this.#text = text;
    this.#isMadeOfCode = text.startsWith('/*!');
    this.#rules = rules;
    this.#delimiter = rules.delimiter.charCodeAt(0);
  }

  /** @returns whether there was something left */
  readOne(): boolean {
    this.#skip(BLANK);
    const text = this.#text;
    const at = this.#at;
    if (at >= text.length) {
      if (this.#isInCode) this.fault = 'a comment that is not closed';
      return false;
    }
    const code = text.charCodeAt(at);
    if (code === this.#delimiter && text.startsWith(this.#rules.delimiter, at))
      this.fault = 'a delimiter that the client has not seen';
    else if ((code === HASH || code === DASH || code === STAR || code === SLASH) && this.#comment(code)) return true;
    else this.#token(code);
    return true;
  }

  #comment(code: number): boolean {
    const text = this.#text;
    const at = this.#at;
    const next = text.charCodeAt(at + 1);
    if (code === HASH || (code === DASH && next === DASH && isBlankOrEnd(text, at + 2))) {
      this.#goBehind('\n', at, undefined);
      return true;
    }
    if (code === STAR && next === SLASH) return this.#endOfComment();
    if (code !== SLASH || next !== STAR) return false;
    this.#openComment();
    return true;
  }

  /** A plain comment is passed; what stands in one that is code is read on. */
  #openComment(): void {
    const opener = this.#match(CODE_OPENER[this.#rules.flavour]);
    if (opener === undefined) this.#goBehind('*/', this.#at + 2, 'a comment that is not closed');
    else if (isForOthers(opener[0], Number(opener[1] ?? 0), this.#rules)) this.#skipCode();
    else {
      this.#at += opener[0].length;
      this.#isInCode = true;
    }
  }

  /** Code for other servers may have plain comments in it, which end within it. */
  #skipCode(): void {
    const text = this.#text;
    let from = this.#at + 2;
    for (;;) {
      const end = text.indexOf('*/', from);
      const inner = text.indexOf('/*', from);
      const innerEnd = inner === -1 || inner > end ? -1 : text.indexOf('*/', inner + 2);
      if (innerEnd === -1) break;
      from = innerEnd + 2;
    }
    this.#goBehind('*/', from, 'a comment that is not closed');
  }

  #endOfComment(): boolean {
    const text = this.#text;
    if (!this.#isInCode) {
      // Where no comment is open, `*/*` is a product and the beginning of one.
      if (text.charCodeAt(this.#at + 2) === STAR) return false;
      this.fault = 'a comment that ends but never began';
      return true;
    }
    this.#isInCode = false;
    this.#at += 2;
    this.#skip(BLANK);
    if (this.#isMadeOfCode && this.#at < text.length && !text.startsWith('/*!', this.#at))
      this.fault = 'a comment that ends but never began';
    return true;
  }

  #token(code: number): void {
    const { ansiQuotes, escapes, quotesInDollars } = this.#rules;
    if (code === BACKTICK) this.#quoted('name', '`', false);
    else if (code === DOUBLE && ansiQuotes) this.#quoted('name', '"', false);
    else if (code === DOUBLE) this.#quoted('string', '"', escapes);
    else if (code === SINGLE) this.#quoted('string', "'", escapes);
    else if (code === DOLLAR && quotesInDollars && this.#dollarQuoted()) return;
    else if (CLASSES[code] === OF_WORD) this.#word();
    else this.#sign(code);
  }

  #word(): void {
    const at = this.#at;
    this.#skip(OF_WORD);
    const end = this.#at;
    this.#at = at;
    if (this.#isOfInterest(end)) this.#push('word', this.#text.slice(at, end), end);
    else this.#at = end;
  }

  #sign(code: number): void {
    const at = this.#at;
    if (code === CLOSE) this.#depth--;
    if (this.#depth === 0 || !this.#rules.isShallow) this.#push('sign', this.#text[at]!, at + 1);
    else this.#at = at + 1;
    if (code === OPEN) this.#depth++;
  }

  #isOfInterest(end: number): boolean {
    if (this.#depth === 0 || !this.#rules.isShallow) return true;
    return end - this.#at === SELECT.length && this.#text.slice(this.#at, end).toUpperCase() === SELECT;
  }

  #quoted(kind: 'name' | 'string', quote: string, escapes: boolean): void {
    const text = this.#text;
    const code = quote.charCodeAt(0);
    let i = this.#at + 1;
    for (; i < text.length; i++) {
      const found = text.charCodeAt(i);
      if (found === BACKSLASH && escapes) i++;
      else if (found === code) {
        if (text.charCodeAt(i + 1) !== code) break;
        i++;
      }
    }
    if (i >= text.length) this.fault = 'a string or a name that is not closed';
    if (this.#depth > 0 && this.#rules.isShallow) {
      this.#at = i + 1;
      return;
    }
    const inside = kind === 'name' ? text.slice(this.#at + 1, i) : '';
    this.#push(kind, inside.includes(quote) ? inside.replaceAll(quote + quote, quote) : inside, i + 1);
  }

  #dollarQuoted(): boolean {
    const [tag] = this.#match(DOLLAR_TAG) ?? [];
    if (tag === undefined) return false;
    const end = this.#text.indexOf(tag, this.#at + tag.length);
    if (end === -1) this.fault = 'a string or a name that is not closed';
    this.#push('string', '', end === -1 ? this.#text.length : end + tag.length);
    return true;
  }

  #push(kind: ServerToken['kind'], text: string, end: number): void {
    this.tokens.push({ kind, text, at: this.#at, end, depth: this.#depth });
    this.#at = end;
  }

  #goBehind(mark: string, from: number, otherwise: ReadingFault | undefined): void {
    const found = this.#text.indexOf(mark, from);
    if (found === -1) this.fault = otherwise;
    this.#at = found === -1 ? this.#text.length : found + mark.length;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text) ?? undefined;
  }

  #skip(kind: number): void {
    const text = this.#text;
    let at = this.#at;
    while (at < text.length && CLASSES[text.charCodeAt(at)] === kind) at++;
    this.#at = at;
  }
}

/** Behind `--` there must be a blank, or the end, for it to begin a comment. */
function isBlankOrEnd(text: string, at: number): boolean {
  return at >= text.length || CLASSES[text.charCodeAt(at)] === BLANK;
}

/** MariaDB passes code for MySQL 5.7 and later, unless it is marked as its own by an M, and so is code for future servers. */
function isForOthers(opener: string, version: number, { flavour, version: own = version }: ReadingRules): boolean {
  if (version > own || version >= 999_999) return true;
  return flavour === 'mariadb' && version >= 50_700 && version <= 99_999 && !opener.startsWith('/*M');
}
