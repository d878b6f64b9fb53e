import { crc32 } from 'node:zlib';
import { type Field, fieldsOf, type Part, partsOf } from './zip-parts.ts';

/** A zip in which one thing is another than its writer wrote. */
export interface Forgery {
  /** Such as `central.flags = 1`. */
  readonly what: string;
  readonly bytes: Buffer;
}

/** Forges a sound zip in all ways that are known here; `isQuick` leaves most values of a field out. */
export function* forgeries(zip: Buffer, { isQuick = false } = {}): Generator<Forgery> {
  for (const field of fieldsOf(zip)) yield* forgedAlone(zip, field, isQuick);
  yield* forgedAlike(zip, isQuick);
  yield* withBytesBetween(zip);
  yield* withOtherExtras(zip);
  yield* withZip64Records(zip, isQuick);
  yield* cut(zip, isQuick);
}

function* forgedAlone(zip: Buffer, { name, at, width }: Field, isQuick: boolean): Generator<Forgery> {
  for (const value of valuesInsteadOf(read(zip, at, width), width, isQuick))
    yield { what: `${name} = ${value}`, bytes: written(zip, [[at, width, value]]) };
}

/** What both headers say, and the descriptor: the same untruth in all of them. */
function* forgedAlike(zip: Buffer, isQuick: boolean): Generator<Forgery> {
  const fields = fieldsOf(zip);
  for (const name of ['needed', 'flags', 'method', 'crc', 'compressed', 'size']) {
    const same = fields.filter(field => field.name.endsWith(`.${name}`) && !field.name.startsWith('zip64'));
    const told = same.find(field => field.name.startsWith('central'))!;
    for (const value of valuesInsteadOf(read(zip, told.at, told.width), told.width, isQuick))
      yield {
        what: `${name} = ${value} in all headers`,
        bytes: written(
          zip,
          same.map(({ at, width }) => [at, width, value]),
        ),
      };
  }
}

function valuesInsteadOf(value: bigint, width: number, isQuick: boolean): bigint[] {
  const max = 256n ** BigInt(width) - 1n;
  const values = [0n, 1n, max, value + 1n, value - 1n];
  if (!isQuick) values.push(2n, max - 1n, max / 2n, max / 2n + 1n, value * 2n);
  for (let bit = 0; bit < width * 8; bit++)
    if (isQuick ? bit % 5 === 0 : width < 4 || bit % 3 === 0) values.push(value ^ (1n << BigInt(bit)));
  return [...new Set(values)].filter(other => other >= 0n && other <= max && other !== value);
}

/** At each boundary: some bytes that no header knows of, once without more, once with the offsets set right. */
function* withBytesBetween(zip: Buffer): Generator<Forgery> {
  for (const { name, at } of [...partsOf(zip), { name: 'nothing', at: zip.length }])
    for (const hidden of ['x', '\0\0\0\0', 'PK\x03\x04', 'PK\x05\x06'.padEnd(22, '\0')]) {
      const bytes = Buffer.concat([zip.subarray(0, at), Buffer.from(hidden, 'latin1'), zip.subarray(at)]);
      yield { what: `${JSON.stringify(hidden)} before ${name}`, bytes };
      if (name !== 'nothing')
        yield { what: `${JSON.stringify(hidden)} before ${name}, offsets moved`, bytes: moved(zip, bytes, at) };
    }
  const { at } = partOf(zip, 'end');
  for (const comment of ['PK\x05\x06'.padEnd(22, '\0'), 'PK\x06\x07', 'a comment', 'x'.repeat(60_000)]) {
    const text = Buffer.from(comment, 'latin1');
    const bytes = written(Buffer.concat([zip, text]), [[at + 20, 2, BigInt(text.length)]]);
    yield { what: `with the comment ${JSON.stringify(comment.slice(0, 20))}`, bytes };
  }
}

/** With the offsets of what stands behind `at` set right, as far as fields hold them. */
function moved(zip: Buffer, bytes: Buffer, at: number): Buffer {
  const by = BigInt(bytes.length - zip.length);
  const targets: Record<string, number> = {
    'central.offset': 0,
    'end.directoryOffset': partOf(zip, 'central').at,
    'zip64End.directoryOffset': partOf(zip, 'central').at,
    'locator.zip64EndOffset': partsOf(zip).find(({ name }) => name === 'zip64End')?.at ?? 0,
  };
  const changes = fieldsOf(zip)
    .filter(({ name }) => name in targets && targets[name]! >= at)
    .map(
      ({ at: where, width }): Change => [where + (where >= at ? Number(by) : 0), width, read(zip, where, width) + by],
    );
  return written(bytes, changes);
}

/** Extra fields that no program wrote, at the end of either header. */
function* withOtherExtras(zip: Buffer): Generator<Forgery> {
  const value = (name: string) => read(zip, fieldsOf(zip).find(field => field.name === name)!.at, 4);
  const [size, compressed] = [value('central.size'), value('central.compressed')];
  const name = bytesOf(zip, partOf(zip, 'centralName'));
  const other = Buffer.concat([Buffer.of(1), u(4, BigInt(crc32(name))), Buffer.from('other.sql')]);
  const extras: Record<string, Buffer> = {
    'an empty ZIP64 field': extra(1, Buffer.alloc(0)),
    'a ZIP64 field with the size': extra(1, u(8, size)),
    'a ZIP64 field with both sizes': extra(1, u(8, size), u(8, compressed)),
    'a ZIP64 field with wrong sizes': extra(1, u(8, size + 1n), u(8, compressed + 1n)),
    'a ZIP64 field with sizes and offset': extra(1, u(8, size), u(8, compressed), u(8, 0n)),
    'a ZIP64 field with all': extra(1, u(8, size), u(8, compressed), u(8, 0n), u(4, 0n)),
    'a field of a program unknown': extra(0x4242, Buffer.from('what?')),
    'the field of AES': extra(0x9901, Buffer.from('0200414503080', 'latin1')),
    'another name in UTF-8': extra(0x7075, other),
    'the mode of a link (ASi)': extra(0x756e, u(4, 0n), u(2, 0o120777n), u(4, 0n), u(2, 0n), u(2, 0n)),
    'three loose bytes': Buffer.from('abc'),
    'a field longer than the header': Buffer.concat([u(2, 0x5455n), u(2, 500n), Buffer.of(1)]),
  };
  for (const [what, bytes] of Object.entries(extras))
    for (const where of ['local', 'central', 'both'] as const) {
      let forged = zip;
      if (where !== 'local') forged = withExtra(forged, 'central', bytes);
      if (where !== 'central') forged = withExtra(forged, 'local', bytes);
      yield { what: `${what} in ${where === 'both' ? 'both headers' : `the ${where} header`}`, bytes: forged };
    }
}

function withExtra(zip: Buffer, header: 'local' | 'central', extra: Buffer): Buffer {
  const part = partOf(zip, `${header}Extra`);
  const at = part.at + part.length;
  const longer = Buffer.concat([zip.subarray(0, at), extra, zip.subarray(at)]);
  const head = partOf(zip, header).at + (header === 'local' ? 28 : 30);
  const sized = written(longer, [[head, 2, BigInt(part.length + extra.length)]]);
  if (header === 'local') return moved(zip, sized, at);
  const sizes = fieldsOf(zip).filter(({ name }) => name.endsWith('.directorySize'));
  const grown = sizes.map(
    ({ at, width }): Change => [at + extra.length, width, read(zip, at, width) + BigInt(extra.length)],
  );
  return moved(zip, written(sized, grown), at);
}

/** The records of ZIP64 before an end that does well without them: true ones, and each of their fields forged. */
function* withZip64Records(zip: Buffer, isQuick: boolean): Generator<Forgery> {
  if (partsOf(zip).some(({ name }) => name === 'zip64End')) return;
  const [central, end] = [partOf(zip, 'central'), partOf(zip, 'end')];
  const size = BigInt(end.at - central.at);
  const record = Buffer.concat([
    ...[u(4, 0x06064b50n), u(8, 44n), u(2, 45n), u(2, 45n), u(4, 0n), u(4, 0n), u(8, 1n), u(8, 1n)],
    ...[u(8, size), u(8, BigInt(central.at)), u(4, 0x07064b50n), u(4, 0n), u(8, BigInt(end.at)), u(4, 1n)],
  ]);
  const wide = Buffer.concat([zip.subarray(0, end.at), record, zip.subarray(end.at)]);
  for (const [what, changes] of Object.entries({
    'the same': [],
    'full of ones': [8, 10, 12, 16].map((at): Change => [at, at < 12 ? 2 : 4, at < 12 ? 0xffffn : 0xffff_ffffn]),
  })) {
    const bytes = written(
      wide,
      changes.map(([at, width, value]) => [end.at + record.length + at, width, value]),
    );
    yield { what: `with ZIP64 records, its end ${what}`, bytes };
    for (const field of fieldsOf(bytes).filter(({ name }) => /^(zip64End|locator|end)\./.test(name)))
      for (const forged of forgedAlone(bytes, field, isQuick))
        yield { what: `with ZIP64 records, its end ${what}, and ${forged.what}`, bytes: forged.bytes };
  }
}

function* cut(zip: Buffer, isQuick: boolean): Generator<Forgery> {
  for (const { name, at, length } of partsOf(zip)) {
    if (length === 0) continue;
    yield { what: `cut before ${name}`, bytes: zip.subarray(0, at) };
    yield { what: `without ${name}`, bytes: Buffer.concat([zip.subarray(0, at), zip.subarray(at + length)]) };
    for (let bit = 0; bit < length * 8; bit += isQuick ? 97 : 7) {
      const bytes = Buffer.from(zip);
      bytes[at + (bit >> 3)]! ^= 1 << (bit & 7);
      if (name.endsWith('Name') || name === 'data') yield { what: `bit ${bit} of ${name}`, bytes };
    }
  }
}

type Change = [at: number, width: number, value: bigint];

function written(zip: Buffer, changes: readonly Change[]): Buffer {
  const bytes = Buffer.from(zip);
  for (const [at, width, value] of changes) u(width, value).copy(bytes, at);
  return bytes;
}

function read(zip: Buffer, at: number, width: number): bigint {
  return zip.subarray(at, at + width).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

function u(width: number, value: bigint): Buffer {
  return Buffer.from(Array.from({ length: width }, (_, at) => Number((value >> BigInt(8 * at)) & 255n)));
}

function extra(id: number, ...data: Buffer[]): Buffer {
  const content = Buffer.concat(data);
  return Buffer.concat([u(2, BigInt(id)), u(2, BigInt(content.length)), content]);
}

function partOf(zip: Buffer, name: Part['name']): Part {
  return partsOf(zip).find(part => part.name === name)!;
}

function bytesOf(zip: Buffer, { at, length }: Part): Buffer {
  return zip.subarray(at, at + length);
}
