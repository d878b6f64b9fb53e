import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openFileCount } from '../../testing/machine/open-files.ts';
import { chunksOf, fileDigest } from './file-digest.ts';

const never = new AbortController().signal;

describe('file-digest', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-file-digest-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is the SHA-256 of the file, around the size of a piece and far above', async () => {
    for (const size of [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_000]) {
      const bytes = randomBytes(size);
      await writeFile(join(folder, 'file'), bytes);
      expect(
        (await fileDigest(join(folder, 'file'), never)).equals(createHash('sha256').update(bytes).digest()),
        `${size}`,
      ).to.equal(true);
    }
  });

  it('stops when aborted, with the reason, and closes the file', async () => {
    await writeFile(join(folder, 'file'), Buffer.alloc(5 << 20));
    const before = await openFileCount();
    const stop = new AbortController();
    let pieces = 0;
    const reading = (async () => {
      for await (const _ of chunksOf(join(folder, 'file'), stop.signal)) if (++pieces === 2) stop.abort('stop');
    })();
    expect(await reading.catch(error => error)).to.equal('stop');
    expect(pieces).to.equal(2);
    expect(await fileDigest(join(folder, 'file'), AbortSignal.abort('before')).catch(error => error)).to.equal(
      'before',
    );
    expect(await openFileCount()).to.equal(before);
  });

  it('closes the file when its reader stops early', async () => {
    const before = await openFileCount();
    for await (const _ of chunksOf(join(folder, 'file'), never)) break;
    expect(await openFileCount()).to.equal(before);
  });

  it('says which file is missing', async () =>
    expect((await fileDigest(join(folder, 'nowhere'), never).catch(error => error)).message).to.match(
      /ENOENT.*nowhere/,
    ));
});
