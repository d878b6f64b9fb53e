import { copyFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import type { BackupReport, ScrubAnswer } from '../../protocol/responses.ts';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { startFaultyProxy } from '../../testing/proxies/faulty-proxy.ts';
import { until } from '../../testing/until.ts';

/** Enough of what does not get smaller for an upload to be in several pieces. */
const NOISE = `
  create table noise (id int primary key, v blob not null);
  insert into noise select seq, random_bytes(1000) from seq_1_to_400;
`;
const NOWHERE = 'http://127.0.0.1:1';

describe('bytes that change', function () {
  this.timeout(60_000);

  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(NOISE);
  });
  after(() => scene[Symbol.asyncDispose]());
  beforeEach(async () => {
    trial = await scene.trial(database);
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  describe('while a zip waits in the work folder', () => {
    let zip: string;
    beforeEach(async () => {
      const run = await trial.backup(['--retries', '0'], NOWHERE);
      await trial.expectFailed(run, { stage: 'upload', says: /can't be reached/, waits: true });
      zip = join(trial.place.workDir, run.outcome.file_name);
    });

    /** The next run, which is to deliver what waits and then to make a backup of its own. */
    async function nextRun() {
      const run = await trial.backup();
      const leftover = run.report.outcomes.find(({ is_leftover }) => is_leftover);
      expect(run.outcome.state, 'of its own backup').to.equal('complete');
      return { ...run, leftover: leftover! };
    }

    it('in the zip: it is set aside, and not delivered', async () => {
      await flipByte(zip);
      const { code, leftover } = await nextRun();
      expect(code).to.equal(1);
      expect(leftover.state).to.equal('failed');
      expect(leftover.failure!.message).to.contain(`set aside as ${zip}.damaged`);
      expect(leftover.failure!.advice).to.match(/disk and the memory/);
      expect(await trial.spooled()).to.deep.equal([`${basename(zip)}.damaged`]);
      expect((await trial.listed()).map(({ state }) => state)).to.deep.equal(['complete']);
    });

    it('in the manifest beside it: it is delivered, and listed as unverified', async () => {
      const manifest = await readFile(`${zip}.json`, 'utf8');
      await writeFile(`${zip}.json`, manifest.slice(0, -20));
      await expectUnverified();
    });

    it('so that the manifest beside it is gone: it is delivered, and listed as unverified', async () => {
      await rm(`${zip}.json`);
      await expectUnverified();
    });

    it('so that the manifest beside it is that of another dump: it is refused', async () => {
      const manifest = JSON.parse(await readFile(`${zip}.json`, 'utf8'));
      const other = { ...manifest, dump: { ...manifest.dump, sha256: '0'.repeat(64) } };
      await writeFile(`${zip}.json`, JSON.stringify(other));
      const { code, leftover } = await nextRun();
      expect(code).to.equal(1);
      expect(leftover).to.include({ state: 'failed' });
      expect(leftover.failure!.message).to.contain('422 MANIFEST_MISMATCH');
      expect(leftover.failure!.kept_at).to.equal(zip);
      expect((await trial.listed()).map(({ state }) => state)).to.deep.equal(['complete']);
    });

    async function expectUnverified(): Promise<void> {
      const { code, leftover } = await nextRun();
      expect(code).to.equal(1);
      expect(leftover.state).to.equal('incomplete');
      expect(leftover.findings.map(({ code }) => code)).to.deep.equal(['NO_MANIFEST']);
      expect((await trial.listed()).map(({ state }) => state)).to.have.members(['complete', 'unverified']);
      expect(await trial.spooled()).to.deep.equal([]);
    }
  });

  describe('on the way to the service', () => {
    let flips: number;
    /** Turns a bit over in every 200 kB, which is in the middle of the zip each time that it is sent. */
    const flippingProxy = (most: number) => {
      flips = 0;
      return startFaultyProxy(
        () => scene.service.url,
        ({ direction, bytesSoFar }) => {
          if (direction === 'down' || flips >= most || bytesSoFar < 200_000 * (flips + 1)) return 'pass';
          flips++;
          return 'flip';
        },
      );
    };

    it('once: it is sent again', async () => {
      await using proxy = await flippingProxy(1);
      const run = await trial.backup([], proxy.url);
      expect(flips).to.equal(1);
      await trial.expectComplete(run);
    });

    it('each time: nothing is stored, and the zip waits', async () => {
      await using proxy = await flippingProxy(Number.POSITIVE_INFINITY);
      const run = await trial.backup(['--retries', '1'], proxy.url);
      expect(flips).to.be.greaterThan(2);
      await trial.expectFailed(run, { stage: 'upload', says: /422 DIGEST_MISMATCH/, waits: true });
    });
  });

  describe('at rest', () => {
    let zip: string;
    beforeEach(async () => {
      await trial.expectComplete(await trial.backup());
      zip = await trial.storedZip();
    });

    async function expectDamaged(damage: RegExp): Promise<void> {
      await scrub();
      const [latest] = await trial.listed();
      expect(latest!.state).to.equal('damaged');
      const log = scene.service
        .output()
        .split('\n')
        .find(line => line.includes(`"backup":${latest!.id},`));
      expect(log)
        .to.match(/"level":"error"/)
        .and.match(damage)
        .and.contain('Keep every other copy of it');
    }

    async function scrub(): Promise<void> {
      const begun = await fetch(`${scene.service.url}/-/scrub?all=true`, { method: 'POST' });
      expect(begun.status).to.equal(202);
      await until('the scrub is over', async () => {
        const answer = (await (await fetch(`${scene.service.url}/-/scrub`)).json()) as ScrubAnswer;
        return answer.data.state !== 'running';
      });
    }

    it('one of them flipped: the listing says damaged, and the log says why', async () => {
      await flipByte(zip);
      await expectDamaged(/not what was received/);
    });

    it('the file cut: the listing says damaged, and the log says why', async () => {
      await truncate(zip, 1000);
      await expectDamaged(/has 1000 bytes, but \d+ bytes were received/);
    });

    it('the file removed: the listing says damaged, and the log says why', async () => {
      await rm(zip);
      await expectDamaged(/is gone/);
    });

    it('are replaced when sade delivers the same zip again', async () => {
      const { id } = (await trial.listed())[0]!;
      const { data } = (await (await fetch(`${trial.url}/${id}/manifest`)).json()) as BackupReport;
      const spooled = join(trial.place.workDir, basename(zip));
      await copyFile(zip, spooled);
      await writeFile(`${spooled}.json`, JSON.stringify(data.manifest));
      await flipByte(zip);
      await expectDamaged(/its SHA-256 differs/);

      const run = await trial.backup();
      expect(run.code, run.stderr).to.equal(0);
      expect((await trial.listed()).map(({ state }) => state)).to.deep.equal(['complete', 'complete']);
      const stored = await (await fetch(`${trial.url}/${id}/download`)).bytes();
      expect(Buffer.from(stored).equals(await readFile(zip))).to.equal(true);
      expect((await trial.stored()).filter(name => /\.zip$/.test(name))).to.have.length(2);
      await scrub();
      expect((await trial.listed()).map(({ state }) => state)).to.deep.equal(['complete', 'complete']);
    });
  });
});

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}
