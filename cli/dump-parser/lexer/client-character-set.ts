import iconv from 'iconv-lite';

/**
 * Follows `character_set_client`, in which the server that loads a dump reads each statement: mysqldump puts each routine, trigger,
 * event and view under the one of the connection that created it, and the old one back afterwards.
 */
export class ClientCharacterSet {
  #current = 'utf8mb4';
  readonly #saved = new Map<string, string>();

  /** In small letters. */
  get name(): string {
    return this.#current;
  }

  /** @param code of a SET statement, such as `SET character_set_client = latin1` */
  follow(code: string): void {
    if (!/^SET\s+NAMES\b|character_set_client/i.test(code)) return;
    for (const [, variable, name, source] of code.matchAll(ASSIGNMENT)) {
      if (variable !== undefined) this.#saved.set(variable.toLowerCase(), this.#current);
      else this.#current = (name ?? this.#saved.get(source!.toLowerCase()) ?? 'utf8mb4').toLowerCase();
    }
  }

  /** @returns a piece of a statement as the server will read it; as UTF-8 where the character set is not known */
  decode(bytes: Uint8Array): string {
    return decodeAs(this.#current, bytes);
  }

  /** @returns what does the same for one character a byte, as of now */
  decoder(): (code: string) => string {
    const name = this.#current;
    return code => (isAscii(code) ? code : decodeAs(name, Buffer.from(code, 'latin1')));
  }
}

/** @returns a text in a character set of the server; as UTF-8 where that is not known */
export function encodeAs(name: string, text: string): Uint8Array {
  const encoding = ENCODINGS[name];
  return encoding === undefined ? Buffer.from(text, 'utf8') : iconv.encode(text, encoding);
}

function isAscii(code: string): boolean {
  return /^[\0-\x7f]*$/.test(code);
}

function decodeAs(name: string, bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const encoding = ENCODINGS[name];
  return encoding === undefined ? text.toString('utf8') : iconv.decode(text, encoding);
}

/** `@variable = @@character_set_client`, `character_set_client = name`, `character_set_client = @variable`, `SET NAMES name`. */
const ASSIGNMENT =
  /@(\w+)\s*:?=\s*@@(?:session\.)?character_set_client\b|(?:(?<![\w@])(?:@@)?(?:session[.\s]\s*)?character_set_client\s*:?=\s*|^SET\s+NAMES\s+)(?:'?(\w+)'?|@(\w+))/gi;

/** The character sets that MySQL and MariaDB take from a client, beside UTF-8, binary and ascii, as iconv-lite calls them. */
const ENCODINGS: Readonly<Record<string, string>> = {
  ...{ latin1: 'win1252', latin2: 'iso88592', latin5: 'iso88599', latin7: 'iso885913', greek: 'iso88597' },
  ...{ hebrew: 'iso88598', cp1250: 'win1250', cp1251: 'win1251', cp1256: 'win1256', cp1257: 'win1257' },
  ...{ cp850: 'cp850', cp852: 'cp852', cp866: 'cp866', koi8r: 'koi8r', koi8u: 'koi8u', tis620: 'tis620' },
  ...{ armscii8: 'armscii8', hp8: 'hproman8', macroman: 'macroman', macce: 'maccenteuro', gb18030: 'gb18030' },
  ...{ sjis: 'shiftjis', cp932: 'shiftjis', ujis: 'eucjp', eucjpms: 'eucjp', euckr: 'euckr', gbk: 'gbk' },
  ...{ gb2312: 'gb2312', big5: 'big5' },
};
