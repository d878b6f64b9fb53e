import { execFile } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import yauzl from 'yauzl';
import { zip } from '../../testing/zips/zip-file.ts';

const run = promisify(execFile);

/** As an independent program reads it, which takes them most of the time. Small zips are read so in cli/zip/readers.test.ts. */
describe('a zip of more than 4 GiB', function () {
  this.timeout(300_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-zip-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is written, and read to the last byte by unzip', async () => {
    const [source, target] = [join(folder, 'x.sql'), join(folder, 'x.sql.zip')];
    const size = 4_400_000_000;
    await writeFile(source, '');
    await truncate(source, size);
    const result = await zip(source, target, { level: 1 });
    expect(result.entrySize).to.equal(size);
    expect(result.crc32, 'CRC-32 of so many zeros, as unzip, 7z and Python have found it too').to.equal(0x1e7e8ae2);

    const archive = await yauzl.openPromise(target);
    expect(archive.entryCount).to.equal(1);
    for await (const entry of archive.eachEntry())
      expect(entry).to.include({ uncompressedSize: size, versionNeededToExtract: 45 });

    // It reads every byte and checks the CRC; 7z, which takes as long, has read it before, too.
    await run('unzip', ['-tq', target]);
    expect((await run('7z', ['l', target])).stdout).to.contain(String(size));
  });
});
