import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import { Workplace } from '../../testing/cli/sade.ts';
import { mountSmallDisk } from '../../testing/machine/small-disk.ts';

/** Its dump takes 2.6 MB, and the zip of that 1.5 MB: such bytes do not get smaller. */
const NOISE = `
  create table noise (id int primary key, v blob not null);
  insert into noise select seq, random_bytes(1000) from seq_1_to_1300;
`;

/** Takes all room that is left. */
async function fill(path: string): Promise<void> {
  await using file = await open(path, 'w');
  const noise = Buffer.alloc(4096, 1);
  for (;;) if ((await file.write(noise).catch(() => ({ bytesWritten: 0 }))).bytesWritten === 0) return;
}

describe('a backup onto a full disk', function () {
  this.timeout(60_000);

  let scene: FaultScene;
  let database: string;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(NOISE);
  });
  after(() => scene[Symbol.asyncDispose]());

  it('is full in the middle of the dump', async function () {
    await using trial = await scene.trial(database);
    using disk = mountSmallDisk(trial.place.workDir, 2);
    if (!disk) return this.skip();
    // The dump and the zip that follows it fill it together.
    await trial.expectFailed(await trial.backup(), { stage: ['dump', 'zip'], says: /errno:? 28|no space left/i });
    disk.grow(8);
    await trial.expectComplete(await trial.backup());
  });

  it('is full in the middle of the zip', async function () {
    await using trial = await scene.trial(database);
    using disk = mountSmallDisk(trial.place.workDir, 3);
    if (!disk) return this.skip();
    await trial.expectFailed(await trial.backup(), { stage: 'zip', says: /ENOSPC|no space left/ });
    disk.grow(8);
    await trial.expectComplete(await trial.backup());
  });

  it('has room for two of many at once: all are backed up', async function () {
    await using place = await Workplace.create([]);
    using disk = mountSmallDisk(place.workDir, 9);
    if (!disk) return this.skip();
    await place.list(await Promise.all(Array.from({ length: 8 }, async () => (await scene.trial(database)).entry)));
    const workers = ['--dump-workers', '8', '--zip-workers', '8', '--dumps-per-host', '8'];
    const { code, report, stderr } = await place.backup(scene.service.url, workers);
    expect(
      report.outcomes.map(({ state }) => state),
      stderr,
    ).to.deep.equal(Array(8).fill('complete'));
    expect(code, stderr).to.equal(0);
  });

  it('has room for none of many: each is tried alone, and all name one cause', async function () {
    await using place = await Workplace.create([]);
    using disk = mountSmallDisk(place.workDir, 3);
    if (!disk) return this.skip();
    await place.list(await Promise.all(Array.from({ length: 4 }, async () => (await scene.trial(database)).entry)));
    const { code, report, stderr } = await place.backup(scene.service.url, ['--dumps-per-host', '4']);
    expect(code, stderr).to.equal(2);
    const failures = report.outcomes.map(({ failure }) => failure!);
    expect(failures).to.have.length(4);
    for (const { message, advice } of failures) {
      expect(message).to.match(
        /^no room left in the work folder \S+ \(about [\d.]+ [KM]iB needed for dump and zip, [\d.]+ [KM]iB free\): /,
      );
      expect(advice).to.equal(`Make room in ${place.workDir}, or choose a folder on a larger disk with --work-dir.`);
    }
    const [{ cause }] = failures as [(typeof failures)[0]];
    expect(cause!.where).to.equal(place.workDir);
    expect(cause!.why).to.match(/^is full \([\d.]+ [KM]iB free\)$/);
    for (const failure of failures) expect(failure.cause).to.deep.equal(cause);
  });

  it('has not a byte left: what waits on it is delivered anyway', async function () {
    await using trial = await scene.trial(database);
    using disk = mountSmallDisk(trial.place.workDir, 6);
    if (!disk) return this.skip();
    await trial.backup(['--retries', '0'], 'http://127.0.0.1:1');
    const [zip] = await trial.spooled();
    await fill(join(trial.place.workDir, 'others.bin'));
    const { report, stderr } = await trial.backup();
    const delivered = report.outcomes.filter(({ is_leftover }) => is_leftover);
    expect(
      delivered.map(({ file_name, state }) => ({ file_name, state })),
      stderr,
    ).to.deep.equal([{ file_name: zip, state: 'complete' }]);
    expect(await trial.listed()).to.have.length.at.least(1);
  });

  it('of the service: the zip waits, and is delivered once there is room', async function () {
    const folder = join(scene.folder, 'small');
    using disk = mountSmallDisk(folder, 1);
    if (!disk) return this.skip();
    await using full = await FaultScene.open(join(folder, 'service'));
    await using trial = await full.trial(database);
    const run = await trial.backup(['--retries', '0']);
    await trial.expectFailed(run, { stage: 'upload', says: /507 STORAGE_FULL/, waits: true });
    expect(run.report.kept).to.have.length(1);

    disk.grow(8);
    const [zip] = await trial.spooled();
    const again = await trial.backup();
    expect(again.report.outcomes.map(({ file_name, state }) => ({ file_name, state }))).to.deep.include({
      file_name: zip,
      state: 'complete',
    });
    await trial.expectComplete(again);
    expect(await trial.listed()).to.have.length(2);
  });
});
