import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import { zipHead, zipTail } from '../../../cli/zip/format.ts';
import { zipFile } from '../../../testing/zips/local-zip.ts';
import { fieldsOf } from '../../../testing/zips/zip-parts.ts';
import { ENTRY, ownZips } from '../../../testing/zips/zip-writers.ts';
import { AppError } from '../../errors/errors.ts';
import { checkZip, type ZipFacts } from './check-zip.ts';
import type { DumpLimits } from './dump-limits.ts';

const NAME = 'mysql-2023-10-31-00-00-00-pt_xyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql';

// Offsets in the headers: APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
const LOCAL = { flags: 6, method: 8, crc: 14, compressed: 18, uncompressed: 22 };
const CENTRAL = { flags: 8, method: 10, crc: 16, compressed: 20, uncompressed: 24, offset: 42 };

describe('checkZip', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-zip-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function problemOf(bytes: Buffer, entryName = NAME): Promise<string | undefined> {
    const handle = await open(join(folder, 'sample.zip'), 'w+');
    try {
      await handle.writeFile(bytes);
      await checkZip({ file: zipFile(handle, bytes.length), entryName, isRead: true });
      return undefined;
    } catch (error) {
      if (error instanceof AppError && error.status === 422 && error.code === 'INVALID_ZIP') return error.message;
      throw error;
    } finally {
      await handle.close();
    }
  }

  async function factsOf(bytes: Buffer, { isRead }: { isRead: boolean }): Promise<ZipFacts> {
    await using handle = await open(join(folder, 'facts.zip'), 'w+');
    await handle.writeFile(bytes);
    return await checkZip({ file: zipFile(handle, bytes.length), entryName: NAME, isRead });
  }

  function zipOf(entries: Record<string, string>, { comment = '', stored = false } = {}): Buffer {
    const zip = new AdmZip();
    for (const [name, content] of Object.entries(entries)) {
      zip.addFile(name, Buffer.from(content));
      if (stored) zip.getEntry(name)!.header.method = 0;
    }
    if (comment) zip.addZipComment(comment);
    return zip.toBuffer();
  }

  const good = () => zipOf({ [NAME]: 'x'.repeat(500) });
  const central = (bytes: Buffer) => bytes.indexOf('PK\x01\x02', 0, 'latin1');
  const end = (bytes: Buffer) => bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');

  it('accepts one deflated or stored entry, with or without a comment', async () => {
    expect(await problemOf(good())).to.equal(undefined);
    expect(await problemOf(zipOf({ [NAME]: 'abc' }, { stored: true }))).to.equal(undefined);
    expect(await problemOf(zipOf({ [NAME]: 'abc' }, { comment: 'a comment' }))).to.equal(undefined);
    expect(await problemOf(zipOf({ 'mysql-データ.sql': 'abc' }), 'mysql-データ.sql')).to.equal(undefined);
  });

  it('refuses a file that is not a zip, is empty, or is cut off at any byte', async () => {
    const bytes = good();
    for (let length = 0; length < bytes.length; length++)
      expect(await problemOf(bytes.subarray(0, length)), `${length}`).to.contain('not a readable zip');
    expect(await problemOf(bytes.subarray(1))).to.be.a('string');
    expect(await problemOf(Buffer.alloc(1000))).to.contain('not a readable zip');
  });

  it('refuses a zip with no entry, two entries, or an entry of another name', async () => {
    expect(await problemOf(zipOf({}))).to.contain('exactly one entry, not 0');
    expect(await problemOf(zipOf({ [NAME]: 'x', 'other.sql': 'y' }))).to.contain('exactly one entry, not 2');
    expect(await problemOf(zipOf({ 'other.sql': 'y' }))).to.contain(`an entry named ${NAME}, in UTF-8, not other.sql`);
    expect(await problemOf(zipOf({ [`folder/${NAME}`]: 'y' }))).to.contain('must contain an entry named');
    expect(await problemOf(zipOf({ '../x': 'y' }), '../x')).to.be.a('string');
  });

  it('refuses encryption and other methods', async () => {
    const encrypted = good();
    for (const at of [LOCAL.flags, central(encrypted) + CENTRAL.flags]) encrypted[at]! |= 1;
    expect(await problemOf(encrypted)).to.contain('must not be encrypted');
    const lzma = good();
    for (const at of [LOCAL.method, central(lzma) + CENTRAL.method]) lzma.writeUInt16LE(14, at);
    expect(await problemOf(lzma)).to.contain('method 14');
  });

  it('refuses headers that contradict each other', async () => {
    for (const [field, at] of Object.entries(LOCAL)) {
      const bytes = good();
      bytes[at] = bytes[at]! ^ 1;
      expect(await problemOf(bytes), field).to.contain('contradict each other');
    }
    const renamed = good();
    renamed.write('MYSQL', 30);
    expect(await problemOf(renamed)).to.contain('contradict each other');
  });

  it('refuses data that is not where the headers say', async () => {
    const overflow = good();
    for (const at of [LOCAL.compressed, central(overflow) + CENTRAL.compressed]) overflow.writeUInt32LE(100_000, at);
    expect(await problemOf(overflow)).to.contain('reaches into the directory');
    const intoDirectory = good();
    const longer = intoDirectory.readUInt32LE(LOCAL.compressed) + 10;
    for (const at of [LOCAL.compressed, central(intoDirectory) + CENTRAL.compressed])
      intoDirectory.writeUInt32LE(longer, at);
    expect(await problemOf(intoDirectory)).to.contain('reaches into the directory');
    const nowhere = good();
    nowhere.writeUInt32LE(7, central(nowhere) + CENTRAL.offset);
    expect(await problemOf(nowhere)).to.contain('does not begin with the first byte');
  });

  it('refuses bytes that belong to no entry: before, between and after the entries', async () => {
    const bytes = good();
    const [directory, tail] = [central(bytes), end(bytes)];
    const hidden = Buffer.from('a second entry might hide here');
    const before = Buffer.concat([hidden, bytes]);
    before.writeUInt32LE(hidden.length, central(before) + CENTRAL.offset);
    before.writeUInt32LE(directory + hidden.length, end(before) + 16);
    expect(await problemOf(before)).to.contain('does not begin with the first byte');
    const between = Buffer.concat([bytes.subarray(0, directory), hidden, bytes.subarray(directory)]);
    between.writeUInt32LE(directory + hidden.length, end(between) + 16);
    expect(await problemOf(between)).to.contain('belong to no entry');
    const behind = Buffer.concat([bytes.subarray(0, tail), hidden, bytes.subarray(tail)]);
    expect(await problemOf(behind)).to.contain('not where its end record says');
    expect(await problemOf(Buffer.concat([bytes, hidden]))).to.be.a('string');
    expect(await problemOf(Buffer.concat([bytes, bytes]))).to.be.a('string');
  });

  /** A zip of ours in ZIP64, or without, in which some fields are others. */
  function forged(zip64: boolean, fields: Record<string, number>): Buffer {
    const bytes = Buffer.from(ownZips()[zip64 ? 'ours, ZIP64' : 'ours']!);
    for (const [name, value] of Object.entries(fields)) {
      const { at, width } = fieldsOf(bytes).find(field => field.name === name)!;
      if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at);
      else bytes.writeUIntLE(value, at, width);
    }
    return bytes;
  }

  it('refuses what unzip, 7-Zip, Python or Java do not read, each for its reason', async () => {
    const refusals: Array<[zip64: boolean, fields: Record<string, number>, reason: string]> = [
      [false, { 'end.directorySize': 1 }, 'the size of its directory is wrong'],
      [false, { 'end.directoryOffset': 1 }, 'not where its end record says'],
      [false, { 'end.entriesHere': 2 }, 'two different numbers of entries'],
      [false, { 'end.disk': 1 }, 'one of several parts'],
      [false, { 'central.disk': 1 }, 'one of several parts'],
      [false, { 'end.directoryOffset': 0xffffffff }, 'not where its end record says'],
      [false, { 'central.size': 0xffffffff }, 'ZIP64 field in its directory does not fit'],
      [false, { 'local.needed': 154 }, 'version 15.4 of the zip format'],
      [false, { 'central.needed': 154 }, 'version 15.4 of the zip format'],
      [false, { 'central.external': 0o120777 * 0x10000 }, 'not marked as a regular file'],
      [false, { 'central.external': 0o040755 * 0x10000 }, 'not marked as a regular file'],
      [false, { 'central.external': 0x10 }, 'not marked as a regular file'],
      [false, { 'central.madeBy': 0x0100 }, 'whose attributes not all programs understand'],
      [false, { 'descriptor.crc': 1 }, 'the data descriptor after its data contradicts'],
      [false, { 'descriptor.size': 1 }, 'the data descriptor after its data contradicts'],
      [false, { 'descriptor.signature': 1 }, 'the data descriptor after its data contradicts'],
      [false, { 'local.flags': 0x848, 'central.flags': 0x848 }, 'marked by flags'],
      [false, { 'local.flags': 0x828, 'central.flags': 0x828 }, 'marked by flags'],
      [false, { 'local.flags': 0x8 }, 'contradict each other'],
      [true, { 'zip64End.directorySize': 1 }, 'two end records contradict'],
      [true, { 'zip64End.directoryOffset': 1 }, 'not where its end record says'],
      [true, { 'zip64End.entries': 2, 'zip64End.entriesHere': 2 }, 'exactly one entry, not 2'],
      [true, { 'zip64End.recordSize': 45 }, 'damaged ZIP64 record'],
      [true, { 'zip64End.needed': 62 }, 'version 6.2 of the zip format'],
      [true, { 'locator.disks': 2 }, 'one of several parts'],
      [true, { 'locator.zip64EndOffset': 1 }, 'not where its locator says'],
      [true, { 'end.directorySize': 5 }, 'two end records contradict'],
      [true, { 'central.size': 0, 'central.compressed': 0 }, 'ZIP64 field in its directory does not fit'],
      [true, { 'local.size': 0, 'local.compressed': 0 }, 'ZIP64 field of its entry does not fit'],
      [true, { 'localExtra.1.id': 0x9901 }, 'extra field 0x9901'],
    ];
    expect(await problemOf(forged(false, {}), ENTRY)).to.equal(undefined);
    expect(await problemOf(forged(true, {}), ENTRY)).to.equal(undefined);
    for (const [zip64, fields, reason] of refusals)
      expect(await problemOf(forged(zip64, fields), ENTRY), JSON.stringify(fields)).to.contain(reason);
  });

  it('refuses data that does not decompress to the size and CRC in the directory', async () => {
    const content = Array.from({ length: 3000 }, (_, line) => `INSERT INTO t VALUES (${line * 7919});`).join('\n');
    const sound = () => zipOf({ [NAME]: content });
    const dataStart = 30 + Buffer.byteLength(NAME);
    for (let at = dataStart; at < central(sound()); at += 97) {
      const bytes = sound();
      bytes[at] = bytes[at]! ^ 0x10;
      expect(await problemOf(bytes), `a bit at ${at}`).to.match(/damaged|not a valid zip/);
    }
    const stored = zipOf({ [NAME]: content }, { stored: true });
    stored[stored.indexOf('7919')]! ^= 1;
    expect(await problemOf(stored)).to.contain('CRC of its data differs');
    for (const difference of [-1, 1]) {
      const bytes = sound();
      const told = bytes.readUInt32LE(LOCAL.uncompressed) + difference;
      for (const at of [LOCAL.uncompressed, central(bytes) + CENTRAL.uncompressed]) bytes.writeUInt32LE(told, at);
      expect(await problemOf(bytes)).to.contain(difference < 0 ? 'contains more data' : 'contains less data');
    }
  });

  it('returns size and digest of a dump of any size, deflated or stored', async () => {
    for (const stored of [false, true])
      for (const length of [0, 1, 4000, 65_536, 1_048_576, 3_500_001]) {
        const end = '\n-- Dump completed on 2026-01-01  0:00:00\n';
        const content = randomBytes(Math.ceil(length / 2))
          .toString('hex')
          .slice(0, length);
        for (const [dump, hasEndMarker] of [
          [`${content}${end}`, true],
          [`${content}${end}-`, false],
          [`${content}${end.slice(1)}`, length === 0],
        ] as const) {
          const sha256 = createHash('sha256').update(dump).digest('hex');
          const facts = await factsOf(zipOf({ [NAME]: dump }, { stored }), { isRead: true });
          expect(facts.dumpSize).to.equal(dump.length);
          expect(facts.dump, `${length}`).to.deep.equal({ size: dump.length, sha256, hasEndMarker });
        }
      }
  });

  it('does not read the dump when reading is off, but checks all the rest', async () => {
    const rotten = good();
    rotten[30 + Buffer.byteLength(NAME)]! ^= 0xff;
    expect(await factsOf(rotten, { isRead: false })).to.deep.equal({ dumpSize: 500, dump: undefined });
    const refusal = await factsOf(zipOf({ 'other.sql': 'y' }), { isRead: false }).catch(error => error);
    expect(refusal).to.include({ code: 'INVALID_ZIP' });
  });

  it('refuses a dump that is too large, by the size in its directory', async () => {
    const refusalOf = async (bytes: Buffer, limits: DumpLimits) => {
      await using handle = await open(join(folder, 'large.zip'), 'w+');
      await handle.writeFile(bytes);
      const checking = checkZip({ file: zipFile(handle, bytes.length), entryName: NAME, isRead: false, limits });
      return await checking.then(
        ({ dumpSize }) => dumpSize,
        (error: AppError) => `${error.status} ${error.code}: ${error.message}`,
      );
    };
    const GiB = 1024 ** 3;
    /** Its data is not what its headers say. No check here reads it. */
    const told = (size: number, compressedSize: number) => {
      const entry = { name: NAME, modifiedAt: new Date(0), zip64: true };
      const data = Buffer.alloc(compressedSize);
      return Buffer.concat([zipHead(entry), data, zipTail(entry, { crc32: 1, size, compressedSize })]);
    };
    const limits = { maxDumpBytes: 6 * GiB, maxDumpRatio: 300 };
    expect(await refusalOf(told(6 * GiB + 1, 100_000), limits)).to.match(/^413 DUMP_TOO_LARGE: .*MAX_DUMP_BYTES/);
    expect(await refusalOf(told(5 * GiB, 5 * 1024 ** 2), limits)).to.match(/^413 DUMP_TOO_LARGE: .*MAX_DUMP_RATIO/);
    // As far as deflate goes, up to 4 GiB: a table of nothing but zeros, or of a million rows that are anyway.
    expect(await refusalOf(told(4 * GiB, 4 * 1024 ** 2), limits)).to.equal(4 * GiB);
    expect(await refusalOf(told(5 * GiB, 5 * 1024 ** 2), { ...limits, maxDumpRatio: 1032 })).to.equal(5 * GiB);
    expect(await refusalOf(told(5 * GiB, 20 * 1024 ** 2), limits)).to.equal(5 * GiB);
  });

  it('accepts zips of more than 4 GiB, and refuses them when one of their sizes is wrong', async () => {
    const checked = async (forge: (tail: Buffer) => unknown) => {
      const entry = { name: NAME, modifiedAt: new Date(0), zip64: true };
      const [head, compressedSize] = [zipHead(entry), 5 * 1024 ** 3];
      const tail = zipTail(entry, { crc32: 1, size: compressedSize * 3, compressedSize });
      forge(tail);
      // The data is a hole in the file. No check here reads it.
      await using handle = await open(join(folder, 'huge.zip'), 'w+');
      await handle.write(head, 0, head.length, 0);
      await handle.write(tail, 0, tail.length, head.length + compressedSize);
      const size = head.length + compressedSize + tail.length;
      const checking = checkZip({ file: zipFile(handle, size), entryName: NAME, isRead: false });
      return await checking.then(
        ({ dumpSize }) => dumpSize,
        (error: AppError) => error.code,
      );
    };
    expect(await checked(() => {})).to.equal(15 * 1024 ** 3);
    const tail = zipTail(
      { name: NAME, modifiedAt: new Date(0), zip64: true },
      { crc32: 1, size: 2, compressedSize: 1 },
    );
    const central = tail.indexOf('PK\x01\x02');
    for (const at of [8, 16, central + 46 + NAME.length + 4, tail.length - 58, tail.length - 50, tail.length - 34])
      expect(await checked(tail => tail.writeUInt8(tail[at]! ^ 1, at)), `${at}`).to.equal('INVALID_ZIP');
  });

  it('does not blame the client for a disk that cannot be read', async () => {
    const handle = await open(folder, 'r');
    const error = await checkZip({ file: zipFile(handle, 100), entryName: NAME, isRead: true }).catch(error => error);
    await handle.close();
    expect(error).to.include({ code: 'EISDIR' });
  });
});
