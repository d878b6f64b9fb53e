import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { UnsoundZip } from '../../../protocol/zip/zip-file.ts';
import { checkContent } from './check-content.ts';

const MARKER = '-- Dump completed on 2026-01-01  0:00:00';

/** Reads a dump that arrives in pieces of these sizes, the last one again and again. */
function check(dump: Buffer, sizes: number[], { isDeflated = false } = {}) {
  const bytes = isDeflated ? deflateRawSync(dump) : dump;
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)]!;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  const turn = { used: () => undefined };
  const compressedSize = bytes.length;
  return checkContent({
    raw: passing(pieces),
    compressedSize,
    isDeflated,
    size: dump.length,
    crc32: crc32(dump),
    turn,
  });
}

/** Each is good only until the next one is asked for. */
async function* passing(pieces: Buffer[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    const copy = Buffer.from(piece);
    yield copy;
    copy.fill('*');
  }
}

describe('checkContent', () => {
  it('reports the same about a dump in chunks of any size', async () => {
    const line = fc.constantFrom(
      MARKER,
      '-- Dump completed',
      'x',
      `'${MARKER}`,
      '',
      'y'.repeat(1000),
      'z'.repeat(4050),
    );
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 6000 })), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 10 }), sizes, fc.boolean(), async (lines, sizes, isDeflated) => {
        const dump = Buffer.from(lines.join('\n'));
        const lastLine = lines.findLast(line => line !== '') ?? '';
        expect(await check(dump, sizes, { isDeflated })).to.deep.equal({
          size: dump.length,
          sha256: createHash('sha256').update(dump).digest('hex'),
          hasEndMarker: lastLine.startsWith('-- Dump completed'),
        });
      }),
    );
  });

  it('refuses bytes after the compressed data, which zlib does not report', async () => {
    const bytes = Buffer.concat([deflateRawSync('x'), Buffer.from('hidden')]);
    const size = { size: 1, compressedSize: bytes.length, crc32: crc32('x') };
    const turn = { used: () => undefined };
    const error = await checkContent({ raw: passing([bytes]), isDeflated: true, ...size, turn }).catch(e => e);
    expect(error)
      .to.be.instanceOf(UnsoundZip)
      .with.property('message')
      .that.contains('extra bytes after its compressed');
  });

  it('does not read a dump that is larger than its zip can contain', async () => {
    const raw = (async function* () {
      yield expect.fail('it was read');
    })();
    const turn = { used: () => undefined };
    for (const [isDeflated, size] of [
      [true, 1032 * 50 + 1],
      [false, 51],
    ] as const) {
      const error = await checkContent({ raw, compressedSize: 50, isDeflated, size, crc32: 0, turn }).catch(e => e);
      expect(error).to.be.instanceOf(UnsoundZip).with.property('message').that.contains('contains less data');
    }
  });

  it('does not treat the end of a long row as the end marker', async () => {
    // The last 4096 bytes begin right at the marker's text, which stands in the middle of a row.
    const dump = Buffer.from('x'.repeat(9000) + MARKER.padEnd(4096, 'y'));
    for (const size of [1, 1000, 4096, 100_000])
      expect(await check(dump, [size])).to.deep.include({ hasEndMarker: false });
  });
});
