import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readEntry } from '../../protocol/zip/read-entry.ts';
import { forgeries } from '../../testing/zips/forge-zip.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { partsOf } from '../../testing/zips/zip-parts.ts';
import { inflate } from './inflate.ts';
import { ZippedDump } from './zipped-dump.ts';

const CONTENT = `${'INSERT INTO `t` VALUES (1);\n'.repeat(20_000)}-- Dump completed\n`;

describe('a dump in a zip', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-unzip-'));
  });
  after(() => rm(folder, { recursive: true }));

  const file = async (bytes: Buffer) => {
    const path = join(folder, 'x.zip');
    await writeFile(path, bytes);
    return path;
  };
  const readAll = async (path: string) => {
    await using zip = await ZippedDump.open(path);
    const pieces: Buffer[] = [];
    for await (const piece of zip.read()) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces).toString();
  };
  const refusal = async (bytes: Buffer) => readAll(await file(bytes)).then(() => 'nothing', String);

  it('comes out as it went in, as often as it is asked for, with any name of the entry', async () => {
    const sample = sampleZip({ content: CONTENT, entryName: 'anything.sql' });
    await using zip = await ZippedDump.open(await file(sample.bytes));
    expect(zip).to.include({ entryName: 'anything.sql', dumpBytes: CONTENT.length, zipBytes: sample.bytes.length });
    for (let time = 0; time < 2; time++) {
      let text = '';
      for await (const piece of zip.read()) text += piece;
      expect(text === CONTENT).to.equal(true);
    }
  });

  it('is inflated right from pieces that are good only until the next one is asked for', async () => {
    const { bytes } = sampleZip({ content: Buffer.from(randomBytes(400_000).toString('base64')) });
    async function* pieces({ start, end }: { start: number; end: number }) {
      for (let at = start; at <= end; at += 7_000) {
        const piece = Buffer.from(bytes.subarray(at, Math.min(at + 7_000, end + 1)));
        yield piece;
        piece.fill('*');
      }
    }
    const zip = { size: bytes.length, pieces };
    let size = 0;
    for await (const piece of inflate(zip, await readEntry(zip))) size += piece.length;
    expect(size).to.equal(Math.ceil(400_000 / 3) * 4);
  });

  it('can be left in the middle, and read again', async () => {
    await using zip = await ZippedDump.open(await file(sampleZip({ content: CONTENT }).bytes));
    for await (const piece of zip.read()) {
      expect(piece.length).to.be.greaterThan(0);
      break;
    }
    let size = 0;
    for await (const piece of zip.read()) size += piece.length;
    expect(size).to.equal(CONTENT.length);
  });

  it('is refused where a byte of its data has changed, is missing, or was added', async () => {
    const { bytes } = sampleZip({ content: CONTENT });
    const data = partsOf(bytes).find(({ name }) => name === 'data')!;
    for (const at of [data.at + 2, data.at + (data.length >> 1), data.at + data.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x10;
      expect(await refusal(changed), `byte ${at}`).to.match(/is damaged: /);
    }
    expect(await refusal(bytes.subarray(0, bytes.length - 30))).to.contain('has no end record, and may be cut off');
    expect(await refusal(Buffer.alloc(0))).to.contain('is not a readable zip');
  });

  it('is refused where a header states another size or CRC than its data has', async () => {
    const { bytes } = sampleZip({ content: CONTENT });
    const untrue = [...forgeries(bytes, { isQuick: true })].filter(({ what }) => /^(crc|size) = \d+ in all/.test(what));
    expect(untrue.length).to.be.greaterThan(3);
    for (const { what, bytes: forged } of untrue)
      expect(await refusal(forged), what).to.match(/is damaged|not a valid/);
  });

  it('gives no more bytes than were announced, however much its data inflates to', async () => {
    const { bytes } = sampleZip({ content: Buffer.alloc(8 * 1024 * 1024) });
    const forged = Buffer.from(bytes);
    const central = bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    for (const at of [22, central + 24]) forged.writeUInt32LE(1000, at);
    await using zip = await ZippedDump.open(await file(forged));
    let given = 0;
    const read = async () => {
      for await (const piece of zip.read()) given += piece.length;
    };
    expect(await read().catch(String)).to.contain('its data is larger than its directory says');
    expect(given).to.equal(0);
  });

  it('is refused where bytes stand behind the end of its compressed data', async () => {
    const { bytes } = sampleZip({ content: CONTENT });
    const data = partsOf(bytes).find(({ name }) => name === 'data')!;
    const end = data.at + data.length;
    const longer = Buffer.concat([bytes.subarray(0, end), Buffer.from('extra'), bytes.subarray(end)]);
    const central = longer.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    for (const at of [18, central + 20]) longer.writeUInt32LE(data.length + 5, at);
    longer.writeUInt32LE(central, longer.length - 6);
    expect(await refusal(longer)).to.contain('there are extra bytes after its compressed data');
  });

  it('is refused where it is not a file, with its path', async () => {
    expect(await readAll(folder).catch(String)).to.contain(`${folder} is not a file`);
    expect(await readAll(join(folder, 'none.zip')).catch(String)).to.contain("none.zip can't be read: ENOENT");
  });
});
