import { expect } from 'chai';
import { rawQuery } from '../../testing/history/raw-query.ts';
import { sampleNotification } from '../../testing/notifications/sample-notification.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { readRows } from '../history/read-rows.ts';
import { enqueue } from './outbox.ts';

const NOW = new Date('2026-11-30T01:02:03.456Z');

describeOnAnyStore('The outbox', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  const rows = (key: string) =>
    readRows<{ channel: string; notification: string }>(
      app.history.em.fork(),
      rawQuery('select channel, notification from outbox where dedupe_key like ? order by id', [`${key}%`]),
    );

  it('takes a message once for each channel, however often it is enqueued', async () => {
    const first = { channels: ['mail', 'phone', 'mail'], dedupeKey: 'a', notification: sampleNotification(), now: NOW };
    await enqueue(app.history.em.fork(), first);
    await enqueue(app.history.em.fork(), { ...first, channels: ['phone', 'slack'], now: new Date() });
    expect((await rows('a')).map(({ channel }) => channel)).to.deep.equal(['mail', 'phone', 'slack']);
  });

  it('takes a message once when two processes enqueue it at the same time', async () => {
    const message = { channels: ['mail'], dedupeKey: 'twice', notification: sampleNotification(), now: NOW };
    await Promise.all([1, 2].map(() => app.history.em.fork().transactional(em => enqueue(em, message))));
    expect(await rows('twice')).to.have.length(1);
  });

  it('has nothing of a transaction that is rolled back', async () => {
    const message = { channels: ['mail'], dedupeKey: 'undone', notification: sampleNotification(), now: NOW };
    const failed = app.history.em.fork().transactional(async em => {
      await enqueue(em, message);
      throw new Error('the evaluation failed');
    });
    expect(await failed.catch(({ message }) => message)).to.equal('the evaluation failed');
    expect(await rows('undone')).to.have.length(0);
  });

  it('takes keys of any length, and tells them apart', async () => {
    const message = { channels: ['mail'], notification: sampleNotification(), now: NOW };
    await enqueue(app.history.em.fork(), { ...message, dedupeKey: `${'k'.repeat(300)}1` });
    await enqueue(app.history.em.fork(), { ...message, dedupeKey: `${'k'.repeat(300)}2` });
    expect(await rows('sha256:')).to.have.length(2);
  });

  it('keeps a notification of any characters, and bounds its size', async () => {
    const lines = ['🐈 \u0000 \\ " \' ` ?', 'x'.repeat(3_000), ...Array(2_499).fill('x')];
    await enqueue(app.history.em.fork(), {
      channels: ['mail'],
      dedupeKey: 'large',
      notification: sampleNotification({ lines }),
      now: NOW,
    });
    const [row] = await rows('large');
    const stored = JSON.parse(row!.notification);
    expect(stored.lines[0]).to.equal(lines[0]);
    expect(stored.lines).to.have.length(2_001);
    expect(stored.lines.at(-1)).to.equal('… and 501 more lines');
    expect(stored.lines[1]).to.have.length(2_000);
  });
});
