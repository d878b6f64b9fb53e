import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { entryNameOf } from '../../protocol/backup-name.ts';
import { giveBack, keepBlock } from './blocks.ts';
import { deflate } from './deflate.ts';
import { type EntrySums, needsZip64 as isLarge, type ZipEntry, zipHead, zipTail } from './format.ts';
import { PartFile, type Sealed } from './part-file.ts';
import { type Growth, ZipSource } from './source.ts';

export interface ZipOptions {
  /** Stops the work when aborted, within a block's time. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each block with the plain bytes read so far. */
  readonly onProgress?: ((bytesRead: number) => void) | undefined;
  /** Gets each block of the plain bytes before it is compressed; must not keep it, or only until what it returns settles. */
  readonly observe?: ((piece: Buffer) => Promise<void> | void) | undefined;
  /** 1 (fastest) to 9 (smallest); 6 by default. */
  readonly level?: number | undefined;
  /** For a dump that is still being written: it is followed until it is whole. */
  readonly growth?: Growth | undefined;
  /** Tells which sizes take ZIP64; only a test is of a different opinion than the format. */
  readonly needsZip64?: ((size: number) => boolean) | undefined;
}

/** A zip that is whole and on the disk, without its name. Dispose of it (`await using`): what was not committed is removed. */
export interface SealedZip extends Sealed, AsyncDisposable {
  /** Bytes of the entry, which are those of the source. */
  readonly entrySize: number;
  /** CRC-32 of the entry. */
  readonly crc32: number;
  /** Gives it its name, which is on the disk then. */
  commit(): Promise<unknown>;
}

/** The zip has to be made again, of the finished dump. */
export class RestartZip extends Error {}

/**
 * Zips a dump in one pass: deflated, one entry named as the target without `.zip`, ZIP64 where its size needs it (PKWARE's
 * APPNOTE 6.3.10), readable by its owner only. Memory does not grow with the size. The source is left as it is.
 * @param source path of the dump
 * @param target path of the zip; one that exists is replaced
 * @returns the zip as `target.part`; after a failure no file is left
 * @throws `signal.reason` when aborted; Error, naming the file, when it can't be read or written, or when the source is
 * not the same at the end as it was at the beginning; what the growth fails with; {@link RestartZip} when the dump has
 * become much larger than was expected
 */
export async function sealZip(source: string, target: string, options: ZipOptions = {}): Promise<SealedZip> {
  const { signal, growth } = options;
  growth?.whole.catch(() => {}); // what fails here before it is looked at must not make an unhandled rejection of it
  signal?.throwIfAborted();
  await using dump = await ZipSource.open(source, growth);
  const file = await PartFile.create(target);
  try {
    const { size, crc32 } = await writeZip(file, dump, target, options);
    const sealed = await file.seal();
    const commit = () => file.commit();
    return { ...sealed, entrySize: size, crc32, commit, [Symbol.asyncDispose]: () => file[Symbol.asyncDispose]() };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

async function writeZip(file: PartFile, dump: ZipSource, target: string, options: ZipOptions): Promise<EntrySums> {
  const { signal, level = 6 } = options;
  const entry = entryOf(target, dump, options);
  const sums: EntrySums = { crc32: 0, size: 0, compressedSize: 0 };

  await file.append(zipHead(entry));
  // What can't be written must not wait for the next block of a dump that grows.
  const leaving = new AbortController();
  const blocks = dump.blocks(signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal);
  for await (const bytes of deflate(summed(blocks, { entry, sums, ...options }), level)) {
    sums.compressedSize += bytes.length;
    try {
      await file.append(bytes);
    } catch (error) {
      leaving.abort();
      throw error;
    }
  }
  signal?.throwIfAborted(); // the reading has stopped without an error, and all behind it has come to rest
  await dump.expectSame(sums.size);
  await file.append(zipTail(entry, sums));
  return sums;
}

/** The text of a dump is rarely three times what its tables take: up to here the guess is safe, or is made good. */
const SMALL = 1024 ** 3;

function entryOf(target: string, { size, modifiedAt }: ZipSource, options: ZipOptions): ZipEntry {
  const { growth, needsZip64 = isLarge } = options;
  const zip64 = size === undefined ? growth!.expectedBytes > SMALL : needsZip64(size);
  return { name: entryNameOf(basename(target)), modifiedAt, zip64 };
}

type Passing = Pick<ZipOptions, 'onProgress' | 'observe' | 'needsZip64'> & {
  readonly entry: ZipEntry;
  readonly sums: EntrySums;
};

/** Hands on what it is given, and keeps the sums. */
async function* summed(
  plain: AsyncIterable<Buffer>,
  { entry, sums, onProgress, observe, needsZip64 = isLarge }: Passing,
): AsyncGenerator<Buffer> {
  for await (const block of plain) {
    sums.crc32 = crc32(block, sums.crc32);
    sums.size += block.length;
    if (!entry.zip64 && needsZip64(sums.size)) throw new RestartZip(`${entry.name} has outgrown a zip without ZIP64`);
    const observed = observe?.(block) ?? undefined;
    if (observed) keepUntil(observed, block);
    yield block;
    await observed; // before the next is read: of many zips only few blocks wait
    onProgress?.(sums.size);
  }
}

function keepUntil(observed: Promise<void>, block: Buffer): void {
  keepBlock(block);
  const giveItBack = () => giveBack(block);
  observed.then(giveItBack, giveItBack); // what has failed is looked at behind the block
}
