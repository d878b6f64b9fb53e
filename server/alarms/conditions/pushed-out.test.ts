import { expect } from 'chai';
import { addBackup } from '../../../testing/freshness/watched-history.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { configurationOf } from '../../configuration/reading/configuration-of.ts';
import { pushedOut } from './pushed-out.ts';

describeOnAnyStore('databases with too many backups', store => {
  const now = new Date('2026-11-28T12:00:00Z');
  const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  async function found(databases = {}) {
    const configuration = configurationOf({ databases });
    return pushedOut({ em: app.history.em.fork(), now, configuration });
  }

  it('are those with more than 4 within a day, or more than twice what the configuration wants', async () => {
    for (let hour = 1; hour <= 5; hour++)
      for (const database of ['flooded', 'hourly', 'fine'])
        if (database !== 'fine' || hour < 5) await addBackup(app.history, { database, receivedAt: ago(hour) });
    await addBackup(app.history, { database: 'fine', receivedAt: ago(25) });
    const conditions = await found({ hourly: { every: '1h' } });
    expect(conditions.map(({ kind, subject }) => `${kind} ${subject}`)).to.deep.equal(['pushed_out flooded']);
    expect(conditions[0]!.summary).to.contain('flooded has received 5 backups');
    expect(conditions[0]!.advice).to.contain('If you made them yourself').and.contain('the page Audit');
  });

  it('are counted by their receipt and not by their names, without those that displace no other', async () => {
    for (let i = 1; i <= 5; i++) {
      await addBackup(app.history, { database: 'dated_back', receivedAt: ago(1), takenAt: ago(26 + i) });
      await addBackup(app.history, { database: 'backfilled', receivedAt: ago(1), takenAt: ago(100 + 24 * i) });
      await addBackup(app.history, { database: 'restoring', receivedAt: ago(i), madeFor: 'restore' });
      await addBackup(app.history, { database: 'yesterday', receivedAt: ago(25 + i) });
    }
    const subjects = (await found({ hourly: { every: '1h' } })).map(({ subject }) => subject);
    expect(subjects).to.have.members(['flooded', 'dated_back']);
  });
});
