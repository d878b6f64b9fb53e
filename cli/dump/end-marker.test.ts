import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { endsWithMarker } from './end-marker.ts';

const MARKER = '-- Dump completed on 2026-01-01  0:00:00';

describe('end-marker', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-end-marker-'));
  });
  after(() => rm(folder, { recursive: true }));

  const isWhole = async (dump: string | Buffer): Promise<boolean> => {
    const path = join(folder, 'dump.sql');
    await writeFile(path, dump);
    return endsWithMarker(path);
  };

  it('accepts a dump whose last line begins with the marker', async () => {
    for (const dump of [
      `insert\n${MARKER}\n`,
      `insert\n\n${MARKER}`,
      'insert\n-- Dump completed\n',
      '-- Dump completed',
      `insert\n${MARKER}\n\n\n`,
      `insert\r\n${MARKER}\r\n`,
    ])
      expect(await isWhole(dump), JSON.stringify(dump)).to.equal(true);
  });

  it('accepts nothing else', async () => {
    for (const dump of [
      '',
      '\n',
      '\n\n\n',
      'insert\n',
      `insert '${MARKER}\n`,
      `insert ' ${MARKER}'\n`,
      ` ${MARKER}\n`,
      `${MARKER}\ninsert\n`,
      `${MARKER}\ninsert`,
      `${MARKER}\n\n-\n`,
      `insert\n${MARKER.slice(0, 16)}\n`,
      `insert\n${MARKER.slice(0, 16)}`,
      'insert\n-- dump completed\n',
      'insert\n--  Dump completed\n',
      `insert\r${MARKER}\r`,
      `insert\u2028${MARKER}`,
    ])
      expect(await isWhole(dump), JSON.stringify(dump)).to.equal(false);
  });

  it('reads bytes that are not UTF-8', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x80, 0x00, 0xc3]);
    expect(await isWhole(Buffer.concat([bytes, Buffer.from(`\n${MARKER}\n`)]))).to.equal(true);
    expect(await isWhole(Buffer.concat([Buffer.from(`insert\n${MARKER}`), bytes]))).to.equal(true);
    expect(await isWhole(Buffer.concat([bytes, Buffer.from(MARKER)]))).to.equal(false);
    expect(await isWhole(Buffer.concat([Buffer.from('x\n'), bytes, Buffer.from(`${MARKER}\n`)]))).to.equal(false);
  });

  it('is sure around the border of what it reads', async () => {
    for (let before = 4090 - MARKER.length; before <= 4100; before++) {
      expect(await isWhole(`${'x'.repeat(before)}\n${MARKER}\n`), `line, ${before}`).to.equal(true);
      expect(await isWhole(`${'x'.repeat(before)}${MARKER}\n`), `row, ${before}`).to.equal(false);
    }
  });

  it('does not treat a row as the marker when its read begins inside that row', async () => {
    // The tail of 4096 bytes would begin right at the marker's text, which stands in the middle of a row.
    for (const extra of [-1, 0, 1])
      for (const end of ['', '\n'])
        expect(await isWhole(`${'x'.repeat(9000)}${MARKER.padEnd(4096 - end.length + extra, 'y')}${end}`)).to.equal(
          false,
        );
  });

  it('decides as a simple reading of the whole file would', async () => {
    const piece = fc.constantFrom(
      '\n',
      '\n',
      MARKER,
      '-- Dump completed',
      '-- Dump',
      'x',
      "'",
      '\r',
      'y'.repeat(1000),
      'z'.repeat(4050),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async pieces => {
        const dump = pieces.join('');
        const lastLine = dump.replace(/\n+$/, '').split('\n').at(-1)!;
        fc.pre(lastLine.length < 4000); // a marker's line is short
        expect(await isWhole(dump)).to.equal(lastLine.startsWith('-- Dump completed'));
      }),
      { numRuns: 300 },
    );
  });
});
