import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Of a colour only so many bits of each of its parts are told apart where there are more colours than fit. */
const FEWER_BITS = [8, 6, 5, 4, 3];

/**
 * Writes a picture of a page with a palette of 256 colours, which has them all mostly: it takes half the bytes.
 * @param png as Chromium makes it: eight bits for each part of a colour, not interlaced
 */
export function smallPng(png: Buffer): Buffer {
  const { width, height, channels, pixels } = decode(png);
  for (const bits of FEWER_BITS) {
    const found = indexed(pixels, channels, bits);
    if (found) return encode({ width, height, ...found });
  }
  throw new Error('more than 256 colours of three bits');
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

function indexed(pixels: Buffer, channels: number, bits: number): { palette: number[]; indexes: Buffer } | undefined {
  const places = new Map<number, number>();
  const palette: number[] = [];
  const indexes = Buffer.alloc(pixels.length / channels);
  const shift = 8 - bits;
  for (let i = 0, at = 0; at < pixels.length; i++, at += channels) {
    const [r, g, b] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
    const key = ((r >> shift) << 16) | ((g >> shift) << 8) | (b >> shift);
    let place = places.get(key);
    if (place === undefined) {
      if (places.size === 256) return undefined;
      place = places.size;
      places.set(key, place);
      palette.push(r, g, b);
    }
    indexes[i] = place;
  }
  return { palette, indexes };
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
