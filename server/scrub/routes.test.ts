import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { OwnTime } from '../../testing/own-time.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type Overrides, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { endOfScrub, scrubbed, scrubState } from '../../testing/service/scrubbing.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';

const MIB = 1024 * 1024;

describeOnAnyStore('/-/scrub', store => {
  let app: RunningApp | undefined;
  afterEach(async () => {
    await app?.[Symbol.asyncDispose]();
    app = undefined;
  });

  async function runWith(files: number, overrides: Overrides = {}, mebibytes = 0): Promise<RunningApp> {
    app = await runApp(store, overrides);
    const content = mebibytes ? randomBytes(mebibytes * MIB) : '-- Dump completed\n';
    for (let i = 0; i < files; i++) expect((await upload(app.url, sampleZip({ content }))).status).to.equal(201);
    return app;
  }

  const post = ({ url }: RunningApp, query = '', body: string | null = null) =>
    request(`${url}/-/scrub${query}`, { method: 'POST', body });

  it('is idle before the first scrub', async () => {
    const { url } = await runWith(0);
    expect(await scrubState(url)).to.deep.equal({
      state: 'idle',
      started_at: null,
      ended_at: null,
      files_checked: 0,
      files_damaged: 0,
      files_unreadable: 0,
      files_healed: 0,
      bytes_read: 0,
      files_due: 0,
      backups_damaged: 0,
      last_error: null,
    });
  });

  it('starts a scrub, answers 202, and then shows its result', async () => {
    const { url, log } = await runWith(2);
    const before = new Date().toISOString();
    const answer = await post(app!, '?all=true');
    expect(answer.status).to.equal(202);
    expect(answer.json.message).to.equal('success');
    expect(answer.json.data.started_at >= before).to.equal(true);
    const run = await endOfScrub(url);
    expect(run).to.include({ started_at: answer.json.data.started_at, files_checked: 2, files_due: 0 });
    expect(run.ended_at! >= run.started_at!).to.equal(true);
    expect(log.find(({ msg }) => String(msg).startsWith('Scrub:'))).to.include({ files_checked: 2, level: 30 });
  });

  it('accepts `all` in the query or in a JSON body', async () => {
    const { url } = await runWith(1);
    await scrubbed(url, '?all=true');
    const checked = async (query: string, body?: string) => {
      expect((await post(app!, query, body)).status, `${query} ${body}`).to.equal(202);
      return (await endOfScrub(url)).files_checked;
    };
    expect(await checked('?all=true')).to.equal(1);
    expect(await checked('', '{"all": true}')).to.equal(1);
    expect(await checked('?all=false')).to.equal(0);
    expect(await checked('', '{"all": false}')).to.equal(0);
    expect(await checked('', '{}')).to.equal(0);
    expect(await checked('')).to.equal(0);
  });

  it('refuses unknown fields, naming them, and starts nothing', async () => {
    await runWith(1);
    const refusals: Array<[query: string, body: string | null, field: string]> = [
      ['?all=yes', null, 'all'],
      ['?all=true&all=true', null, 'all'],
      ['?al=true', null, 'al'],
      ['', '{"all": 1}', 'all'],
      ['', '{"all": null}', 'all'],
      ['', '{"every": true}', 'every'],
      ['', 'all=true', 'body'],
      ['', '{"all": tru', 'body'],
      ['', '[]', 'body'],
      ['', 'null', 'body'],
      ['', '"all"', 'body'],
    ];
    for (const [query, body, field] of refusals)
      expectError(await post(app!, query, body), 422, 'VALIDATION_FAILED', field);
    expectError(await post(app!, '', `{"all": ${' '.repeat(10_000)}true}`), 413, 'BODY_TOO_LARGE');
    expect((await scrubState(app!.url)).started_at).to.equal(null);
  });

  it('runs one at a time: a second POST is answered with the state of the first, which goes on', async () => {
    const { url } = await runWith(3, { scrubBytesPerSecond: 4 * MIB }, 1);
    const first = await post(app!, '?all=true');
    const second = await post(app!, '?all=true');
    expect([first.status, second.status]).to.deep.equal([202, 200]);
    expect(second.json.data).to.include({ state: 'running', ended_at: null, started_at: first.json.data.started_at });
    expect(await endOfScrub(url)).to.include({ started_at: first.json.data.started_at, files_checked: 3 });
  });

  it('keeps to the limit, and answers other requests meanwhile', async () => {
    const { url } = await runWith(3, { scrubBytesPerSecond: 4 * MIB }, 1);
    using time = new OwnTime();
    const start = performance.now();
    await post(app!, '?all=true');
    const counts: number[] = [];
    let slowest = 0;
    for (;;) {
      const asked = time.ms;
      const cpu = process.cpuUsage();
      const { state, bytes_read, files_due } = await scrubState(url);
      // A scrub that keeps the process busy would take no time of its own, but that of the processor.
      slowest = Math.max(slowest, time.ms - asked, process.cpuUsage(cpu).user / 1_000);
      if (state === 'idle') break;
      counts.push(files_due);
      expect(bytes_read).to.be.lessThan(((performance.now() - start) / 1_000) * 4 * MIB + 2 * MIB);
      await sleep(20);
    }
    // 3 MiB and a little at 4 MiB/s.
    expect(performance.now() - start).to.be.at.least(700);
    expect(time.ms).to.be.below(3_000);
    expect(slowest).to.be.lessThan(500);
    expect(counts).to.include.members([3, 2, 1]);
  });

  it('stops in the middle of a file within a second, and marks nothing there', async () => {
    const { url, scrub, history, log } = await runWith(2, { scrubBytesPerSecond: MIB / 2 }, 2);
    await post(app!, '?all=true');
    await until('bytes that are read', async () => (await scrubState(url)).bytes_read > 0);
    using time = new OwnTime();
    await scrub.stop();
    expect(time.ms).to.be.lessThan(1_000);
    const run = await scrubState(url);
    expect(run).to.include({ state: 'idle', files_checked: 0, files_damaged: 0, last_error: null });
    expect(run.bytes_read).to.be.greaterThan(0);
    expect(await history.em.fork().count(Backup, { damage: { $ne: null } })).to.equal(0);
    expect(log.filter(({ level }) => Number(level) >= 40)).to.deep.equal([]);
  });

  it('counts every file as due when nothing is scheduled', async () => {
    const { url } = await runWith(2, { scrubIntervalMs: 0 });
    expect(await scrubbed(url)).to.include({ files_checked: 2 });
    await sleep(2);
    expect(await scrubbed(url)).to.include({ files_checked: 2 });
  });

  it('by schedule, reads what is damaged once a day, and what was never checked', async () => {
    const { url, scrub, history } = await runWith(1);
    const mark = (damage: string | null, hours: number | null) =>
      history.em
        .fork()
        .nativeUpdate(
          Backup,
          {},
          { damage, checkedAt: hours === null ? null : new Date(Date.now() - hours * 3_600_000) },
        );
    await mark('the stored file is gone', 23);
    expect(await scrub.isDue()).to.equal(false);
    scrub.start('scheduled');
    expect(await endOfScrub(url)).to.include({ files_checked: 0, files_damaged: 0, backups_damaged: 1 });
    await mark('the stored file is gone', 25);
    expect(await scrub.isDue()).to.equal(true);
    expect(scrub.start('scheduled')).to.equal(true);
    expect(await endOfScrub(url)).to.include({ files_healed: 1 });
    expect(await scrub.isDue()).to.equal(false);
    await mark(null, null);
    expect(await scrub.isDue()).to.equal(true);
  });
});
