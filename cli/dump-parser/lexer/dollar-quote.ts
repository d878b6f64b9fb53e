import * as is from './bytes.ts';
import { CappedBuffer } from './capped-buffer.ts';

/** Bytes of a tag with its dollars; MySQL itself writes `$$` and `$JAVASCRIPT$`. */
const LONGEST_TAG = 1024;

/**
 * A string between `$$` and `$$`, or between `$tag$` and the same `$tag$`, that arrives in chunks: MySQL has the JavaScript of
 * its routines and libraries in such ones since version 9.
 */
export class DollarQuote {
  /** `none` when what began with a dollar has turned out to be no such string. */
  state: 'opening' | 'inside' | 'closed' | 'none' = 'none';
  /** What opens it, and closes it again. */
  readonly #tag = new CappedBuffer(LONGEST_TAG);
  /** Bytes of the tag that have come again. */
  #matched = 0;

  /** The next byte is a dollar that may open one. */
  begin(): void {
    this.state = 'opening';
    this.#tag.clear();
    this.#matched = 0;
  }

  /**
   * @param escapes whether a backslash takes the next byte's meaning away: it does for the client, though not for the server
   * @returns how far the bytes have been read; to their end unless the state says that it is over, or an escape is cut in two
   */
  read(bytes: Uint8Array, from: number, escapes: boolean): number {
    const inside = this.state === 'opening' ? this.#readTag(bytes, from) : from;
    return this.state === 'inside' ? this.#readInside(bytes, inside, escapes) : inside;
  }

  /** @returns the bytes that were read, when the state is `none`; the same buffer each time */
  view(): Uint8Array {
    return this.#tag.view();
  }

  #readTag(bytes: Uint8Array, from: number): number {
    let i = this.#tag.length === 0 ? from + 1 : from;
    while (i < bytes.length && bytes[i] !== is.DOLLAR && is.isOfName(bytes[i]!)) i++;
    if (i < bytes.length) this.state = bytes[i] === is.DOLLAR ? 'inside' : 'none';
    const read = this.state === 'inside' ? i + 1 : i;
    this.#tag.add(bytes, from, read);
    return read;
  }

  #readInside(bytes: Uint8Array, from: number, escapes: boolean): number {
    const { bytes: tag, length } = this.#tag;
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === tag[this.#matched]) this.#matched++;
      else this.#matched = byte === is.DOLLAR ? 1 : 0; // a tag has no dollar but its first and its last byte
      if (this.#matched === length) {
        this.state = 'closed';
        return i + 1;
      }
      if (escapes && byte === is.BACKSLASH) {
        if (i + 1 === bytes.length) return i;
        i++;
      }
    }
    return bytes.length;
  }
}
