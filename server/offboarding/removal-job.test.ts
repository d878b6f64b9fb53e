import { expect } from 'chai';
import { pino } from 'pino';
import { DAY_MS, keepNight } from '../../testing/service/removing.ts';
import { request } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { JobRecord } from '../entities/job-record.entity.ts';
import { noteSeen } from '../jobs/unseen-times.ts';
import { forgetBackup } from '../removal/forget.ts';
import { askErasure, confirmErasure, ERASE_WAIT_MS } from './ask-erasure.ts';
import { removalJob } from './removal-job.ts';

const HOUR_MS = 3_600_000;

describeOnAnyStore('the job that removes what is due', store => {
  let app: RunningApp;
  let id: number;
  let lines: string[];
  /** Of the clock. */
  let problem: string | undefined;
  let graceMs: number;
  const begin = Date.now();
  const at = (hours: number) => new Date(begin + hours * HOUR_MS);

  beforeEach(async () => {
    app = await runApp(store);
    ({ id } = await keepNight(app, 1));
    for (const night of [2, 3]) await keepNight(app, night);
    await keepNight(app, 1, { database: 'acme_shop' });
    lines = [];
    problem = undefined;
    graceMs = 3 * DAY_MS;
  });
  afterEach(() => app[Symbol.asyncDispose]());

  async function runAt(hours: number) {
    const log = pino({ level: 'info' }, { write: line => void lines.push(JSON.parse(line).msg) });
    const { history, storage, events, audit } = app;
    const trust = { graceMs: () => graceMs, clockProblem: async () => problem };
    const job = removalJob({ history, storage, events, audit, log, mayGo: async () => true, ...trust });
    await job.run({ now: at(hours), signal: new AbortController().signal });
  }
  async function runHourly(from: number, to: number) {
    for (let hours = from; hours <= to; hours += 2) await runAt(hours);
  }
  const isThere = async (what: string) => (await request(`${app.url}/${what}`)).status === 200;
  const asking = () => ({ em: app.history.em.fork(), storage: app.storage, now: at(0) });
  const forget = () => forgetBackup(asking(), id, { reason: 'x', by: 'siti', graceMs, evenLast: false });
  async function eraseShop() {
    const { code } = await askErasure(asking(), { client: 'acme_shop', reason: 'x', by: 'siti' });
    await confirmErasure(asking(), { client: 'acme_shop', code, by: 'budi' });
  }

  it('lets nothing go when the clock jumps years ahead, and goes on when it is set right', async () => {
    await runAt(-80);
    await runHourly(-78, 0);
    lines = [];
    await Promise.all([forget(), eraseShop()]);
    const years = 5 * 365 * 24;
    for (const hours of [years, years + 1, years + 3]) await runAt(hours);
    expect([await isThere(`${id}/download`), await isThere('acme_shop')]).to.deep.equal([true, true]);
    expect(lines.filter(line => line.includes('nothing is removed before'))).to.have.length(1);
    lines = [];
    await runHourly(1, 71);
    expect([await isThere(`${id}/download`), lines]).to.deep.equal([true, []]);
    await runAt(72.5);
    expect(await isThere(`${id}/download`)).to.equal(false);
    await runHourly(74, 169);
    expect(await isThere('acme_shop')).to.equal(false);
  });

  it('lets a forgotten backup and an erased client go only once their whole waiting time has been seen, however far the clock jumped', async () => {
    graceMs = 5 * DAY_MS;
    await runAt(-80);
    await runHourly(-78, 0);
    await Promise.all([forget(), eraseShop()]);
    await runHourly(2, 24);
    const note = (hours: number) => noteSeen(app.history.em.fork(), at(hours));
    /** As if each minute had been noted. */
    const seeUntil = (hours: number) =>
      app.history.em.fork().nativeUpdate(JobRecord, { name: 'evaluation: time seen' }, { lastEndedAt: at(hours) });
    await note(24);
    // A day was seen, then the clock jumps a year ahead.
    const year = 365 * 24;
    await note(year);
    const wait = ERASE_WAIT_MS / HOUR_MS;
    const expected = [
      [0, true, true],
      [95, true, true],
      [97, false, true],
      [wait - 25, false, true],
      [wait - 23, false, false],
    ] as const;
    let last = 0;
    for (const [hours, hasBackup, hasClient] of expected) {
      await seeUntil(year + hours);
      await runHourly(year + last, year + hours);
      await runAt(year + hours);
      last = hours;
      const found = [await isThere(`${id}/download`), await isThere('acme_shop')];
      expect(found, `after ${hours} hours`).to.deep.equal([hasBackup, hasClient]);
    }
  });

  it('removes nothing while the clock cannot be trusted', async () => {
    await runAt(-80);
    await runHourly(-78, 0);
    await Promise.all([forget(), eraseShop()]);
    problem = 'backup 7 is of 2031';
    await runHourly(2, 172);
    expect([await isThere(`${id}/download`), await isThere('acme_shop')]).to.deep.equal([true, true]);
    expect(lines).to.include('Nothing is removed: backup 7 is of 2031');
    problem = undefined;
    await runAt(173);
    expect([await isThere(`${id}/download`), await isThere('acme_shop')]).to.deep.equal([false, false]);
  });

  it('gives the time back in which the service was off, and begins with none', async () => {
    await forget();
    await runAt(73);
    expect(await isThere(`${id}/download`), 'no one has seen these three days').to.equal(true);
    await runHourly(75, 139);
    expect(await isThere(`${id}/download`)).to.equal(true);
    await runAt(149);
    expect(await isThere(`${id}/download`), 'off for the last ten hours').to.equal(true);
    await runHourly(151, 161);
    expect(await isThere(`${id}/download`)).to.equal(false);
  });
});
