import { expect } from 'chai';
import { needsZip64, type ZipEntry, zipHead, zipTail } from './format.ts';

const LIMIT = 0xffff_ffff;
const LARGEST = 3.5 * 1024 ** 3;
const modifiedAt = new Date('2023-10-31T23:58:57.900Z');
const entry: ZipEntry = { name: 'kucing 🐈.sql', modifiedAt, zip64: false };
const sums = { crc32: 0x89abcdef, size: 1000, compressedSize: 300 };

describe('zip-format', () => {
  it('chooses ZIP64 before an entry could outgrow 32 bits, compressed or not', () => {
    expect(needsZip64(0)).to.equal(false);
    expect(needsZip64(LARGEST)).to.equal(false);
    expect(needsZip64(LARGEST + 1)).to.equal(true);
    expect(needsZip64(LIMIT)).to.equal(true);
    expect(needsZip64(2 ** 45)).to.equal(true);
  });

  it('writes the largest entry that needs no ZIP64, though deflate made it larger by 1/8', () => {
    const compressedSize = (LARGEST * 9) / 8;
    const tail = zipTail(entry, { crc32: 0, size: LARGEST, compressedSize });
    expect(tail.readUInt32LE(tail.length - 6)).to.equal(zipHead(entry).length + compressedSize + 16);
  });

  it('would rather fail than write a size or an offset that is not true', () => {
    for (const size of [LIMIT - 1, LIMIT, LIMIT + 1, 2 ** 40])
      for (const wrong of [
        { ...sums, size },
        { ...sums, compressedSize: size },
      ]) {
        if (wrong.size < LIMIT && wrong.compressedSize === 300) continue; // fits
        expect(() => zipTail(entry, wrong), `${size}`).to.throw(RangeError, 'outgrew a zip without ZIP64');
        expect(() => zipTail({ ...entry, zip64: true }, wrong)).not.to.throw();
      }
  });

  it('leaves sizes and CRC to the descriptor', () => {
    const head = zipHead(entry);
    const name = Buffer.from(entry.name);
    expect(head.readUInt32LE(0)).to.equal(0x04034b50);
    expect(head.readUInt16LE(4), 'version needed').to.equal(20);
    expect(head.readUInt16LE(6), 'descriptor and UTF-8').to.equal(0x0808);
    expect(head.readUInt16LE(8), 'deflate').to.equal(8);
    expect(head.subarray(14, 26), 'CRC and sizes').to.deep.equal(Buffer.alloc(12));
    expect(head.subarray(30, 30 + head.readUInt16LE(26))).to.deep.equal(name);
    expect(head.readUInt16LE(28)).to.equal(head.length - 30 - name.length);

    const tail = zipTail(entry, sums);
    expect([0, 4, 8, 12].map(at => tail.readUInt32LE(at))).to.deep.equal([0x08074b50, 0x89abcdef, 300, 1000]);
  });

  it('announces a descriptor of 64 bits in the local header, and writes one', () => {
    const head = zipHead({ ...entry, zip64: true });
    expect(head.readUInt16LE(4), 'version needed').to.equal(45);
    expect([head.readUInt32LE(18), head.readUInt32LE(22)]).to.deep.equal([LIMIT, LIMIT]);
    const extra = head.subarray(30 + head.readUInt16LE(26));
    expect([extra.readUInt16LE(0), extra.readUInt16LE(2)]).to.deep.equal([0x0001, 16]);

    const tail = zipTail({ ...entry, zip64: true }, { crc32: 7, size: 2 ** 45, compressedSize: 2 ** 33 });
    expect(tail.readUInt32LE(4)).to.equal(7);
    expect([tail.readBigUInt64LE(8), tail.readBigUInt64LE(16)]).to.deep.equal([2n ** 33n, 2n ** 45n]);
  });

  it('writes the time in UTC, as far as each field reaches', () => {
    const dosTime = (date: string) => {
      const head = zipHead({ ...entry, modifiedAt: new Date(date) });
      return [head.readUInt16LE(12), head.readUInt16LE(10)];
    };
    const packed = (y: number, mo: number, d: number, h: number, mi: number, s: number) => [
      (y - 1980) * 512 + mo * 32 + d,
      h * 2048 + mi * 32 + s / 2,
    ];
    expect(dosTime('2023-10-31T23:58:57.900Z')).to.deep.equal(packed(2023, 10, 31, 23, 58, 56));
    expect(dosTime('1970-01-01T00:00:00Z')).to.deep.equal(packed(1980, 1, 1, 0, 0, 0));
    expect(dosTime('2200-01-01T00:00:00Z')).to.deep.equal(packed(2107, 12, 31, 23, 59, 58));

    const timestamp = (date: string) => {
      const head = zipHead({ ...entry, modifiedAt: new Date(date) });
      return head.length === 30 + Buffer.byteLength(entry.name) ? undefined : head.readUInt32LE(head.length - 4);
    };
    expect(timestamp('2023-10-31T23:58:57.900Z')).to.equal(Date.UTC(2023, 9, 31, 23, 58, 57) / 1000);
    expect(timestamp('2038-01-19T03:14:07Z')).to.equal(2 ** 31 - 1);
    expect(timestamp('2038-01-19T03:14:08Z')).to.equal(undefined);
    expect(timestamp('1969-12-31T23:59:59Z')).to.equal(undefined);
  });

  it('refuses a name that is too long for its field', () => {
    expect(() => zipHead({ ...entry, name: 'x'.repeat(65_536) })).to.throw(RangeError);
  });
});
