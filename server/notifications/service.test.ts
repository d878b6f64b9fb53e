import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { startReceiver } from '../../testing/notifications/receiver.ts';
import { sampleNotification } from '../../testing/notifications/sample-notification.ts';
import { startServiceHere } from '../../testing/service/service-here.ts';
import { until } from '../../testing/until.ts';
import { openHistory } from '../history/orm.ts';
import { enqueue } from './outbox.ts';

describe('The service delivers what is in its outbox', () => {
  it('also what a stop has interrupted, through the channels that its file has now', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-outbox-'));
    await using slow = await startReceiver();
    await using quick = await startReceiver();
    slow.reply = () => new Promise(() => {});
    const LUMBUNG_CONFIG = join(folder, 'lumbung.yaml');
    const configure = (url: string) =>
      writeFile(LUMBUNG_CONFIG, `channels: { chat: { type: slack, url: '${url}/x' } }`);
    await configure(slow.url);
    const DATABASE_URL = await HISTORY_STORES[0]!.url(folder);
    const env = { DATABASE_URL, STORAGE_DIR: join(folder, 'backups'), LUMBUNG_CONFIG };
    const history = await openHistory(DATABASE_URL);
    const message = { channels: ['chat'], dedupeKey: '1', notification: sampleNotification(), now: new Date() };
    await enqueue(history.em.fork(), message);
    await history.close(true);
    const first = await startServiceHere(env);
    await until('it sends', () => slow.received.length === 1);
    await first.stop();
    expect(first.output()).to.not.contain('could not be delivered');
    await configure(quick.url);
    const second = await startServiceHere(env);
    await until('it has arrived', () => quick.received.length >= 1);
    await second.stop();
    await rm(folder, { recursive: true });
    expect(quick.received.map(({ path }) => path)).to.deep.equal(['/x']);
  });
});
