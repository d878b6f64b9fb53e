/** A zip that can be read by ranges, wherever it lies. */
export interface ZipFile {
  /** In bytes. */
  readonly size: number;
  /**
   * Reads the bytes from `start` to `end`, both included, piece by piece. A piece may be used until the next one is asked
   * for, whose bytes may take its place.
   * @throws Error when the file ends before `end`; what the disk throws
   */
  pieces(range: { start: number; end: number }): AsyncIterable<Buffer>;
}

/** The zip is not of the one shape that is taken. The message completes "the file …". */
export class UnsoundZip extends Error {
  override readonly name = 'UnsoundZip';
}

/**
 * Reads bytes of a zip. The position may come from the zip itself, so nothing outside of it is ever asked of the system.
 * @throws UnsoundZip when they are not within the file, and what the disk throws
 */
export async function bytesAt(file: ZipFile, position: number, length: number): Promise<Buffer> {
  if (!(position >= 0 && length >= 0 && position + length <= file.size))
    throw new UnsoundZip('is not a readable zip: it is cut off, or one of its headers points outside the file');
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  for await (const piece of piecesAt(file, position, length)) filled += piece.copy(bytes, filled);
  return bytes;
}

/** @returns the bytes of a part of a zip, piece by piece, each to be used before the next one is asked for */
export function piecesAt(file: ZipFile, start: number, length: number): AsyncIterable<Buffer> {
  return file.pieces({ start, end: start + length - 1 });
}

/** The width of each field of a header, in bytes, in the order in which they stand. */
export type Layout = Readonly<Record<string, 2 | 4 | 8>>;
export type Fields<L extends Layout> = { readonly [Name in keyof L]: number };

/** @returns how many bytes the fields of a header take */
export function lengthOf(layout: Layout): number {
  return Object.values(layout).reduce<number>((sum, width) => sum + width, 0);
}

/**
 * Reads the fields of a header. They are little-endian (APPNOTE 4.4.1.1). One that no number holds exactly is Infinity:
 * it is no true value of anything.
 */
export function fieldsOf<L extends Layout>(bytes: Buffer, layout: L): Fields<L> {
  let at = 0;
  const read = (width: 2 | 4 | 8) => {
    const value = width === 8 ? toNumber(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, width);
    at += width;
    return value;
  };
  return Object.fromEntries(Object.entries(layout).map(([name, width]) => [name, read(width)])) as Fields<L>;
}

export function toNumber(value: bigint): number {
  return value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : Number(value);
}

/** @throws UnsoundZip saying that this is how the zip is wrong, unless it is so */
export function demand(isSo: boolean, problem: string): asserts isSo {
  if (!isSo) throw new UnsoundZip(`is not a valid zip: ${problem}`);
}
