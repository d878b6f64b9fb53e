import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import { zipHead, zipTail } from '../../../cli/zip/format.ts';
import { entryNameOf } from '../../../protocol/backup-name.ts';
import type { ZipFile } from '../../../protocol/zip/zip-file.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { checkZip } from './check-zip.ts';
import { type SeenContent, ZipFollower } from './follow-zip.ts';
import { readingTurns } from './reading-turns.ts';

const GIB = 1024 ** 3;
const LIMITS = { maxDumpBytes: GIB, maxDumpRatio: 1032 };
const CONTENT = Buffer.from(`${randomBytes(300_000).toString('base64')}\n-- Dump completed\n`);

/** Each piece is good only until the next one is asked for. */
async function* arriving(bytes: Buffer, size = 100_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    const piece = Buffer.from(bytes.subarray(at, at + size));
    yield piece;
    piece.fill('*');
  }
}

const NEVER = new AbortController().signal;

async function seenOf(
  bytes: Buffer,
  { size = 100_000, limits = LIMITS, hasEnded = NEVER } = {},
): Promise<SeenContent | undefined> {
  const follower = new ZipFollower(limits);
  await follower.follow(arriving(bytes, size), hasEnded);
  return follower.seen;
}

/** Counts what is read of a zip, in bytes. */
function watchedZip(bytes: Buffer): ZipFile & { bytesRead: number } {
  return {
    size: bytes.length,
    bytesRead: 0,
    async *pieces({ start, end }) {
      this.bytesRead += end - start + 1;
      yield bytes.subarray(start, end + 1);
    },
  };
}

describe('a zip that is followed while it arrives', () => {
  const zip = sampleZip({ content: CONTENT });
  const entryName = entryNameOf(zip.fileName);
  const check = async (bytes: Buffer, seen: SeenContent | undefined) => {
    const file = watchedZip(bytes);
    const { dump } = await checkZip({ file, entryName, isRead: true, seen });
    return { dump, isReadAgain: file.bytesRead > bytes.length / 2 };
  };

  it('is not read again when it is there, and shows the same, in pieces of any size', async () => {
    const { dump, isReadAgain } = await check(zip.bytes, undefined);
    expect(dump).to.deep.equal({ ...zip.dump, hasEndMarker: true });
    expect(isReadAgain).to.equal(true);
    for (const size of [200, 4096, 65_536, 1_000_000])
      expect(await check(zip.bytes, await seenOf(zip.bytes, { size })), `${size}`).to.deep.equal({
        dump,
        isReadAgain: false,
      });
  });

  it('is read again where its directory differs in any respect from what was seen', async () => {
    const seen = (await seenOf(zip.bytes))!;
    const { entry, facts } = seen;
    const others: SeenContent[] = [
      { entry: { ...entry, dataStart: entry.dataStart + 1 }, facts },
      { entry: { ...entry, compressedSize: entry.compressedSize - 1 }, facts },
      { entry: { ...entry, crc32: entry.crc32 ^ 1 }, facts },
      { entry, facts: { ...facts, size: facts.size + 1 } },
    ];
    for (const other of others) {
      const untrue = { ...other, facts: { ...other.facts, sha256: 'untrue' } };
      const { dump, isReadAgain } = await check(zip.bytes, untrue);
      expect(dump).to.deep.equal({ ...zip.dump, hasEndMarker: true });
      expect(isReadAgain).to.equal(true);
    }
  });

  it('is refused for the same reasons as one that is read when it is there', async () => {
    const problemOf = (bytes: Buffer, seen: SeenContent | undefined) =>
      check(bytes, seen).then(() => 'nothing', String);
    const changed = (at: number) => {
      const bytes = Buffer.from(zip.bytes);
      bytes[at]! ^= 0x10;
      return bytes;
    };
    const entry = { name: entryName, modifiedAt: new Date(0), zip64: false };
    const forged = (told: { crc32?: number; size?: number }, extra = 0) => {
      const data = Buffer.concat([deflateRawSync(CONTENT), Buffer.alloc(extra)]);
      const values = { crc32: 1, size: CONTENT.length, compressedSize: data.length, ...told };
      return Buffer.concat([zipHead(entry), data, zipTail(entry, values)]);
    };
    const bad = [
      changed(14),
      changed(1000),
      changed(zip.bytes.length - 100),
      zip.bytes.subarray(0, 200_000),
      zip.bytes.subarray(0, 20),
      forged({ size: 10 }),
      forged({ size: CONTENT.length + 1 }),
      forged({ crc32: 1 }),
      forged({}, 7),
    ];
    const reasons = new Set<string>();
    for (const [i, bytes] of bad.entries()) {
      const problem = await problemOf(bytes, undefined);
      reasons.add(problem);
      expect(await problemOf(bytes, await seenOf(bytes)), `${i}`).to.equal(problem);
    }
    expect([...reasons])
      .to.have.length.above(4)
      .and.not.include('nothing');
  });

  it('is left to be read later when it is stored, no zip, or empty', async () => {
    const stored = new AdmZip();
    stored.addFile(entryName, CONTENT);
    stored.getEntry(entryName)!.header.method = 0;
    for (const bytes of [stored.toBuffer(), randomBytes(100_000), Buffer.alloc(0), Buffer.from('PK')])
      expect(await seenOf(bytes)).to.equal(undefined);
    expect(await check(stored.toBuffer(), undefined)).to.deep.include({ dump: { ...zip.dump, hasEndMarker: true } });
  });

  it('is not read on when its dump is larger than the limits', async () => {
    let pieces = 0;
    const bomb = sampleZip({ content: Buffer.alloc(64 * 1024 * 1024) }).bytes;
    const follower = new ZipFollower({ ...LIMITS, maxDumpBytes: 4 * 1024 * 1024 });
    await follower.follow(
      (async function* () {
        for await (const piece of arriving(bomb, 1000)) {
          pieces += 1;
          yield piece;
        }
      })(),
      NEVER,
    );
    expect(follower.seen).to.equal(undefined);
    expect(pieces).to.be.within(4, 12);
  });

  it('gives others their turn after each 16 MiB of plain bytes, however small its zip is', async () => {
    const bomb = sampleZip({ content: Buffer.alloc(66 * 1024 * 1024) }).bytes;
    expect(bomb.length).to.be.below(70_000);
    const held = [await readingTurns.place(0), await readingTurns.place(0), await readingTurns.place(0)];
    let isOver = false;
    let turns = 0;
    const following = seenOf(bomb).finally(() => (isOver = true));
    while (!isOver) {
      using _ = await readingTurns.place(0);
      turns += 1;
      await new Promise(setImmediate);
    }
    for (const place of held) place[Symbol.dispose]();
    expect((await following)?.facts.size).to.equal(66 * 1024 * 1024);
    expect(turns).to.be.within(4, 9);
  });

  it('fails with the disk that it is read from', async () => {
    const failing = async function* () {
      yield zip.bytes.subarray(0, 100_000);
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    };
    const error = await new ZipFollower(LIMITS).follow(failing(), NEVER).catch(error => error);
    expect(error).to.include({ code: 'EIO' });
  });

  describe('when 8 others arrive, however slowly,', () => {
    const goes: Array<() => void> = [];
    let followers: ZipFollower[];
    let following: Array<Promise<void>>;
    beforeEach(() => {
      goes.length = 0;
      followers = Array.from({ length: 8 }, () => new ZipFollower(LIMITS));
      following = followers.map(({ follow }) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        goes.push(resolve);
        async function* slow() {
          yield zip.bytes.subarray(0, 1000);
          await promise;
          yield zip.bytes.subarray(1000);
        }
        return follow(slow(), NEVER);
      });
    });
    afterEach(async () => {
      for (const go of goes) go();
      await Promise.all(following);
      for (const { seen } of followers) expect(seen?.facts.sha256).to.equal(zip.dump.sha256);
      expect((await seenOf(zip.bytes))?.facts.sha256, 'their places are free again').to.equal(zip.dump.sha256);
    });

    it('is left to be read later if none of them has ended before it is there', async () => {
      expect(await seenOf(zip.bytes, { hasEnded: AbortSignal.abort() })).to.equal(undefined);
      const end = new AbortController();
      const late = [seenOf(zip.bytes, { hasEnded: end.signal }), seenOf(zip.bytes, { hasEnded: end.signal })];
      end.abort();
      expect(await Promise.all(late)).to.deep.equal([undefined, undefined]);
    });

    it('is followed from its first byte when the first of them has ended, in the order in which they came', async () => {
      const ends = [new AbortController(), new AbortController()];
      const [first, second] = ends.map(({ signal }) => seenOf(zip.bytes, { hasEnded: signal }));
      goes[3]!();
      await following[3];
      ends[0]!.abort();
      ends[1]!.abort();
      expect((await first)?.facts.sha256).to.equal(zip.dump.sha256);
      expect(await second).to.equal(undefined);
    });
  });
});
