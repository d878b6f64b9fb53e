import { expect } from 'chai';
import { FIRST_TAKEN, fillHistory } from '../../testing/history/filled-history.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { BackupEvents } from '../backups/events/backup-events.ts';
import { DailyTotals } from './daily-totals.ts';
import { dayOf } from './day.ts';

const DAY_MS = 86_400_000;

describeOnAnyStore('the totals of the last days', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
    await fillHistory(app.history, 3, 40);
  });
  after(() => app[Symbol.asyncDispose]());

  it('are those that all days have, also before all days were read, and are read once', async () => {
    const em = app.history.em.fork();
    const since = new Date(FIRST_TAKEN + 30 * DAY_MS);
    const { byDay } = await new DailyTotals(new BackupEvents()).read(em);
    const last = [...byDay].filter(([day]) => day >= dayOf(since));
    expect(last).to.have.length.within(5, 15);

    const totals = new DailyTotals(new BackupEvents());
    const statements = await queriesOf(app.history, async () => {
      expect([...(await totals.recent(em, since)).byDay]).to.have.deep.members(last);
    });
    expect(statements).to.have.length(1);
    await totals.read(em);
    const again = await queriesOf(app.history, async () => {
      expect([...(await totals.recent(em, since)).byDay]).to.deep.include.members(last);
    });
    expect(again).to.have.length(0);
  });
});
