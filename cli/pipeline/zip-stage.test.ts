import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import { emptyInventory, type Manifest } from '../../protocol/manifest.ts';
import { fakeMysqldump } from '../../testing/cli/fake-mysqldump.ts';
import { mountSmallDisk } from '../../testing/machine/small-disk.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { DumpObservers } from '../manifest/dump-observers.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import type { Outcome } from '../report/outcome.ts';
import { Spool } from '../spool/spool.ts';
import { DiskRoom } from './disk-room.ts';
import { startDump } from './dump-stage.ts';
import { Failures } from './failures.ts';
import type { ProgressListener, ZippedBackup } from './jobs.ts';
import type { RunningDump } from './running-dump.ts';
import { zipDump } from './zip-stage.ts';

const MiB = 1024 * 1024;
const never = new AbortController().signal;
const source: DatabaseSource = {
  ...{ label: 'd', database: 'd', host: 'h', port: 1, user: 'u', password: 'geheim' },
  ...{ dumpOptions: [], shrinkLimitPercent: 50 },
};
const allSeen: SourceReport = {
  server: { flavour: 'mariadb', version: '10.11.19' },
  objects: { ...emptyInventory(), tables: ['t'] },
  ...{ estimatedBytes: 100, isEncrypted: false, findings: [], fallbackOptions: [] },
};
/** So many blocks are deflated before the first is written. */
const MUCH = availableParallelism() + 4;

describe('the stages of dump and zip, with a zip that follows its dump', function () {
  this.timeout(60_000);
  let folder: string;
  let spool: Spool;
  /** The script waits for it with `go`; `pid` writes down who is to be gone. */
  let goFile: string;
  let pidFile: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-stages-'));
    spool = await Spool.open(join(folder, 'work'));
    goFile = join(folder, 'go');
    pidFile = join(folder, 'pid');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const go = () => writeFile(goFile, '');
  const spooled = () => readdir(spool.folder);
  const isAlive = async () => {
    try {
      const pid = Number(await readFile(pidFile, 'utf8'));
      return pid > 0 && process.kill(pid, 0); // it may have been ended before it wrote that down
    } catch {
      return false;
    }
  };

  interface Wish {
    readonly signal?: AbortSignal;
    readonly timeoutMs?: number;
    /** The zip worker has time only after that. */
    readonly beforeZip?: (running: RunningDump) => Promise<void>;
    readonly moved?: (bytes: number, running: RunningDump) => void;
    /** Such as for a machine with many cores. */
    readonly observers?: DumpObservers;
    readonly estimatedBytes?: number;
  }

  /** Takes one database through dump and zip. */
  const backedUp = async (script: string, wish: Wish = {}): Promise<ZippedBackup | Outcome> => {
    const { signal = never, timeoutMs = 60_000, beforeZip, moved, estimatedBytes = 100 } = wish;
    const words = `go() { until [ -e '${goFile}' ]; do sleep 0.02; done; }; echo $$ > '${pidFile}'`;
    const client = await fakeMysqldump(folder, `${words}\n${script}`);
    let handed: RunningDump | undefined;
    const progress: ProgressListener = { onStart: () => {}, onProgress: (_backup, bytes) => moved?.(bytes, handed!) };
    const room = new DiskRoom(spool.folder);
    await using observers = wish.observers ?? new DumpObservers({ warn: expect.fail });
    const shared = { spool, progress, room, observers, failures: new Failures({ spool, progress, room }) };
    const clients = { for: () => client, all: [client] };
    const preflight = async () => ({ ...allSeen, estimatedBytes });
    const dumping = await startDump(source, { ...shared, clients, preflight, timeoutMs }, signal);
    if (dumping.kind === 'postponed') throw new Error('it was alone');
    if (dumping.kind === 'finished') return dumping.outcome;
    handed = dumping;
    await beforeZip?.(dumping);
    const zipping = zipDump(dumping, { ...shared, level: 1 }, signal);
    const [, zipped] = await Promise.allSettled([dumping.completion, zipping]);
    if (zipped.status === 'rejected') throw zipped.reason;
    return zipped.value.kind === 'finished' ? zipped.value.outcome : (zipped.value as ZippedBackup);
  };
  const failureOf = async (...args: Parameters<typeof backedUp>) => {
    const outcome = (await backedUp(...args)) as Outcome;
    expect(outcome).to.include({ state: 'failed' });
    expect(await isAlive(), 'mysqldump goes on').to.equal(false);
    return outcome.failure!;
  };
  /** That the zip, the manifest beside it and what the stage says of them fit together. @returns the dump */
  const expectGood = async (result: ZippedBackup | Outcome): Promise<{ content: Buffer; manifest: Manifest }> => {
    expect(result).to.include({ kind: 'zipped' });
    const { path, dumpBytes, zipBytes, manifest } = result as ZippedBackup;
    const zip = await readFile(path);
    const content = new AdmZip(zip).getEntries()[0]!.getData();
    expect({ dumpBytes, zipBytes }).to.deep.equal({ dumpBytes: content.length, zipBytes: zip.length });
    expect(manifest!.dump).to.include({ size: content.length, sha256: sha256Of(content) });
    expect(manifest!.zip).to.deep.equal({ size: zip.length, sha256: sha256Of(zip) });
    expect(JSON.parse(await readFile(`${path}.json`, 'utf8'))).to.deep.equal(manifest);
    expect(await spooled(), 'no dump is left').to.have.length(2);
    return { content, manifest: manifest! };
  };

  it('compresses while mysqldump writes', async () => {
    const part = (running: RunningDump) => spool.pathOf(`${running.backup.fileName}.part`);
    let seen = 0;
    const result = await backedUp(`header; rows ${MUCH * MiB}; go; echo; marker`, {
      moved: (bytes, running) => {
        if (bytes < MUCH * MiB || seen > 0) return;
        seen = statSync(part(running)).size;
        expect(running.result, 'mysqldump has ended').to.equal(undefined);
        void go();
      },
    });
    expect(seen, 'bytes of the zip while mysqldump waited').to.be.above(2000);
    const { content } = await expectGood(result);
    expect(content.length).to.be.above(MUCH * MiB);
  });

  describe('when a table is changed meanwhile', () => {
    const twice = (first: string, second: string) => {
      const flag = join(folder, 'changed');
      return `header; if [ -e '${flag}' ]; then ${second}; marker; else : > '${flag}'; ${first}; complain 'Error 1412: changed'; exit 3; fi`;
    };
    const TABLE = "echo 'CREATE TABLE `t` (i int);'";
    const seconds = {
      'that is shorter': TABLE,
      'that is longer': `${TABLE}; printf -- '-- '; rows ${9 * MiB} | tr x y; echo`,
    };

    for (const [what, second] of Object.entries(seconds)) {
      it(`zips the second dump alone, after it has followed the first: ${what}`, async () => {
        const result = await backedUp(twice(`rows ${5 * MiB}; go`, second), {
          moved: bytes => void (bytes === 4 * MiB && !existsSync(goFile) && go()),
        });
        await expectSecond(result);
      });

      it(`zips the second dump alone, when no zip worker was free meanwhile: ${what}`, async () => {
        const result = await backedUp(twice(`rows ${5 * MiB}`, second), {
          beforeZip: async ({ completion }) => void (await completion),
        });
        await expectSecond(result);
      });
    }

    async function expectSecond(result: ZippedBackup | Outcome): Promise<void> {
      const { content, manifest } = await expectGood(result);
      expect(content.subarray(0, 3).toString()).to.equal('-- ');
      expect(content.includes('xxx'), 'something of the first').to.equal(false);
      expect(content.indexOf('-- MariaDB dump'), 'it is there once').to.equal(content.lastIndexOf('-- MariaDB dump'));
      expect(manifest.findings.map(({ code }) => code)).to.deep.equal(['DUMP_REPEATED']);
    }
  });

  describe('when the thread that observes large dumps dies', () => {
    let worker: Worker;
    const onWorker = (started: Worker) => {
      worker = started;
    };
    before(() => process.on('worker', onWorker));
    after(() => process.off('worker', onWorker));

    /** @param wish when it dies: `worker` has its first pieces by then, but not all */
    const expectHealed = async (wish: (die: () => void) => Wish) => {
      const warnings: string[] = [];
      await using observers = new DumpObservers({ cores: 8, warn: message => void warnings.push(message) });
      const script = "header; echo 'CREATE TABLE `t` (i int);'; echo 'INSERT INTO `t` VALUES (1),(2);'";
      const die = () => void worker.postMessage(null);
      const { content, manifest } = await expectGood(
        await backedUp(`${script}; printf -- '-- '; rows ${5 * MiB}; echo; go; marker`, {
          ...{ observers, estimatedBytes: 256 * MiB },
          ...wish(die),
        }),
      );
      expect(content.length).to.be.above(5 * MiB);
      expect(manifest).to.deep.include({ state: 'complete', findings: [] });
      expect(manifest.dump.rows).to.equal(2);
      expect(manifest.inventory.tables).to.deep.equal([{ name: 't', rows: 2, bytes: 31 }]);
      expect(warnings).to.have.length(1);
    };

    it('while the dump grows, zips it once more from its beginning, with the whole inventory', () =>
      expectHealed(die => ({
        moved: bytes => {
          if (bytes !== 2 * MiB || existsSync(goFile)) return;
          die();
          void go();
        },
      })));

    it('after the dump has ended, zips it once more from its beginning, with the whole inventory', () =>
      expectHealed(die => ({
        moved: bytes => bytes === 2 * MiB && die(),
        beforeZip: async ({ completion }) => {
          await go();
          await completion;
        },
      })));
  });

  describe('fails at the dump', () => {
    const onceFollowed: Wish = { moved: bytes => void (bytes === 4 * MiB && go()) };
    const ends: Record<string, { end: string; says: string }> = {
      'that mysqldump breaks off': {
        end: "complain 'Error 2013: Lost connection'; exit 3",
        says: 'fake-mysqldump failed with exit code 3: Error 2013: Lost connection',
      },
      'that is killed': { end: 'kill -9 $$', says: 'fake-mysqldump was ended by SIGKILL' },
      'that has no end marker': { end: 'exit 0', says: 'the dump is cut off' },
    };
    for (const [what, { end, says }] of Object.entries(ends))
      it(what, async () => {
        const failure = await failureOf(`header; rows ${5 * MiB}; go; ${end}`, onceFollowed);
        expect(failure.stage).to.equal('dump');
        expect(failure.message).to.contain(says);
        expect(await spooled()).to.deep.equal([]);
      });

    it('also when the file has gone already and the zip finds none', async () => {
      const failure = await failureOf("header; go; complain 'Got error: 1045'; exit 2", {
        beforeZip: async ({ path }) => {
          await rm(path);
          setTimeout(go, 100);
        },
      });
      expect(failure).to.include({ stage: 'dump', message: 'fake-mysqldump failed with exit code 2: Got error: 1045' });
      expect(await spooled()).to.deep.equal([]);
    });

    it('that takes too long, regardless of which stage notices it first', async () => {
      const failure = await failureOf(`header; rows ${3 * MiB}; exec sleep 60`, { timeoutMs: 400 });
      expect(failure).to.include({ stage: 'dump' });
      expect(failure.message).to.contain('took longer');
      expect(failure.advice).to.contain('--timeout');
      expect(await spooled()).to.deep.equal([]);
    });

    it('that takes too long, and is still ending when a zip worker is free', async () => {
      const slowToEnd = "trap 'sleep 0.4; exit 1' TERM; header; while :; do sleep 0.02; done";
      const failure = await failureOf(slowToEnd, {
        timeoutMs: 300,
        beforeZip: async ({ backup }) => {
          while (!backup.budget.isOver) await sleep(10);
        },
      });
      expect(failure.stage).to.equal('dump');
      expect(failure.message).to.contain('took longer');
      expect(await spooled()).to.deep.equal([]);
    });
  });

  describe('fails at the zip, and ends mysqldump', () => {
    const HANGS = `header; rows ${4 * MiB}; exec sleep 60`;

    it('when it cannot be written', async () => {
      let inTheWay = '';
      const failure = await failureOf(HANGS, {
        beforeZip: async ({ backup }) => {
          inTheWay = `${backup.fileName}.part`;
          await mkdir(spool.pathOf(inTheWay));
        },
      });
      expect(failure.stage).to.equal('zip');
      expect(failure.message).to.contain(inTheWay);
      expect(await spooled()).to.deep.equal([inTheWay]);
    });

    it('when something goes wrong in the middle', async () => {
      const moved = (bytes: number) => {
        if (bytes === 2 * MiB) throw new Error('a defect');
      };
      const failure = await failureOf(HANGS, { moved });
      expect(failure.stage).to.equal('zip');
      expect(failure.message).to.contain('a defect');
      expect(await spooled()).to.deep.equal([]);
    });

    it('when the disk is full', async function () {
      using disk = mountSmallDisk(spool.folder, 12);
      if (!disk) return this.skip();
      const noise = `head -c ${10 * MiB} /dev/urandom; exec sleep 60`;
      const failure = await failureOf(noise);
      expect(failure).to.include({ stage: 'zip' });
      expect(failure.message).to.match(/could not write .*\.part: .*no space left/i);
      expect(await spooled()).to.deep.equal([]);
    });

    it('when its time is over after the dump was whole', async () => {
      const failure = await failureOf('header; marker', {
        timeoutMs: 600,
        beforeZip: async ({ completion, backup: { budget } }) => {
          expect((await completion).kind).to.equal('completed');
          await budget.within(never, async () => {
            while (!budget.isOver) await sleep(10);
          });
        },
      });
      expect(failure.stage).to.equal('zip');
      expect(failure.message).to.contain('took longer');
      expect(await spooled()).to.deep.equal([]);
    });
  });

  it('ends all when aborted, with the reason, and leaves nothing', async () => {
    for (const bytesBefore of [0, 2 * MiB]) {
      const stop = new AbortController();
      const running = backedUp(`header; rows ${3 * MiB}; exec sleep 60`, {
        signal: stop.signal,
        beforeZip: async () => {
          if (bytesBefore === 0) stop.abort('stop');
        },
        moved: bytes => bytes === bytesBefore && stop.abort('stop'),
      }).catch(error => error);
      expect(await running).to.equal('stop');
      expect(await isAlive()).to.equal(false);
      expect(await spooled()).to.deep.equal([]);
    }
  });
});

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
