import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import fc from 'fast-check';
import { entryNameOf } from '../../protocol/backup-name.ts';
import { openFilesIn } from '../../testing/machine/open-files.ts';
import { zip } from '../../testing/zips/zip-file.ts';
import { BLOCK, giveBack, takeBlock } from './blocks.ts';
import { sealZip } from './zip.ts';

const run = promisify(execFile);
const MiB = 1024 * 1024;
const PIECE = BLOCK;
const SQL = Buffer.from("INSERT INTO `kucing` VALUES (1,'Oren 🐈',0xDEADBEEF);\n".repeat(12_000));

describe('zip', function () {
  this.timeout(60_000);
  let folder: string;
  let source: string;
  let target: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-zip-'));
    source = join(folder, 'x.sql');
    target = join(folder, 'x.sql.zip');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('returns the digest and the size of the file, and the sums of the entry', async () => {
    await writeFile(source, SQL);
    const result = await zip(source, target);
    const file = readFileSync(target);
    expect(result).to.deep.equal({
      size: file.length,
      sha256: createHash('sha256').update(file).digest(),
      entrySize: SQL.length,
      crc32: crc32(SQL),
    });
    expect((await stat(target)).mode & 0o777).to.equal(0o600);
    expect(readFileSync(source).equals(SQL)).to.equal(true);
    expect(await readdir(folder)).to.have.members(['x.sql', 'x.sql.zip']);
  });

  it('shows all plain bytes as they go by, in order', async () => {
    await writeFile(source, SQL);
    const seen = createHash('sha256');
    await zip(source, target, { observe: piece => void seen.update(piece) });
    expect(seen.digest('hex')).to.equal(createHash('sha256').update(SQL).digest('hex'));
  });

  it('gives the memory of a piece to no one before it was observed, one at a time', async () => {
    await writeFile(source, Buffer.alloc(5 * BLOCK, SQL));
    const seen = createHash('sha256');
    let atOnce = 0;
    await zip(source, target, {
      level: 1,
      observe: async piece => {
        atOnce++;
        await sleep(60); // in which it is deflated
        const others = Array.from({ length: 20 }, takeBlock);
        seen.update(piece);
        expect(others.map(({ buffer }) => buffer)).not.to.include(piece.buffer);
        for (const other of others) giveBack(other);
        expect(atOnce--).to.equal(1);
      },
    });
    expect(seen.digest('hex')).to.equal(
      createHash('sha256')
        .update(Buffer.alloc(5 * BLOCK, SQL))
        .digest('hex'),
    );
  });

  it('fails, and leaves no file, when a piece could not be observed, be it the last', async () => {
    await writeFile(source, Buffer.alloc(2 * BLOCK, SQL));
    for (const failing of [1, 2]) {
      let pieces = 0;
      const observe = async () => {
        await sleep(20);
        if (++pieces === failing) throw new Error('it has ended');
      };
      expect(await zip(source, target, { observe }).catch(String)).to.equal('Error: it has ended');
      expect(await readdir(folder)).to.deep.equal(['x.sql']);
    }
  });

  it('lets what must stand beside it be written first: whole, but without its name', async () => {
    await writeFile(source, SQL);
    await using sealed = await sealZip(source, target);
    const { size, sha256 } = sealed;
    const bytes = readFileSync(`${target}.part`);
    expect(existsSync(target)).to.equal(false);
    expect(size).to.equal(bytes.length);
    expect(sha256).to.deep.equal(createHash('sha256').update(bytes).digest());
    await sealed.commit();
    expect(readFileSync(target).equals(bytes)).to.equal(true);
    expect(await readdir(folder)).to.have.members(['x.sql', 'x.sql.zip']);
  });

  it('is not there when what looks at it, or what must be written first, fails', async () => {
    await writeFile(source, SQL);
    const fail = () => {
      throw new Error('no');
    };
    const writeFirst = async () => {
      await using _sealed = await sealZip(source, target);
      fail();
    };
    for (const failing of [() => zip(source, target, { observe: fail }), writeFirst]) {
      const error = await failing().catch(error => error);
      expect(error.message).to.equal('no');
      expect(await readdir(folder)).to.deep.equal(['x.sql']);
    }
  });

  it('compresses as hard as it is told', async () => {
    await writeFile(
      source,
      Buffer.concat(Array.from({ length: 20_000 }, (_, i) => Buffer.from(`(${i},${(i * i) % 977}),`))),
    );
    const { size: fast } = await zip(source, target, { level: 1 });
    const { size: small } = await zip(source, target, { level: 9 });
    expect(small).to.be.below(fast);
  });

  it('brings back any content, also at the borders of the pieces', async () => {
    const borders = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: -2, max: 2 }));
    const sizes = fc.oneof(
      fc.nat(2000),
      borders.map(([pieces, off]) => pieces * PIECE + off),
    );
    const seeds = fc.uint8Array({ minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(sizes, seeds, fc.boolean(), fc.integer({ min: 1, max: 9 }), async (size, seed, dense, level) => {
        const content = dense ? randomBytes(size) : Buffer.alloc(size, seed);
        await writeFile(source, content);
        const progress: number[] = [];
        const result = await zip(source, target, { level, onProgress: read => progress.push(read) });
        expect(result.entrySize).to.equal(size);
        expect(progress.at(-1) ?? 0).to.equal(size);
        expectContent(target, content);
      }),
      { numRuns: 60 },
    );
  });

  it('takes the place of a zip of that name, but only once it is whole', async () => {
    await writeFile(source, SQL);
    await writeFile(target, 'an older zip');
    const onProgress = () => expect(readFileSync(target, 'utf8')).to.equal('an older zip');
    await zip(source, target, { onProgress });
    expectContent(target, SQL);
  });

  describe('of a dump that does not hold still', () => {
    const grown = () => appendFileSync(source, 'more');
    const changes: Record<string, { change: () => void; says: string; every?: boolean }> = {
      grows: { change: grown, says: 'changed while it was zipped' },
      'grows without end': { change: () => appendFileSync(source, randomBytes(MiB)), says: 'changed', every: true },
      shrinks: { change: () => truncateSync(source, PIECE + 7), says: 'changed while it was zipped' },
      'is emptied': { change: () => truncateSync(source, 0), says: 'changed while it was zipped' },
      'is written to in place': {
        change: () => writeFileSync(source, Buffer.alloc(SQL.length, 'x')),
        says: 'was written to',
      },
      'is replaced': {
        change: () => {
          writeFileSync(`${source}2`, SQL);
          renameSync(`${source}2`, source);
        },
        says: 'was replaced while it was zipped',
      },
      vanishes: { change: () => rmSync(source), says: 'again after zipping it: ENOENT' },
    };
    for (const [what, { change, says, every }] of Object.entries(changes))
      it(`fails when it ${what}`, async () => {
        await writeFile(source, SQL);
        await utimes(source, 1e9, 1e9);
        let calls = 0;
        const onProgress = () => {
          if (calls++ === 0 || every) change();
        };
        const error = await failureOf(zip(source, target, { onProgress }));
        expect(error.message).to.contain(source).and.to.contain(says);
        expect(calls).to.be.below(10);
        await expectNothingLeft(folder);
      });

    it('fails when the source is missing or is a folder', async () => {
      const error = await failureOf(zip(source, target));
      expect(error.message).to.contain(`could not open ${source}: ENOENT`);
      expect(error.cause).to.have.property('code', 'ENOENT');
      await mkdir(source);
      expect((await failureOf(zip(source, target))).message).to.contain(`could not read ${source}: EISDIR`);
      await expectNothingLeft(folder);
    });
  });

  describe('with a target that cannot be written', () => {
    it('fails when the folder of the target is missing or is not a folder', async () => {
      await writeFile(source, SQL);
      for (const place of [join(folder, 'missing', 'x.sql.zip'), join(source, 'x.sql.zip')]) {
        const error = await failureOf(zip(source, place));
        expect(error.message).to.match(/^could not (create|remove the leftover) /);
        expect(error.message).to.contain(`${place}.part`);
        expect((error.cause as NodeJS.ErrnoException).code).to.match(/ENOENT|ENOTDIR/);
      }
      await expectNothingLeft(folder);
    });

    it('fails on a folder that is read-only', async function () {
      await using disk = await smallDisk(folder);
      if (!disk) return skipLoudly(this, 'mounting a tmpfs takes root');
      await run('mount', ['-o', 'remount,ro', disk.path]);
      await writeFile(source, SQL);
      const error = await failureOf(zip(source, join(disk.path, 'x.sql.zip')));
      expect(error.message).to.contain(join(disk.path, 'x.sql.zip.part'));
      expect(error.cause).to.have.property('code', 'EROFS');
    });

    it('fails on a full disk, and leaves the room that it took', async function () {
      await using disk = await smallDisk(folder);
      if (!disk) return skipLoudly(this, 'mounting a tmpfs takes root');
      await writeFile(source, randomBytes(3 * MiB));
      const place = join(disk.path, 'x.sql.zip');
      const error = await failureOf(zip(source, place));
      expect(error.message)
        .to.contain(`could not write ${place}.part: `)
        .and.to.match(/no space left/i);
      expect(error.cause).to.have.property('code', 'ENOSPC');
      expect(await readdir(disk.path)).to.deep.equal([]);
      expect(existsSync(source)).to.equal(true);

      await writeFile(source, randomBytes(MiB / 2));
      await zip(source, place);
      expectContent(place, readFileSync(source));
    });
  });

  it('fails on a full disk without waiting for more of a dump that has stopped growing', async function () {
    await using disk = await smallDisk(folder);
    if (!disk) return skipLoudly(this, 'mounting a tmpfs takes root');
    await writeFile(source, randomBytes(3.5 * MiB));
    const growth = { whole: new Promise(() => {}), expectedBytes: 4 * MiB };
    const error = await failureOf(zip(source, join(disk.path, 'x.sql.zip'), { growth }));
    expect(error.cause).to.have.property('code', 'ENOSPC');
  });

  describe('when aborted', () => {
    it('does not begin', async () => {
      await writeFile(source, SQL);
      const reason = new Error('Ctrl-C');
      const onProgress = () => expect.fail('began');
      expect(await failureOf(zip(source, target, { signal: AbortSignal.abort(reason), onProgress }))).to.equal(reason);
      await expectNothingLeft(folder);
    });

    for (const [when, calls] of [
      ['at the first piece', 1],
      ['in the middle', 20],
      ['at the last piece', 64],
    ] as const)
      it(`stops ${when}, and leaves nothing`, async () => {
        await writeFile(source, randomBytes(64 * PIECE));
        const controller = new AbortController();
        let seen = 0;
        const onProgress = () => {
          if (++seen === calls) controller.abort('enough');
        };
        const reason: unknown = await failureOf(zip(source, target, { signal: controller.signal, onProgress }));
        expect(reason).to.equal('enough');
        expect(seen, 'pieces').to.equal(calls);
        expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
        await expectNothingLeft(folder);
      });

    it('stops while zlib holds all back', async () => {
      await truncate(await created(source), 1024 * MiB); // zeros: 256 MiB go in before a piece comes out
      const reason = await failureOf(zip(source, target, { signal: AbortSignal.timeout(50) }));
      expect(reason).to.have.property('name', 'TimeoutError');
      await expectNothingLeft(folder);
    });
  });

  it('lets go of everything when its caller throws from onProgress', async () => {
    await writeFile(source, SQL);
    const bug = new Error('bug');
    const onProgress = () => {
      throw bug;
    };
    expect(await failureOf(zip(source, target, { onProgress }))).to.equal(bug);
    await expectNothingLeft(folder);
  });

  it('zips several dumps at once', async () => {
    const names = Array.from({ length: 12 }, (_, i) => join(folder, `${i}.sql`));
    await Promise.all(names.map((name, i) => writeFile(name, SQL.subarray(i * 1000))));
    const results = await Promise.all(names.map(name => zip(name, `${name}.zip`)));
    for (const [i, name] of names.entries()) {
      expectContent(`${name}.zip`, SQL.subarray(i * 1000));
      expect(results[i]!.sha256).to.deep.equal(
        createHash('sha256')
          .update(readFileSync(`${name}.zip`))
          .digest(),
      );
    }
  });
});

/** That adm-zip finds one entry of this content and of the zip's name. */
function expectContent(path: string, content: Buffer): void {
  const entries = new AdmZip(path).getEntries();
  expect(entries.map(entry => entry.entryName)).to.deep.equal([entryNameOf(basename(path))]);
  expect(entries[0]!.getData().equals(content), 'content').to.equal(true);
}

/** Nothing but the source in the folder, and no file of it open. */
async function expectNothingLeft(folder: string): Promise<void> {
  expect((await readdir(folder)).filter(name => name !== 'x.sql')).to.deep.equal([]);
  expect(await openFilesIn(folder)).to.deep.equal([]);
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail('did not fail'),
    (error: Error) => error,
  );
}

async function created(path: string): Promise<string> {
  await writeFile(path, '');
  return path;
}

/** A file system of 1 MiB in a folder of `folder`; undefined where mounting is not allowed. */
async function smallDisk(folder: string): Promise<(AsyncDisposable & { path: string }) | undefined> {
  const path = join(folder, 'disk');
  await mkdir(path);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', path]);
  } catch {
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await run('umount', [path]);
    },
  };
}

function skipLoudly(test: Mocha.Context, why: string): void {
  console.warn(`      NOT TESTED: ${why}`);
  test.skip();
}
