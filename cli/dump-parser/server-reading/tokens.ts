export interface Token {
  readonly text: string;
  /** A name in quotes, never a keyword; a bare word may be either. */
  readonly isQuoted: boolean;
}

/** The words, names and signs of a piece of SQL, without the marks of comments that are code. */
export class Tokens {
  readonly #matches: Iterator<RegExpMatchArray>;
  #ahead: Token[] = [];

  constructor(code: string) {
    this.#matches = code.matchAll(TOKEN);
  }

  next(): Token | undefined {
    return this.#ahead.shift() ?? this.#read();
  }

  peek(): Token | undefined {
    this.#fill(1);
    return this.#ahead[0];
  }

  /** Goes past these keywords, if all of them come next. */
  skip(...words: string[]): boolean {
    this.#fill(words.length);
    const comes = words.every((word, i) => {
      const token = this.#ahead[i];
      return token !== undefined && !token.isQuoted && token.text.toUpperCase() === word;
    });
    if (comes) this.#ahead.splice(0, words.length);
    return comes;
  }

  #fill(count: number): void {
    while (this.#ahead.length < count) {
      const token = this.#read();
      if (token === undefined) return;
      this.#ahead.push(token);
    }
  }

  #read(): Token | undefined {
    for (;;) {
      const { value, done } = this.#matches.next();
      if (done) return undefined;
      const [text, inBackticks, inQuotes] = value as RegExpMatchArray;
      if (inBackticks !== undefined) return { text: inBackticks.replaceAll('``', '`'), isQuoted: true };
      if (inQuotes !== undefined) return { text: inQuotes.replaceAll('""', '"'), isQuoted: true };
      if (!/^(?:\/\*M?!|\*\/$)/.test(text)) return { text, isQuoted: false };
    }
  }
}

/** A quoted name, a string, the mark of a comment that is code, a bare word, or a sign. */
const TOKEN = /`((?:[^`]|``)*)`|"((?:[^"]|"")*)"|'(?:[^'\\]|\\.|'')*'|\/\*M?!\d*|\*\/|[\w$\u0080-\uffff]+|\S/gsu;
