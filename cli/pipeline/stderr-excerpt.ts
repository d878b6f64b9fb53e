import type { Readable } from 'node:stream';

const KEPT_BYTES = 8192;
const BLOT = Buffer.from('***');

/**
 * Keeps the beginning and the end of what a child process says on stderr, however much that is.
 * @returns a function that gives what was said so far, as text, with `secret` blotted out
 */
export function excerptOf(stderr: Readable, secret: string): () => string {
  const blotter = new Blotter(Buffer.from(secret));
  const kept = new Excerpt();
  stderr.on('data', (piece: Buffer) => kept.add(blotter.blot(piece)));
  return () => kept.text(blotter.heldBack()).trim();
}

/** Blots out a secret while it goes by, also where it is spread over pieces, and before anything is left out. */
class Blotter {
  readonly #secret: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** @returns what can't be the beginning of the secret any more */
  blot(piece: Buffer): Buffer {
    const blotted = this.#blotAll(Buffer.concat([this.#held, piece]));
    const safe = Math.max(0, blotted.length - Math.max(0, this.#secret.length - 1));
    this.#held = blotted.subarray(safe);
    return blotted.subarray(0, safe);
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

  text(last: Buffer): string {
    const whole = new Excerpt();
    [whole.#head, whole.#tail, whole.#leftOut] = [this.#head, this.#tail, this.#leftOut];
    whole.add(last);
    if (whole.#leftOut === 0) return Buffer.concat([whole.#head, whole.#tail]).toString('utf8');
    return `${whole.#head.toString('utf8')}\n… ${whole.#leftOut} bytes left out …\n${whole.#tail.toString('utf8')}`;
  }
}
