import { appendFile, mkdir, open, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import { request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { scrubbed } from '../../testing/service/scrubbing.ts';
import { type SampleZip, sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';
import { tagOrigin } from '../errors/error-origin.ts';
import type { Orm } from '../history/orm.ts';
import { createScrub } from './scrub.ts';

const DAY_MS = 86_400_000;

describeOnAnyStore('the scrub', store => {
  let app: RunningApp;
  beforeEach(async () => {
    app = await runApp(store);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const pathOf = ({ database, fileName }: SampleZip) => join(app.storageDir, database, fileName);
  const rowOf = ({ fileName }: SampleZip) => app.history.em.fork().findOneOrFail(Backup, { fileName });
  const stateOf = async ({ database, fileName }: SampleZip) =>
    (await request(`${app.url}/${database}`)).json.data.histories.find(
      (backup: { file_name: string }) => backup.file_name === fileName,
    ).state;
  const errors = () => app.log.filter(({ level }) => level === 50);

  /** Uploads, and lets the scrub see that all is well. */
  async function stored(...zips: SampleZip[]): Promise<void> {
    for (const zip of zips) expect((await upload(app.url, zip)).status).to.equal(201);
    expect(await scrubbed(app.url, '?all=true')).to.include({ files_checked: zips.length, files_damaged: 0 });
  }

  async function makeOld(zip: SampleZip, days: number): Promise<void> {
    const checkedAt = new Date(Date.now() - days * DAY_MS);
    await app.history.em.fork().nativeUpdate(Backup, { fileName: zip.fileName }, { checkedAt });
  }

  async function flipByte(path: string): Promise<void> {
    const handle = await open(path, 'r+');
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, 40);
    byte[0]! ^= 1;
    await handle.write(byte, 0, 1, 40);
    await handle.close();
  }

  it('marks only the file in which one byte has changed; put back, it is sound again', async () => {
    const [rotten, sound] = [sampleZip(), sampleZip()];
    await stored(rotten, sound);
    const before = Date.now();
    await flipByte(pathOf(rotten));
    const run = await scrubbed(app.url, '?all=true');
    expect(run).to.include({ files_checked: 2, files_damaged: 1, files_healed: 0, files_due: 0, last_error: null });
    expect(run.backups_damaged).to.equal(1);
    expect(run.bytes_read).to.be.at.least(rotten.bytes.length + sound.bytes.length);

    const row = await rowOf(rotten);
    expect(row.damage).to.equal('the content of the stored file is not what was received: its SHA-256 differs');
    expect(row.checkedAt!.getTime()).to.be.at.least(before);
    expect(await stateOf(rotten)).to.equal('damaged');
    expect((await rowOf(sound)).damage).to.equal(null);
    expect(await stateOf(sound)).to.not.equal('damaged');
    expect(errors()).to.have.length(1);
    expect(errors()[0]).to.include({ backup: row.id, database: 'pt_xyz', file: rotten.fileName });
    expect(errors()[0]!.msg).to.contain('is not what was received').and.to.contain('Send the same file again');

    await flipByte(pathOf(rotten));
    const healing = await scrubbed(app.url);
    expect(healing).to.include({ files_checked: 1, files_damaged: 0, files_healed: 1, backups_damaged: 0 });
    expect((await rowOf(rotten)).damage).to.equal(null);
    expect(await stateOf(rotten)).to.not.equal('damaged');
    expect(errors()).to.have.length(1);
  });

  it('marks a file that is missing, cut or too long, with the reason', async () => {
    const [gone, cut, long] = [sampleZip(), sampleZip({ database: 'cut' }), sampleZip({ database: 'long' })];
    await stored(gone, cut, long);
    await rm(pathOf(gone));
    await truncate(pathOf(cut), 10);
    await appendFile(pathOf(long), 'x');
    expect(await scrubbed(app.url, '?all=true')).to.include({ files_checked: 3, files_damaged: 3, bytes_read: 0 });
    const size = cut.bytes.length;
    expect((await rowOf(gone)).damage).to.equal('the stored file is gone');
    expect((await rowOf(cut)).damage).to.equal(`the stored file has 10 bytes, but ${size} bytes were received`);
    expect((await rowOf(long)).damage).to.match(/has \d+ bytes, but \d+ bytes were received$/);
    expect(errors()).to.have.length(3);

    for (const zip of [gone, cut, long]) await writeFile(pathOf(zip), zip.bytes);
    expect(await scrubbed(app.url)).to.include({ files_checked: 3, files_damaged: 0, files_healed: 3 });
    for (const zip of [gone, cut, long]) expect((await rowOf(zip)).damage).to.equal(null);
  });

  it('checks files that were never checked or are due, and skips files that were checked lately', async () => {
    const [fresh, old, never] = [sampleZip(), sampleZip(), sampleZip()];
    await stored(fresh, old);
    expect((await upload(app.url, never)).status).to.equal(201);
    await app.history.em.fork().nativeUpdate(Backup, { fileName: never.fileName }, { checkedAt: null });
    await makeOld(fresh, 29);
    await makeOld(old, 31);
    const lately = (await rowOf(fresh)).checkedAt;
    for (const zip of [fresh, old, never]) await flipByte(pathOf(zip));
    expect((await request(`${app.url}/-/scrub`)).json.data.files_due).to.equal(2);
    expect(await scrubbed(app.url)).to.include({ files_checked: 2, files_damaged: 2, files_due: 0 });
    expect(await rowOf(fresh)).to.deep.include({ damage: null, checkedAt: lately });
    expect((await rowOf(old)).damage).to.not.equal(null);
    expect((await rowOf(never)).damage).to.not.equal(null);
    expect(await scrubbed(app.url, '?all=true')).to.include({ files_checked: 3, files_damaged: 3 });
    expect((await rowOf(fresh)).damage).to.not.equal(null);
  });

  it('checks files that were checked by a wrong clock', async () => {
    const zip = sampleZip();
    await stored(zip);
    await makeOld(zip, -2000);
    await flipByte(pathOf(zip));
    expect((await request(`${app.url}/-/scrub`)).json.data.files_due).to.equal(1);
    expect(await scrubbed(app.url)).to.include({ files_checked: 1, files_damaged: 1, files_due: 0 });
  });

  it('writes a new record for a sound file whose record is missing or torn', async () => {
    const [torn, lost] = [sampleZip(), sampleZip()];
    await stored(torn, lost);
    const whole = await readFile(`${pathOf(torn)}.json`, 'utf8');
    await writeFile(`${pathOf(torn)}.json`, '{');
    await rm(`${pathOf(lost)}.json`);
    await scrubbed(app.url, '?all=true');
    expect(await readFile(`${pathOf(torn)}.json`, 'utf8')).to.equal(whole);
    expect(JSON.parse(await readFile(`${pathOf(lost)}.json`, 'utf8')).file_name).to.equal(lost.fileName);
  });

  it('goes on where a record can neither be read nor renewed', async () => {
    const [odd, rotten] = [sampleZip(), sampleZip()];
    await stored(odd, rotten);
    await rm(`${pathOf(odd)}.json`);
    await mkdir(`${pathOf(odd)}.json`);
    await flipByte(pathOf(rotten));
    expect(await scrubbed(app.url, '?all=true')).to.include({ files_checked: 2, files_damaged: 1, last_error: null });
    expect(
      errors()
        .map(({ msg }) => msg)
        .join(),
    ).to.contain('The record of backup');
  });

  it('does not mark a file that cannot be read, logs that, and goes on', async () => {
    const [unreadable, after] = [sampleZip(), sampleZip()];
    await stored(unreadable, after);
    await makeOld(unreadable, 60);
    await makeOld(after, 50);
    const { checkedAt } = await rowOf(unreadable);
    await rename(pathOf(unreadable), `${pathOf(unreadable)}.away`);
    // A link to itself: opening it fails also for root.
    await symlink(unreadable.fileName, pathOf(unreadable));
    await flipByte(pathOf(after));
    const run = await scrubbed(app.url);
    expect(run).to.include({ files_checked: 1, files_damaged: 1, files_unreadable: 1, files_due: 1 });
    expect(run.last_error).to.contain(unreadable.fileName).and.contain('ELOOP').and.not.contain(app.storageDir);
    expect(await rowOf(unreadable)).to.deep.include({ damage: null, checkedAt });
    const line = errors().find(({ file }) => file === unreadable.fileName)!;
    expect(line.msg).to.contain('cannot be read').and.contain('check the disk');
    expect(line.err).to.have.property('code', 'ELOOP');
  });

  it('reports that the history failed during the scrub, and can be started again', async () => {
    const zips = [sampleZip(), sampleZip(), sampleZip()];
    await stored(...zips);
    let forks = 0;
    const fork = () => {
      forks += 1;
      if (forks === 3)
        throw tagOrigin(Object.assign(new Error('connect 10.0.0.7:3306'), { code: 'ECONNREFUSED' }), 'history');
      return app.history.em.fork();
    };
    const log = pino({ enabled: false });
    const history = { em: { fork } } as unknown as Orm;
    const scrub = createScrub({
      history,
      storage: app.storage,
      events: app.events,
      log,
      intervalMs: DAY_MS,
      bytesPerSecond: 0,
    });
    const ended = async () => {
      for (;;) {
        const { run } = await scrub.progress(app.history.em.fork());
        if (run!.endedAt) return run!;
        await sleep(5);
      }
    };
    scrub.start('all');
    const failed = await ended();
    expect(failed.filesChecked).to.be.lessThan(3);
    expect(failed.lastError).to.contain('history store cannot be reached').and.not.contain('10.0.0.7');
    scrub.start('all');
    expect(await ended()).to.include({ filesChecked: 3, lastError: null });
  });

  it('marks all files of a missing folder as damaged, and clears that when the folder is back', async () => {
    const [one, two] = [sampleZip(), sampleZip()];
    await stored(one, two);
    await rename(dirname(pathOf(one)), `${app.storageDir}.away`);
    expect(await scrubbed(app.url, '?all=true')).to.include({ files_damaged: 2, files_unreadable: 0 });
    await rename(`${app.storageDir}.away`, dirname(pathOf(one)));
    expect(await scrubbed(app.url)).to.include({ files_healed: 2 });
  });
});
