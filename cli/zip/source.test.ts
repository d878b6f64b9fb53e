import { randomBytes } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { appendFile, type FileHandle, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import fc from 'fast-check';
import { openFilesIn } from '../../testing/machine/open-files.ts';
import { OwnTime } from '../../testing/own-time.ts';
import { zip } from '../../testing/zips/zip-file.ts';
import { RestartZip, type ZipOptions } from './zip.ts';

const MiB = 1024 * 1024;

describe('zip-source', function () {
  this.timeout(60_000);
  let folder: string;
  let source: string;
  let target: string;
  let whole: PromiseWithResolvers<void>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-zip-source-'));
    source = join(folder, 'x.sql');
    target = join(folder, 'x.sql.zip');
    whole = Promise.withResolvers();
    await writeFile(source, '');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const follow = (options: ZipOptions = {}, expectedBytes = 0) =>
    zip(source, target, { level: 1, growth: { whole: whole.promise, expectedBytes }, ...options });
  const content = () => new AdmZip(target).getEntries()[0]!.getData();
  const isZip64 = () => readFileSync(target).readUInt16LE(4) === 45;

  /** Nothing but the dump in the folder, and no file of it open. */
  const expectNothingLeft = async () => {
    expect(await readdir(folder)).to.deep.equal(['x.sql']);
    expect(await openFilesIn(folder)).to.deep.equal([]);
  };

  describe('of a file that grows', () => {
    it('gives what it has become, however it grew', async () => {
      const step = fc.record({ bytes: fc.oneof(fc.nat(5000), fc.nat(3 * MiB)), pauseMs: fc.constantFrom(0, 0, 5, 70) });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.boolean(), async (steps, endsAtOnce) => {
          await writeFile(source, '');
          whole = Promise.withResolvers();
          const zipping = follow();
          const parts: Buffer[] = [];
          for (const { bytes, pauseMs } of steps) {
            const part = randomBytes(bytes);
            parts.push(part);
            await appendFile(source, part);
            if (pauseMs > 0) await sleep(pauseMs);
          }
          if (!endsAtOnce) await sleep(60);
          whole.resolve();
          const { entrySize } = await zipping;
          const all = Buffer.concat(parts);
          expect(entrySize).to.equal(all.length);
          expect(content().equals(all)).to.equal(true);
        }),
        { numRuns: 12 },
      );
    });

    it('is read while it is being written', async () => {
      const progress: number[] = [];
      const zipping = follow({ onProgress: bytes => progress.push(bytes) });
      await appendFile(source, randomBytes(2 * MiB));
      await until(() => progress.length >= 2);
      expect(progress).to.deep.equal([MiB, 2 * MiB]);
      await appendFile(source, 'the end');
      whole.resolve();
      expect(await zipping).to.include({ entrySize: 2 * MiB + 7 });
    });

    it('is done soon after it is whole, without waiting for the next look', async () => {
      let fastest = Number.POSITIVE_INFINITY;
      for (let run = 0; run < 40 && fastest >= 25; run++) {
        whole = Promise.withResolvers();
        const zipping = follow();
        await sleep(15); // it waits
        using time = new OwnTime();
        whole.resolve();
        await zipping;
        fastest = Math.min(fastest, time.ms);
      }
      expect(fastest, 'the fastest of 40, in ms').to.be.below(25);
    });

    it('is read to its end, what came between the last look and that too', async () => {
      const zipping = follow();
      await sleep(20);
      appendFileSync(source, 'the last words');
      whole.resolve();
      await zipping;
      expect(String(content())).to.equal('the last words');
    });

    it('may be whole before anybody looks', async () => {
      await writeFile(source, randomBytes(2 * MiB + 1));
      whole.resolve();
      expect(await follow()).to.include({ entrySize: 2 * MiB + 1 });
      expect(content().equals(readFileSync(source))).to.equal(true);
    });

    it('is not read beyond what stood there at a look before', async () => {
      await using handles = await watchedHandles(source);
      const zipping = follow();
      await handles.growing(async () => {
        // On a busy machine all of it may have been written before the second look.
        for (let step = 0; step < 40 || (handles.reads.length < 2 && step < 1000); step++) {
          await appendFile(source, randomBytes(MiB / 10));
          await sleep(2);
        }
      });
      whole.resolve();
      await zipping;
      expect(handles.reads).to.have.length.above(1);
      for (const { upTo, seen } of handles.reads) expect(upTo).to.be.at.most(seen);
    });
  });

  describe('of a file whose writing fails', () => {
    it('fails with the same, at once, also when there is much to read yet', async () => {
      await writeFile(source, randomBytes(40 * MiB));
      const broken = new Error('mysqldump has died');
      let calls = 0;
      const onProgress = () => {
        if (++calls === 2) whole.reject(broken);
      };
      expect(await failureOf(follow({ onProgress }))).to.equal(broken);
      expect(calls).to.be.below(5);
      await expectNothingLeft();
    });

    it('fails with the same while it waits', async () => {
      await writeFile(source, randomBytes(MiB + 5));
      const zipping = failureOf(follow());
      await sleep(20);
      whole.reject('no more');
      expect(await zipping).to.equal('no more');
      await expectNothingLeft();
    });

    it('makes no unhandled rejection of it when it has failed before, or could not begin', async () => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown) => void unhandled.push(reason);
      const others = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
      try {
        expect(await failureOf(follow({ signal: AbortSignal.abort('before') }))).to.equal('before');
        await rm(source);
        expect((await failureOf(follow())).message).to.contain(`could not open ${source}: ENOENT`);
        whole.reject(new Error('and then the dump failed'));
        await sleep(20);
      } finally {
        process.removeListener('unhandledRejection', note);
        for (const other of others) process.on('unhandledRejection', other);
      }
      expect(unhandled).to.deep.equal([]);
    });
  });

  it('stops within a moment when aborted while it waits, and leaves nothing', async () => {
    await writeFile(source, randomBytes(MiB + 5));
    const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
    const before = timers();
    const stop = new AbortController();
    const zipping = failureOf(follow({ signal: stop.signal }));
    await sleep(120);
    using time = new OwnTime();
    stop.abort('enough');
    expect(await zipping).to.equal('enough');
    expect(time.ms).to.be.below(500);
    time[Symbol.dispose]();
    expect(getEventListeners(stop.signal, 'abort')).to.have.length(0);
    expect(timers()).to.be.at.most(before);
    await expectNothingLeft();
  });

  describe('refuses a file that, once it is whole,', () => {
    /** Whole, and then changed as soon as the last byte of it has been read. */
    const changed = async (change: () => void, bytes = 2 * MiB) => {
      await writeFile(source, randomBytes(bytes));
      whole.resolve();
      const error = await failureOf(follow({ onProgress: read => read === bytes && change() }));
      await expectNothingLeft();
      return error.message;
    };

    it('is written to', async () =>
      expect(await changed(() => appendFileSync(source, 'more'), 2 * MiB + 1)).to.contain(
        'changed while it was zipped',
      ));

    it('is written to in place', async () => {
      const change = () => {
        const bytes = readFileSync(source);
        bytes[7]! ^= 1;
        writeFileSync(source, bytes);
      };
      expect(await changed(change, 2 * MiB + 1)).to.contain('was written to while it was zipped');
    });

    it('is cut', async () =>
      expect(await changed(() => truncateSync(source, MiB))).to.contain('changed while it was zipped'));
  });

  describe('and ZIP64', () => {
    const needsZip64 = (size: number) => size > 2 * MiB;

    it('goes by the size of a finished file', async () => {
      for (const [size, expected] of [
        [2 * MiB, false],
        [2 * MiB + 1, true],
      ] as const) {
        await writeFile(source, randomBytes(size));
        await zip(source, target, { level: 1, needsZip64 });
        expect(isZip64()).to.equal(expected);
        expect(content().equals(readFileSync(source))).to.equal(true);
      }
    });

    it('goes by what a growing one may become', async () => {
      whole.resolve();
      await writeFile(source, 'small, in the end');
      await follow({}, 1024 ** 3);
      expect(isZip64()).to.equal(false);
      await follow({}, 1024 ** 3 + 1);
      expect(isZip64()).to.equal(true);
      expect(String(content())).to.equal('small, in the end');
    });

    it('cannot be finished for one that outgrows what was expected', async () => {
      await writeFile(source, randomBytes(5 * MiB));
      let calls = 0;
      const error = await failureOf(follow({ needsZip64, onProgress: () => calls++ }));
      expect(error).to.be.instanceOf(RestartZip);
      expect(calls).to.equal(2);
      await expectNothingLeft();
    });

    it('lets one outgrow it that was expected to', async () => {
      await writeFile(source, randomBytes(5 * MiB));
      whole.resolve();
      await follow({ needsZip64 }, 1024 ** 3 + 1);
      expect(content().equals(readFileSync(source))).to.equal(true);
    });
  });
});

interface WatchedHandles extends AsyncDisposable {
  /** How far each read might have gone, and how large the file was when it was last asked for its size. */
  readonly reads: { readonly upTo: number; readonly seen: number }[];
  growing(grow: () => Promise<void>): Promise<void>;
}

/** Records all reads of a file through a FileHandle. */
async function watchedHandles(path: string): Promise<WatchedHandles> {
  await using probe = await open(path, 'r');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  const { read, stat } = prototype;
  const reads: { upTo: number; seen: number }[] = [];
  let at = 0;
  let seen = 0;
  let isWatching = false;
  prototype.stat = async function (this: FileHandle, ...args: never[]) {
    const stats = await (stat as (...args: never[]) => Promise<{ size: bigint }>).apply(this, args);
    seen = Number(stats.size);
    return stats as never;
  } as FileHandle['stat'];
  prototype.read = async function (this: FileHandle, ...args: [Buffer, number, number, null]) {
    if (isWatching) reads.push({ upTo: at + args[2], seen });
    const result = await (read as (...args: unknown[]) => Promise<{ bytesRead: number; buffer: Buffer }>).apply(
      this,
      args,
    );
    at += result.bytesRead;
    return result;
  } as FileHandle['read'];
  return {
    reads,
    async growing(grow) {
      isWatching = true;
      await grow();
      isWatching = false;
    },
    async [Symbol.asyncDispose]() {
      Object.assign(prototype, { read, stat });
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (let looks = 0; looks < 1000 && !condition(); looks++) await sleep(5);
  expect(condition(), 'came true within 5 s').to.equal(true);
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail('did not fail'),
    (error: Error) => error,
  );
}
