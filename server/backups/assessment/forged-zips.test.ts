import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { forgeries } from '../../../testing/zips/forge-zip.ts';
import { zipFile } from '../../../testing/zips/local-zip.ts';
import { unreadable } from '../../../testing/zips/zip-readers.ts';
import { CONTENT, commonZips, ENTRY, ownZips } from '../../../testing/zips/zip-writers.ts';
import { AppError } from '../../errors/errors.ts';
import { checkZip } from './check-zip.ts';
import { ZipFollower } from './follow-zip.ts';

/** All values of all fields, by all writers, sent to a real service: test/long/forged-zips.test.ts. */
describe('zips of other programs, and forged ones', function () {
  this.timeout(240_000);
  let folder: string;
  /** One for all zips: each has its own length. */
  let handle: FileHandle;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-forged-'));
    await writeFile(join(folder, 'content'), CONTENT);
    handle = await open(join(folder, 'sample.zip'), 'w+');
  });
  after(async () => {
    await handle.close();
    await rm(folder, { recursive: true });
  });

  /** @returns why it is refused, undefined when it is taken */
  async function refusal(bytes: Buffer): Promise<string | undefined> {
    await handle.write(bytes, 0, bytes.length, 0);
    try {
      const file = zipFile(handle, bytes.length);
      const follower = new ZipFollower({ maxDumpBytes: 1024 ** 3, maxDumpRatio: 300 });
      await follower.follow(file.pieces({ start: 0, end: bytes.length - 1 }), new AbortController().signal);
      await checkZip({ file, entryName: ENTRY, isRead: true, seen: follower.seen });
      return undefined;
    } catch (error) {
      if (error instanceof AppError && error.code === 'INVALID_ZIP') return error.message;
      throw error;
    }
  }

  it('accepts zips that Info-ZIP, 7-Zip, Python, Java, bsdtar, adm-zip and sade write', async () => {
    const zips = await commonZips(join(folder, 'common'));
    expect(Object.keys(zips)).to.have.length.above(25);
    for (const [writer, bytes] of Object.entries(zips)) expect(await refusal(bytes), writer).to.equal(undefined);
  });

  describe('forged', () => {
    // What no reader minds is forged again and again: one of each kind is enough here.
    const taken = new Map<string, Buffer>();
    let forged = 0;
    before(async () => {
      for (const [writer, zip] of Object.entries(ownZips()))
        for (const { what, bytes } of forgeries(zip, { isQuick: true })) {
          forged += 1;
          if ((await refusal(bytes)) === undefined) taken.set(`${writer}: ${what.replace(/ = \d+/, '')}`, bytes);
        }
    });

    it('refuses each forged zip that four programs do not read to the same bytes', async () => {
      expect(forged).to.be.above(3000);
      expect(taken).to.have.property('size').that.is.within(50, 200);
      const whats = [...taken.keys()];
      const paths = whats.map((_, at) => join(folder, `${at}.zip`));
      for (const [at, bytes] of [...taken.values()].entries()) await writeFile(paths[at]!, bytes);
      const failures = await unreadable(paths, join(folder, 'content'));
      expect(failures.map(line => line.replace(/\S+\/(\d+)\.zip$/, (_, at) => whats[at]!))).to.deep.equal([]);
    });
  });
});
