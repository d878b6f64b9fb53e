import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST_COLOURS = 256;

/**
 * Writes a picture of a page with a palette: it takes a third of the bytes. Where a page has more colours than fit, those of
 * the edges of letters become the nearest of the others.
 * @param png as Chromium makes it: eight bits for each part of a colour, not interlaced
 */
export function smallPng(png: Buffer): Buffer {
  const { width, height, channels, pixels } = decode(png);
  return encode({ width, height, ...indexed(pixels, channels) });
}

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly pixels: Buffer;
}

function decode(png: Buffer): Decoded {
  const data: Buffer[] = [];
  const [width, height, channels] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  const pixels = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)]!;
    for (let i = 0; i < stride; i++) {
      const at = row * stride + i;
      const left = i < channels ? 0 : pixels[at - channels]!;
      const up = row === 0 ? 0 : pixels[at - stride]!;
      const corner = row === 0 || i < channels ? 0 : pixels[at - stride - channels]!;
      pixels[at] = raw[row * (stride + 1) + 1 + i]! + guessed(filter, left, up, corner);
    }
  }
  return { width, height, channels, pixels };
}

/** https://www.w3.org/TR/png-3/#9Filters */
function guessed(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const p = left + up - corner;
  const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function indexed(pixels: Buffer, channels: number): { palette: number[]; indexes: Buffer } {
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += channels) {
    const colour = pixels.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const byCount = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!);
  const kept = distinct(byCount);
  const places = new Map(byCount.map(colour => [colour, nearest(kept, colour).at]));
  const indexes = Buffer.alloc(pixels.length / channels);
  for (let i = 0; i < indexes.length; i++) indexes[i] = places.get(pixels.readUIntBE(i * channels, 3))!;
  return { palette: kept.flatMap(partsOf), indexes };
}

/** @returns those that are seen most, without what looks like one of them: else a rare colour, such as that of a mark, has no place */
function distinct(byCount: readonly number[]): number[] {
  if (byCount.length <= MOST_COLOURS) return [...byCount];
  const kept: number[] = [];
  for (const colour of byCount) {
    if (kept.length === MOST_COLOURS) break;
    if (kept.length === 0 || nearest(kept, colour).distance > ALIKE) kept.push(colour);
  }
  return kept;
}

/** The sum of the squares by which the parts of two colours differ. */
const ALIKE = 60;

function nearest(colours: readonly number[], wanted: number): { readonly at: number; readonly distance: number } {
  const parts = partsOf(wanted);
  const distances = colours.map(colour => partsOf(colour).reduce((sum, part, i) => sum + (part - parts[i]!) ** 2, 0));
  const distance = Math.min(...distances);
  return { at: distances.indexOf(distance), distance };
}

function partsOf(colour: number): number[] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

interface Indexed {
  readonly width: number;
  readonly height: number;
  readonly palette: readonly number[];
  readonly indexes: Buffer;
}

function encode({ width, height, palette, indexes }: Indexed): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height);
  for (let row = 0; row < height; row++) indexes.copy(rows, row * (width + 1) + 1, row * width, (row + 1) * width);
  const data = deflateSync(rows, { level: 9, memLevel: 9 });
  const chunks = [
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette)),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
