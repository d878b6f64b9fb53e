import { createHash } from 'node:crypto';
import { MARKER_TAIL_BYTES } from '../../protocol/end-marker.ts';
import type { DumpContents } from '../dump-parser/dump-contents.ts';
import { InventoryScanner, type RowRange } from '../dump-parser/inventory-scanner.ts';
import { TailBuffer } from '../files/tail-buffer.ts';

/** What is known of a dump that went by. */
export interface ObservedDump {
  readonly contents: DumpContents;
  /** Where the rows are, in bytes: the rest of it are the definitions. */
  readonly rowRanges: readonly RowRange[];
  /** In hexadecimal digits. */
  readonly sha256: string;
  /** Its last bytes. */
  readonly tail: Uint8Array;
  /** Bytes. */
  readonly size: number;
}

/** Sees a dump go by once: takes its inventory and its digest. */
export class DumpObserver {
  readonly #scanner = new InventoryScanner();
  readonly #hash = createHash('sha256');
  readonly #tail = new TailBuffer(MARKER_TAIL_BYTES);
  #size = 0;

  /** @param piece the next one; not kept */
  readonly observe = (piece: Uint8Array): void => {
    this.#scanner.scan(piece);
    this.#hash.update(piece);
    this.#tail.add(piece);
    this.#size += piece.length;
  };

  /** The dump has ended. */
  end(): ObservedDump {
    const contents = this.#scanner.end();
    const { rowRanges } = this.#scanner;
    return { contents, rowRanges, sha256: this.#hash.digest('hex'), tail: this.#tail.view(), size: this.#size };
  }
}
