import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import { retentionConfiguration, watchAsFresh } from '../../testing/retention/retention-scene.ts';
import { storeNight } from '../../testing/service/removing.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { until } from '../../testing/until.ts';
import type { Storage } from '../storage/storage.ts';
import { Retention } from './retention.ts';

describe('plans of the retention that are asked for at the same time', () => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(historyStores[0]!);
    for (const database of ['pt_a', 'pt_b']) {
      for (let night = 1; night <= 5; night++) await storeNight(app, night, { database });
      await watchAsFresh(app.history, database, new Date());
    }
  });
  after(() => app[Symbol.asyncDispose]());

  it('are made one after the other, also behind one that has failed', async () => {
    const opened: string[] = [];
    const { promise, reject } = Promise.withResolvers<undefined>();
    const open: Storage['open'] = async ({ database }) => {
      opened.push(database);
      return database === 'pt_a' ? promise : undefined;
    };
    const storage = new Proxy(app.storage, {
      get: (target, name) => (name === 'open' ? open : Reflect.get(target, name)),
    });
    const configuration = () => retentionConfiguration({ last: 1 });
    const retention = new Retention({ history: app.history, storage, configuration, log: pino({ enabled: false }) });
    const [first, second] = [retention.planOf('pt_a'), retention.planOf('pt_b')];
    await until('the first plan looks at its file', () => opened.length > 0);
    await sleep(100);
    expect(opened).to.deep.equal(['pt_a']);
    reject(new Error('a disk that fails'));
    expect((await first)?.holds.map(({ kind }) => kind)).to.deep.equal(['failed']);
    expect((await second)?.database).to.equal('pt_b');
  });
});
