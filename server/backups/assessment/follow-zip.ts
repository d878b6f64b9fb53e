import { deflatedDataStart, type ZipEntry } from '../../../protocol/zip/read-entry.ts';
import { UnsoundZip } from '../../../protocol/zip/zip-file.ts';
import type { Follow } from '../../storage/storage.ts';
import { type ContentFacts, ContentSums } from './content-facts.ts';
import { type DumpLimits, isBeyond } from './dump-limits.ts';
import { FollowPlaces } from './follow-places.ts';
import { Inflation } from './inflation.ts';
import { readingTurns } from './reading-turns.ts';

/** What the dump in a zip was seen to be before the directory of the zip was there. */
export interface SeenContent {
  /** Where its data stands, how much of it there is, and the CRC of the plain bytes. */
  readonly entry: Pick<ZipEntry, 'dataStart' | 'compressedSize' | 'crc32'>;
  readonly facts: ContentFacts;
}

/**
 * So many uploads are followed at most: each keeps about 0.4 MiB, however slow its client is. Others wait for a place as long as
 * they arrive, so that a large one gets one when small ones have ended, and are read when they are there if they get none.
 * Measured with 40 uploads at once: 227 MiB at most, with 32 that are followed 246, with none 206.
 */
const places = new FollowPlaces(8);

/**
 * In compressed bytes, which are 16.2 MiB of plain ones at most (RFC 1951: 1032 times as many), or about 40 ms. Measured with a dump
 * of a ratio of 3.5: 5 % more CPU time than by 64 KiB; by 8 KiB it would be 22 %.
 */
const STEP = 16 * 1024;

/** Reads the dump in a zip while that arrives, if few others are being followed. */
export class ZipFollower {
  readonly #limits: DumpLimits;
  #seen: SeenContent | undefined;

  constructor(limits: DumpLimits) {
    this.#limits = limits;
  }

  /**
   * What it saw, if it saw all: for `checkZip`, which compares that with the directory. It is no refusal when it is undefined;
   * the zip is to be read when it is there.
   */
  get seen(): SeenContent | undefined {
    return this.#seen;
  }

  /** For `storage.receive`. @throws what reading the pieces does */
  readonly follow: Follow = async (pieces, hasEnded) => {
    using place = await places.take(hasEnded);
    if (!place) return;
    try {
      this.#seen = await seeContent(pieces, this.#limits);
    } catch (error) {
      // The reader of the whole zip finds that again, and says what is wrong with it as a whole.
      if (!(error instanceof UnsoundZip)) throw error;
    }
  };
}

/** @returns undefined when it cannot be told where its data begins, or it is larger than the limits */
async function seeContent(pieces: AsyncIterable<Buffer>, limits: DumpLimits): Promise<SeenContent | undefined> {
  const sums = new ContentSums();
  let dataStart: number | undefined;
  async function* data(): AsyncGenerator<Buffer, void> {
    for await (const piece of pieces) {
      const start = dataStart === undefined ? deflatedDataStart(piece) : 0;
      if (start === undefined) return;
      dataStart ??= start;
      for (let at = start; at < piece.length; at += STEP) {
        using _ = await readingTurns.place(sums.size);
        yield piece.subarray(at, at + STEP);
      }
    }
  }
  const inflation = new Inflation(data());
  for await (const chunk of inflation) {
    sums.add(chunk);
    if (isBeyond({ size: sums.size, compressedSize: inflation.bytesUsed }, limits)) return undefined;
  }
  if (dataStart === undefined) return undefined;
  return { entry: { dataStart, compressedSize: inflation.bytesUsed, crc32: sums.crc32 }, facts: sums.facts() };
}
