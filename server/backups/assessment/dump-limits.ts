import { formatBytes } from '../../../protocol/format-bytes.ts';
import type { ZipEntry } from '../../../protocol/zip/read-entry.ts';
import { AppError } from '../../errors/errors.ts';

/** How large the dump in a zip may be: a few bytes of deflate can stand for a thousand times as many. */
export interface DumpLimits {
  /** In bytes. */
  readonly maxDumpBytes: number;
  /** How many times as large as its compressed data a large dump may be. */
  readonly maxDumpRatio: number;
}

type Sizes = Pick<ZipEntry, 'size' | 'compressedSize'>;

/** Up to here a dump may be as compressible as it likes: one of nothing but zeros is 1029 times as large as its zip. */
const ANY_RATIO_BYTES = 4 * 1024 ** 3;

/** @throws AppError 413 when a dump is larger than the limits */
export function checkLimits(sizes: Sizes, limits: DumpLimits): void {
  const { size, compressedSize } = sizes;
  const { maxDumpBytes, maxDumpRatio } = limits;
  if (size > maxDumpBytes)
    throw tooLarge(
      `has ${formatBytes(size)}. The limit of the service is ${formatBytes(maxDumpBytes)} (MAX_DUMP_BYTES)`,
    );
  if (isTooDense(sizes, limits))
    throw tooLarge(
      `has ${formatBytes(size)}, which is ${Math.round(size / compressedSize)} times its compressed size. The limit of the service is ${maxDumpRatio} times (MAX_DUMP_RATIO)`,
    );
}

/** @returns whether a dump that is not read to its end yet need not be read on */
export function isBeyond(soFar: Sizes, limits: DumpLimits): boolean {
  return soFar.size > limits.maxDumpBytes || isTooDense(soFar, limits);
}

function isTooDense({ size, compressedSize }: Sizes, { maxDumpRatio }: DumpLimits): boolean {
  return size > ANY_RATIO_BYTES && size > compressedSize * maxDumpRatio;
}

function tooLarge(message: string): AppError {
  return new AppError(413, 'DUMP_TOO_LARGE', `The dump in the zip ${message}`);
}
