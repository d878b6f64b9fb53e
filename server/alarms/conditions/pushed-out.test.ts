import { expect } from 'chai';
import { addBackup } from '../../../testing/freshness/watched-history.ts';
import { describeOnEachStore, runApp } from '../../../testing/service/running-app.ts';
import { configurationOf } from '../../configuration/reading/configuration-of.ts';
import { pushedOut } from './pushed-out.ts';

describeOnEachStore('databases with too many backups', store => {
  it('are those with more than 4 within a day, or more than twice what the configuration wants', async () => {
    await using app = await runApp(store);
    const now = new Date('2026-11-28T12:00:00Z');
    for (let hour = 1; hour <= 5; hour++)
      for (const database of ['flooded', 'hourly', 'fine'])
        if (database !== 'fine' || hour < 5)
          await addBackup(app.history, { database, receivedAt: new Date(now.getTime() - hour * 3_600_000) });
    await addBackup(app.history, { database: 'fine', receivedAt: new Date(now.getTime() - 25 * 3_600_000) });
    const configuration = configurationOf({ databases: { hourly: { every: '1h' } } });
    const found = await pushedOut({ em: app.history.em.fork(), now, configuration });
    expect(found.map(({ kind, subject }) => `${kind} ${subject}`)).to.deep.equal(['pushed_out flooded']);
    expect(found[0]!.summary).to.contain('flooded got 5 backups');
  });
});
