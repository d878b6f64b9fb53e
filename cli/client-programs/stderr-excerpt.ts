import type { Readable } from 'node:stream';

const KEPT_BYTES = 8192;
const BLOT = Buffer.from('***');

/** What a child process has said on stderr so far; never with the secret in it. */
export interface Said {
  /** Its beginning and its end. */
  text(): string;
  /** How many bytes of it `lines` does not give. */
  readonly leftOutBytes: number;
  /**
   * @param judge is given each line before the secret is redacted of it, which may have made words of it unreadable;
   *   but a redacted line where something was left out. Its result must not contain any part of the line.
   * @returns each line of the text, with what was made of it
   */
  lines<Verdict extends string | undefined>(judge: (line: string) => Verdict): { line: string; verdict: Verdict }[];
}

/**
 * Keeps the beginning and the end of what a child process says on stderr, however much that is, with `secret` redacted.
 * @param stderr undefined when the child has none
 */
export function excerptOf(stderr: Readable | undefined, secret: string): Said {
  const blotter = new Blotter(Buffer.from(secret));
  const kept = new Excerpt();
  const raw = new Excerpt();
  stderr?.on('data', (piece: Buffer) => {
    kept.add(blotter.blot(piece));
    raw.add(piece);
  });
  const redacted = () => kept.with(blotter.heldBack());
  return {
    text: () => redacted().text().trim(),
    get leftOutBytes() {
      return raw.leftOut;
    },
    lines: judge => {
      // Where the raw text is cut, a part of the secret could be left of it.
      const lines = raw.leftOut === 0 ? linesOf(raw.text(), secret) : linesOf(redacted().text(), '');
      return lines.map(({ line, raw }) => ({ line, verdict: judge(raw) }));
    },
  };
}

/** @returns each line of the text, raw and with the secret redacted; a line break within the secret ends none */
function linesOf(text: string, secret: string): { line: string; raw: string }[] {
  const lines = [{ line: '', raw: '' }];
  const parts = secret === '' ? [text] : text.split(secret);
  for (const [index, part] of parts.entries()) {
    if (index > 0) append(lines.at(-1)!, BLOT.toString(), secret);
    for (const [at, piece] of part.split('\n').entries()) {
      if (at > 0) lines.push({ line: '', raw: '' });
      append(lines.at(-1)!, piece, piece);
    }
  }
  return lines;
}

function append(to: { line: string; raw: string }, line: string, raw: string): void {
  to.line += line;
  to.raw += raw;
}

/** Redacts a secret in a stream, also where it is split between chunks, and before anything is left out. */
class Blotter {
  readonly #secret: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** @returns what can't be the beginning of the secret any more */
  blot(piece: Buffer): Buffer {
    const redacted = this.#blotAll(Buffer.concat([this.#held, piece]));
    const safe = Math.max(0, redacted.length - Math.max(0, this.#secret.length - 1));
    this.#held = redacted.subarray(safe);
    return redacted.subarray(0, safe);
  }

  heldBack(): Buffer {
    return this.#held;
  }

  #blotAll(bytes: Buffer): Buffer {
    if (this.#secret.length === 0) return bytes;
    const parts: Buffer[] = [];
    let from = 0;
    for (let at = bytes.indexOf(this.#secret); at !== -1; at = bytes.indexOf(this.#secret, from)) {
      parts.push(bytes.subarray(from, at), BLOT);
      from = at + this.#secret.length;
    }
    return from === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(from)]);
  }
}

class Excerpt {
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #leftOut = 0;

  add(bytes: Buffer): void {
    const room = KEPT_BYTES - this.#head.length;
    this.#head = Buffer.concat([this.#head, bytes.subarray(0, room)]);
    const rest = Buffer.concat([this.#tail, bytes.subarray(room)]);
    this.#tail = rest.subarray(Math.max(0, rest.length - KEPT_BYTES));
    this.#leftOut += rest.length - this.#tail.length;
  }

  get leftOut(): number {
    return this.#leftOut;
  }

  /** @returns another one, with something more at its end */
  with(last: Buffer): Excerpt {
    const whole = new Excerpt();
    [whole.#head, whole.#tail, whole.#leftOut] = [this.#head, this.#tail, this.#leftOut];
    whole.add(last);
    return whole;
  }

  text(): string {
    if (this.#leftOut === 0) return Buffer.concat([this.#head, this.#tail]).toString('utf8');
    return `${this.#head.toString('utf8')}\n… ${this.#leftOut.toLocaleString('en')} bytes left out …\n${this.#tail.toString('utf8')}`;
  }
}
