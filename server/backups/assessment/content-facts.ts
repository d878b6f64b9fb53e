import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { isMarkedWhole, MARKER_TAIL_BYTES } from '../../../protocol/end-marker.ts';
import { noteFreed } from '../../process/gc-pressure.ts';

/** What the plain dump in a zip was seen to be. */
export interface ContentFacts {
  /** In bytes. */
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Whether its last line is the one that mysqldump ends a whole dump with. */
  readonly hasEndMarker: boolean;
}

/** Takes in a plain dump, chunk by chunk, and keeps none of them. */
export class ContentSums {
  readonly #hash = createHash('sha256');
  #tail: Buffer = NOTHING;
  #size = 0;
  #crc32 = 0;

  /** So far, in bytes. */
  get size(): number {
    return this.#size;
  }

  /** So far. */
  get crc32(): number {
    return this.#crc32;
  }

  add(chunk: Buffer): void {
    this.#size += chunk.length;
    this.#crc32 = crc32(chunk, this.#crc32);
    this.#hash.update(chunk);
    this.#tail = lastBytes(this.#tail, chunk);
    noteFreed(chunk.length);
  }

  /** Called once, when all has come. */
  facts(): ContentFacts {
    const isWhole = this.#tail.length === this.#size;
    return {
      size: this.#size,
      sha256: this.#hash.digest('hex'),
      hasEndMarker: isMarkedWhole(this.#tail, { isWhole }),
    };
  }
}

const NOTHING = Buffer.alloc(0);

/** A copy of the last bytes so far, so that no chunk is kept in memory. */
function lastBytes(before: Buffer, chunk: Buffer): Buffer<ArrayBuffer> {
  const missing = Math.max(0, MARKER_TAIL_BYTES - chunk.length);
  return Buffer.concat([missing > 0 ? before.subarray(-missing) : NOTHING, chunk.subarray(-MARKER_TAIL_BYTES)]);
}
