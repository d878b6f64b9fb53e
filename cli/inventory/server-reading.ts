import type { Flavour } from './mark.ts';

/** A word, a name in quotes, a string, or a sign, as the server reads it; comments are none. */
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
}

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
}

/**
 * Reads a statement as the server will (`lex_one_token` of its sql_lex.cc), which goes by other rules than the client that
 * sends it: comments that are code don't nest, a plain one in them ends where it seems to, and lines mean nothing.
 * @param text one character for each byte (latin1)
 */
export function readAsServer(text: string, rules: ReadingRules): ServerReading {
  const reader = new Reader(text, rules);
  while (reader.fault === undefined && reader.readOne());
  return { tokens: reader.tokens, fault: reader.fault };
}

const WORD = /[\w$\x80-\xff]+/y;
const BLANKS = /[\x00-\x20\x7f]+/y;
const DASHES = /--(?:[\x00-\x20\x7f]|$)/y;
const CODE_OPENER = { mariadb: /\/\*M?!(\d{5,6})?/y, mysql: /\/\*!(\d{5,6})?/y };
const DOLLAR_TAG = /\$[\w\x80-\xff]*\$/y;

class Reader {
  readonly tokens: ServerToken[] = [];
  fault: ReadingFault | undefined;
  readonly #text: string;
  readonly #rules: ReadingRules;
  #at = 0;
  #depth = 0;
  #isInCode = false;
  /** Whether all of it stands in comments that are code, as mysqldump writes triggers, events and views. */
  readonly #isMadeOfCode: boolean;

  constructor(text: string, rules: ReadingRules) {
    this.#text = text;
    this.#isMadeOfCode = text.startsWith('/*!');
    this.#rules = rules;
  }

  /** @returns whether there was something left */
  readOne(): boolean {
    this.#skip(BLANKS);
    if (this.#at >= this.#text.length) {
      if (this.#isInCode) this.fault = 'a comment that is not closed';
      return false;
    }
    const { delimiter } = this.#rules;
    if (this.#text.startsWith(delimiter, this.#at)) this.fault = 'a delimiter that the client has not seen';
    else if (!this.#comment()) this.#token();
    return true;
  }

  #comment(): boolean {
    const text = this.#text;
    const at = this.#at;
    if (text[at] === '#' || (text[at] === '-' && this.#match(DASHES) !== undefined)) {
      this.#goBehind('\n', at, undefined);
      return true;
    }
    if (text.startsWith('*/', at) && this.#isInCode) {
      this.#isInCode = false;
      this.#at += 2;
      this.#skip(BLANKS);
      if (this.#isMadeOfCode && this.#at < text.length && !text.startsWith('/*!', this.#at))
        this.fault = 'a comment that ends but never began';
      return true;
    }
    // Where no comment is open, `*/*` is a product and the beginning of one.
    if (text.startsWith('*/', at) && text[at + 2] !== '*') this.fault = 'a comment that ends but never began';
    if (!text.startsWith('/*', at)) return this.fault !== undefined;
    const opener = this.#match(CODE_OPENER[this.#rules.flavour]);
    if (opener === undefined || isForOthers(Number(opener[1] ?? 0), this.#rules.flavour))
      this.#goBehind('*/', at + 2, 'a comment that is not closed');
    else {
      this.#at += opener[0].length;
      this.#isInCode = true;
    }
    return true;
  }

  #token(): void {
    const { ansiQuotes, escapes, quotesInDollars } = this.#rules;
    const at = this.#at;
    const sign = this.#text[at]!;
    if (sign === '`') this.#quoted('name', sign, false);
    else if (sign === '"' && ansiQuotes) this.#quoted('name', sign, false);
    else if (sign === '"' || sign === "'") this.#quoted('string', sign, escapes);
    else if (sign === '$' && quotesInDollars && this.#dollarQuoted()) return;
    else {
      const [word] = this.#match(WORD) ?? [];
      if (sign === ')') this.#depth--;
      this.#push(word === undefined ? 'sign' : 'word', word ?? sign, at + (word?.length ?? 1));
      if (sign === '(') this.#depth++;
    }
  }

  #quoted(kind: 'name' | 'string', quote: string, escapes: boolean): void {
    const text = this.#text;
    let i = this.#at + 1;
    for (; i < text.length; i++) {
      if (escapes && text[i] === '\\') i++;
      else if (text[i] === quote && text[i + 1] === quote) i++;
      else if (text[i] === quote) break;
    }
    if (i >= text.length) this.fault = 'a string or a name that is not closed';
    const inside = kind === 'name' ? text.slice(this.#at + 1, i).replaceAll(quote + quote, quote) : '';
    this.#push(kind, inside, i + 1);
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

  #skip(pattern: RegExp): void {
    this.#at += this.#match(pattern)?.[0].length ?? 0;
  }
}

/** MariaDB takes what is meant for MySQL since 5.7 for a plain comment; what is for servers that are not there yet is one, too. */
function isForOthers(version: number, flavour: Flavour): boolean {
  return version >= 999_999 || (flavour === 'mariadb' && version >= 50_700 && version <= 99_999);
}
