import { expect } from 'chai';
import { pino } from 'pino';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { storageLow } from '../alarms/service-conditions/storage-low.ts';
import { steadyConfiguration } from '../configuration/reading/configuration-file.ts';
import { configurationOf } from '../configuration/reading/configuration-of.ts';
import { insertRows } from '../history/insert-rows.ts';
import { Scheduler } from '../jobs/scheduler.ts';
import { openNotifications } from '../start/open-notifications.ts';
import { expose } from './exposition.ts';
import { type ServiceParts, serviceMetrics } from './service-metrics.ts';

const STARTED = new Date('2026-11-28T03:00:00Z');
const ENDED = new Date('2026-11-28T03:05:00.500Z');
const log = pino({ level: 'silent' });
const channels = {
  mail: { type: 'slack', url: 'http://127.0.0.1:9/' },
  chat: { type: 'slack', url: 'http://127.0.0.1:9/' },
};
const configuration = configurationOf({ channels, heartbeat: { url: 'http://127.0.0.1:9/' } });

describeOnAnyStore('the metrics of the service', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  async function measured(parts: Partial<ServiceParts>, now = ENDED): Promise<(series: string) => number | undefined> {
    const { history, storage, scrub, notifications } = app;
    const totals = { read: async () => ({ byDay: new Map() }) } as never;
    const scheduler = new Scheduler({ history, log, jobs: [] });
    const all = { storage, scrub, notifications, totals, scheduler, startedAt: STARTED, ...parts };
    const { text } = await expose(await serviceMetrics(history.em.fork(), all, now));
    return series => {
      const line = text.split('\n').find(line => line.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length + 1));
    };
  }

  it('have when each job was started, how and when it ended, and when it comes again', async () => {
    let now = STARTED;
    const run = (fails: boolean) => async () => {
      now = ENDED;
      if (fails) throw new Error('the disk is full');
    };
    const jobs = [
      { name: 'good', every: { ms: 3_600_000 }, run: run(false) },
      { name: 'bad', every: undefined, run: run(true) },
      { name: 'new', every: undefined, run: run(false) },
    ];
    const scheduler = new Scheduler({ history: app.history, log, clock: { now: () => now }, jobs });
    for (const name of ['good', 'bad']) {
      now = STARTED;
      await scheduler.runNow(name);
    }
    const of = await measured({ scheduler });
    await scheduler.stop();
    const job = (metric: string, labels: string) => of(`lumbung_job_${metric}_timestamp_seconds{${labels}}`);
    expect(job('started', 'job_name="good"')).to.equal(+STARTED / 1000);
    expect(job('ended', 'job_name="good",result="ok"')).to.equal(+ENDED / 1000);
    expect(job('ended', 'job_name="bad",result="failed"')).to.equal(+ENDED / 1000);
    expect(job('ended', 'job_name="bad",result="ok"')).to.equal(undefined);
    expect(job('next', 'job_name="good"')).to.equal(+STARTED / 1000 + 3_600);
    expect([job('next', 'job_name="bad"'), job('started', 'job_name="new"')]).to.deep.equal([undefined, undefined]);
    expect(of('lumbung_started_timestamp_seconds')).to.equal(+STARTED / 1000);
  });

  it('have what waits for each channel, when it took the last message, and since when it fails', async () => {
    const row = {
      ...{ made_at: STARTED, next_attempt_at: STARTED, notification: '{}', attempts: 1 },
      ...{ delivered_at: null, failing_since: null, last_error: null },
    };
    await insertRows(app.history.em.fork(), 'outbox', [
      { ...row, channel: 'chat', dedupe_key: 'a', delivered_at: ENDED },
      { ...row, channel: 'mail', dedupe_key: 'a', failing_since: STARTED, last_error: 'no route to host' },
      { ...row, channel: 'mail', dedupe_key: 'b' },
    ] as never);
    const notifications = openNotifications({
      ...{ history: app.history, log, configuration: steadyConfiguration(configuration) },
    });
    const of = await measured({ notifications });
    const channel = (metric: string, name: string) => of(`lumbung_${metric}{channel="${name}"}`);
    expect(['mail', 'chat'].map(name => channel('outbox_messages', name))).to.deep.equal([2, 0]);
    const times = (metric: string) =>
      ['mail', 'chat'].map(name => channel(`channel_${metric}_timestamp_seconds`, name));
    expect(times('delivered')).to.deep.equal([undefined, +ENDED / 1000]);
    expect(times('failing_since')).to.deep.equal([+STARTED / 1000, undefined]);
    expect(of('lumbung_heartbeat_timestamp_seconds'), 'never sent').to.equal(undefined);
    const beating = { ...notifications, heartbeat: { state: { lastPingAt: ENDED } } } as never;
    expect((await measured({ notifications: beating }))('lumbung_heartbeat_timestamp_seconds')).to.equal(+ENDED / 1000);
  });

  it('forecast when the storage is full as the alarms do, and nothing where it does not grow', async () => {
    const space = async () => ({ free: 400, total: 1_000 });
    for (const [growth, days] of [
      [0, undefined],
      [40, 10],
      [1, 400],
    ] as const) {
      const yesterday = Math.floor(+ENDED / 86_400_000) - 1;
      const byDay = new Map(growth > 0 ? [[yesterday, { backups: 1, bytes: growth, dumpBytes: 0 }]] : []);
      const totals = { read: async () => ({ byDay }) } as never;
      const of = await measured({ totals, storage: { ...app.storage, space } });
      expect(of('lumbung_storage_full_in_seconds')).to.equal(days && days * 86_400);
      const looking = { now: ENDED, configuration, space, bytesPerDay: async () => growth } as never;
      const told = (await storageLow(looking)).map(({ summary }) => /full in (\d+) days/.exec(summary)?.[1]);
      expect(told, `${growth} bytes a day`).to.deep.equal(days !== undefined && days < 14 ? [`${days}`] : []);
    }
    const alike = { now: ENDED, configuration, space: async () => ({ free: 40, total: 1_000 }) };
    for (const [bytesPerDay, end] of [
      [0.0001, /free of .* \(4 %\)$/],
      [0.02, /\(4 %\), and full in 2000 days by its growth$/],
    ] as const) {
      const low = await storageLow({ ...alike, bytesPerDay: async () => bytesPerDay } as never);
      expect(low[0]!.summary, 'what is more than ten years ahead is no forecast').to.match(end);
    }
  });
});
