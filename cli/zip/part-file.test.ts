import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openFilesIn } from '../../testing/machine/open-files.ts';
import { PartFile, writeAll } from './part-file.ts';

describe('zip-part-file', () => {
  let folder: string;
  let target: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-part-'));
    target = join(folder, 'x.zip');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps the file under another name until it is whole, and for its owner only', async () => {
    await using file = await PartFile.create(target);
    await file.append(Buffer.from('abc'));
    expect(await readdir(folder)).to.deep.equal(['x.zip.part']);
    await file.append(Buffer.from('def'));
    const { size, sha256 } = await file.commit();
    expect(await readdir(folder)).to.deep.equal(['x.zip']);
    expect(readFileSync(target, 'utf8')).to.equal('abcdef');
    expect(size).to.equal(6);
    expect(sha256).to.deep.equal(createHash('sha256').update('abcdef').digest());
    expect((await stat(target)).mode & 0o777).to.equal(0o600);
  });

  it('removes what was not committed, and closes it', async () => {
    {
      await using file = await PartFile.create(target);
      await file.append(Buffer.from('abc'));
    }
    expect(await readdir(folder)).to.deep.equal([]);
    expect(await openFilesIn(folder)).to.deep.equal([]);
  });

  it('has the bytes on the disk before the file has its name, and the name on the disk before it ends', async () => {
    const syncs: string[] = [];
    await using file = await PartFile.create(target);
    await file.append(Buffer.from('abc'));
    const restore = await watchSync(() =>
      syncs.push(existsSync(target) ? 'named' : readFileSync(`${target}.part`, 'utf8')),
    );
    await file.commit().finally(restore);
    expect(syncs).to.deep.equal(['abc', 'named']);
  });

  it('leaves nothing under either name when the disk refuses', async () => {
    for (const failing of [1, 2]) {
      let syncs = 0;
      const restore = await watchSync(() => {
        if (++syncs === failing) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
      });
      const error = await failureOf(async () => {
        await using file = await PartFile.create(target);
        await file.append(Buffer.from('abc'));
        await file.commit();
      }).finally(restore);
      expect(error.message).to.match(/^could not flush .*x\.zip.* to the disk: EIO/);
      expect(error.cause).to.have.property('code', 'EIO');
      expect(await readdir(folder), `sync ${failing}`).to.deep.equal([]);
      expect(await openFilesIn(folder)).to.deep.equal([]);
    }
  });

  it('flushes ahead while it is written, and fails in the end when the disk refuses just then', async () => {
    for (const refuses of [false, true]) {
      let flushes = 0;
      const restore = await watchSync(() => {
        flushes++;
        if (refuses) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
      }, 'datasync');
      const written = (async () => {
        await using file = await PartFile.create(target);
        for (let mib = 0; mib < 70; mib++) await file.append(Buffer.alloc(1024 * 1024));
        await file.commit();
      })();
      if (refuses) {
        const error = await failureOf(() => written).finally(restore);
        expect(error.message).to.match(/^could not flush .*x\.zip\.part to the disk: EIO/);
        expect(await openFilesIn(folder)).to.deep.equal([]);
        expect(await readdir(folder)).to.deep.equal([]);
      } else {
        await written.finally(restore);
        expect(flushes).to.equal(2);
        await rm(target);
      }
    }
  });

  it('puts itself in place of what a crash left, and does not write through a link', async () => {
    const elsewhere = join(folder, 'precious');
    await writeFile(elsewhere, 'precious');
    await symlink(elsewhere, `${target}.part`);
    await using file = await PartFile.create(target);
    await file.append(Buffer.from('abc'));
    await file.commit();
    expect(readFileSync(elsewhere, 'utf8')).to.equal('precious');
    expect(readFileSync(target, 'utf8')).to.equal('abc');

    await writeFile(`${target}.part`, 'a longer leftover', { mode: 0o644 });
    await using again = await PartFile.create(target);
    await again.append(Buffer.from('de'));
    await again.commit();
    expect(readFileSync(target, 'utf8')).to.equal('de');
    expect((await stat(target)).mode & 0o777).to.equal(0o600);
  });

  it('says what it could not do, and to which file', async () => {
    await mkdir(`${target}.part`);
    const taken = await failureOf(() => PartFile.create(target));
    expect(taken.message).to.contain(`could not remove the leftover ${target}.part`);
    const missing = await failureOf(() => PartFile.create(join(folder, 'missing', 'x.zip')));
    expect(missing.message).to.contain(`could not create ${join(folder, 'missing', 'x.zip.part')}: ENOENT`);
    expect(missing.cause).to.have.property('code', 'ENOENT');
  });

  it('goes on after a short write, and fails rather than turn in circles', async () => {
    const bytes = randomBytes(10_000);
    const taken: Buffer[] = [];
    let limit = 4096;
    const short = {
      async write(buffer: Uint8Array, offset: number, length: number) {
        const part = Buffer.from(buffer.subarray(offset, offset + Math.min(length, limit)));
        taken.push(part);
        return { bytesWritten: part.length, buffer };
      },
    } as Parameters<typeof writeAll>[0];
    await writeAll(short, bytes);
    expect(taken.map(part => part.length)).to.deep.equal([4096, 4096, 1808]);
    expect(Buffer.concat(taken).equals(bytes)).to.equal(true);

    limit = 0;
    expect((await failureOf(() => writeAll(short, bytes))).message).to.contain('took none of the last 10000 bytes');
  });
});

/** Calls `watch` before every fsync, or fdatasync; returns what ends that. */
async function watchSync(watch: () => void, name: 'sync' | 'datasync' = 'sync'): Promise<() => void> {
  await using handle = await open(import.meta.filename);
  const handles = Object.getPrototypeOf(handle) as Record<typeof name, () => Promise<void>>;
  const original = handles[name];
  handles[name] = async function (this: unknown) {
    watch();
    await original.call(this);
  };
  return () => {
    handles[name] = original;
  };
}

async function failureOf(work: () => Promise<unknown>): Promise<Error> {
  return work().then(
    () => expect.fail('did not fail'),
    (error: Error) => error,
  );
}
