import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { zip } from '../../testing/zips/zip-file.ts';
import { dumpDigest, sha256Of, zipContentSha256, zippedDumpDigest } from './contents.ts';
import { freshZip, freshZipName } from './fresh-zip.ts';

describe('what the benchmark checks with', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('copies a zip under a fresh name, the entry too', async () => {
    const dump = join(folder, 'dump.sql');
    await writeFile(dump, 'INSERT INTO t VALUES (1);\n'.repeat(1000));
    const old = join(folder, freshZipName('pt_xyz'));
    await zip(dump, old);
    const copy = await freshZip(old, { database: 'pt_xyz', folder });

    expect(basename(copy)).not.to.equal(basename(old));
    expect(await zipContentSha256(copy)).to.equal(await sha256Of(dump));
  });

  it('treats two dumps that differ in their last line only as the same', async () => {
    const write = async (name: string, content: string) => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    };
    const rows = 'INSERT INTO t VALUES (1);\n'.repeat(9000);
    const first = await write('first.sql', `${rows}-- Dump completed on 2026-01-01  0:00:00\n`);
    const second = await write('second.sql', `${rows}-- Dump completed on 2026-01-02  3:00:00\n`);
    const other = await write('other.sql', `${rows.replace('1', '2')}-- Dump completed on 2026-01-01  0:00:00\n`);
    await zip(second, join(folder, 'second.sql.zip'));

    expect(await zippedDumpDigest(join(folder, 'second.sql.zip'))).to.equal(await dumpDigest(first));
    expect(await dumpDigest(other)).not.to.equal(await dumpDigest(first));
  });
});
