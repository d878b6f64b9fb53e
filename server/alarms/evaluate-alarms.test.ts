import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { describeOnAnyStore } from '../../testing/service/running-app.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { WatchedDatabase } from '../entities/freshness/watched-database.entity.ts';
import { insertRows } from '../history/insert-rows.ts';
import { type Orm, openHistory } from '../history/orm.ts';
import type { Notification } from '../notifications/notification.ts';
import { acknowledgeAlarm } from './acknowledge.ts';
import { type Evaluating, evaluateAlarms } from './evaluate-alarms.ts';
import { openAlarmsFor } from './open-alarms.ts';
import { countOpen, searchAlarms } from './search-alarms.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-11-30T03:00:00Z');

const MAIL = { type: 'slack', url: 'http://127.0.0.1:9/' } as const;
const configuration = {
  timezone: 'UTC',
  ...{ groups: {}, databases: {}, routes: [], quietHours: undefined },
  channels: { mail: MAIL, chat: MAIL },
  alarms: {
    ...{ remindEveryMs: 24 * HOUR, storageFullWithinMs: 14 * 24 * HOUR, storageFreePercent: 10 },
    drillEveryMs: undefined,
  },
} as unknown as Configuration;

describeOnAnyStore('the evaluation of alarms', store => {
  let folder: string;
  let history: Orm;
  const lines: Array<Record<string, unknown>> = [];
  const log = pino({ level: 'info' }, { write: line => void lines.push(JSON.parse(line)) });
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-alarms-'));
    history = await openHistory(await store.url(folder));
  });
  after(async () => {
    await history.close(true);
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    lines.length = 0;
    const tables = [
      'alarms',
      'alarm_rounds',
      'retention_plans',
      'jobs',
      'outbox',
      'watched_databases',
      'roster_entries',
      'run_outcomes',
      'runs',
    ];
    for (const table of [...tables, 'reports', 'backups', '`databases`'])
      await history.em.fork().execute(`delete from ${table}`);
  });

  const at = (ms: number, more: Partial<Evaluating> = {}) =>
    evaluateAlarms({
      em: history.em.fork(),
      now: new Date(START + ms),
      space: async () => ({ free: 500, total: 1000 }),
      bytesPerDay: async () => 0,
      ...{ configuration, log, ...more },
    });

  async function watch(databaseName: string, state: WatchedDatabase['state'], ms = 0): Promise<void> {
    const stateSince = new Date(START + ms);
    await history.em.fork().upsert(WatchedDatabase, {
      ...{ databaseName, state, stateSince, dueAt: new Date(START - 2 * HOUR), lateAt: stateSince, criticalAt: null },
      ...{ lastCompleteId: 1, lastCompleteReceivedAt: new Date(START - 26 * HOUR) },
      ...{ lastCompleteCountsAt: new Date(START - 26 * HOUR), countedFrom: stateSince, contract: '{}' },
      evaluatedAt: stateSince,
    });
  }

  async function enroll(source: string, ...names: string[]): Promise<void> {
    const at = new Date(START - 48 * HOUR);
    const rows = names.map(database_name => ({
      ...{ source, shard: '', list: 'l', part: 'p', every: null, grace: null, group_name: null, gone_at: null },
      ...{ database_name, first_seen_at: at, last_seen_at: at },
    }));
    await insertRows(history.em.fork(), 'roster_entries', rows);
  }

  async function sent(): Promise<Array<Notification & { channel: string }>> {
    const rows: Array<{ channel: string; notification: string }> = await history.em
      .fork()
      .execute('select channel, notification from outbox order by id');
    return rows.map(({ channel, notification }) => ({ channel, ...JSON.parse(notification) }));
  }

  const mails = async () => (await sent()).filter(({ channel }) => channel === 'mail');

  it('tells on all channels that a database is late, once, and that it is over, once', async () => {
    await watch('pt_xyz', 'late');
    for (const minute of [0, 1, 2, 3, 30, 60]) await at(minute * MINUTE);
    expect((await sent()).map(({ channel }) => channel)).to.have.members(['mail', 'chat']);
    await watch('pt_xyz', 'ok');
    for (const minute of [61, 62, 63, 64, 120]) await at(minute * MINUTE);
    expect((await mails()).map(({ title, severity }) => [title, severity])).to.deep.equal([
      [
        'pt_xyz is late: its last complete backup was received 2026-11-29 01:00 UTC, the next was due 2026-11-30 01:00 UTC',
        'warning',
      ],
      ['Over: pt_xyz has a complete backup again (61 min after the alarm)', 'info'],
    ]);
  });

  it('writes nothing when nothing has changed', async () => {
    await watch('pt_xyz', 'late');
    for (const minute of [0, 1, 2]) await at(minute * MINUTE);
    const round = () => history.em.fork().execute('select * from alarm_rounds');
    const before = await round();
    for (const minute of [3, 4, 5]) await at(minute * MINUTE);
    expect(await round()).to.deep.equal(before);
  });

  it('tells each thing once when evaluations run at the same time', async () => {
    for (const name of ['a', 'b', 'c']) await watch(name, 'late');
    for (const minute of [0, 2, 3]) await Promise.all([at(minute * MINUTE), at(minute * MINUTE), at(minute * MINUTE)]);
    const told = (await mails()).flatMap(({ alarms }) => alarms.map(({ subject }) => subject));
    expect(told.sort()).to.deep.equal(['a', 'b', 'c']);
    expect(await history.em.fork().execute('select id from alarms')).to.have.length(3);
  });

  it('loses and doubles no message when it ends in the middle of writing', async () => {
    await watch('pt_xyz', 'late');
    await at(0);
    const failing = history.em.fork();
    const transactional = failing.transactional.bind(failing);
    let has = 0;
    failing.fork = (() => {
      const own = history.em.fork();
      own.transactional = (work, options) =>
        transactional(async em => {
          await work(em);
          has += 1;
          throw new Error('the power is gone');
        }, options) as never;
      return own;
    }) as never;
    const error = await at(3 * MINUTE, { em: failing }).catch(error => error);
    expect([has, error.message]).to.deep.equal([1, 'the power is gone']);
    expect(await sent()).to.deep.equal([]);
    await at(4 * MINUTE);
    await at(5 * MINUTE);
    expect(await mails()).to.have.length(1);
  });

  it('makes one message of 14 databases whose source has not reported its run, the cause first', async () => {
    const names = Array.from({ length: 14 }, (_, i) => `pt_${String(i).padStart(2, '0')}`);
    await enroll('db7', ...names);
    for (const name of names) await watch(name, 'late');
    for (const minute of [0, 1, 2, 3, 60]) await at(minute * MINUTE);
    const [mail, ...others] = await mails();
    expect(others).to.deep.equal([]);
    expect(mail!.title).to.equal(
      'db7 has not reported its run: it has never reported a run, and 14 databases are late',
    );
    expect(mail!.lines.slice(1, 15)).to.deep.equal(names.map(name => `- ${name}`));
    await watch(names[0]!, 'critical');
    for (const minute of [61, 64]) await at(minute * MINUTE);
    expect((await mails())[1]!.title).to.equal(
      'Worse: db7 has not reported its run: it has never reported a run, and pt_00 has missed two backups',
    );
  });

  it('logs what reaches no one, since no channel is there', async () => {
    await watch('pt_xyz', 'late');
    for (const minute of [0, 2]) await at(minute * MINUTE, { configuration: { ...configuration, channels: {} } });
    expect(lines.map(({ msg, level }) => [msg, level])).to.deep.equal([
      ['An alarm reaches no one: lumbung.yaml has no channels', 50],
    ]);
  });

  it('sends what a route takes to its channels, and all else to all channels', async () => {
    const routes = [{ kinds: ['never'], groups: undefined, severities: undefined, channels: ['chat'] }];
    await watch('a', 'never');
    await watch('b', 'late');
    for (const minute of [0, 2]) await at(minute * MINUTE, { configuration: { ...configuration, routes } as never });
    const told = (await sent()).map(({ channel, alarms }) => [channel, alarms.map(({ subject }) => subject).sort()]);
    expect(told).to.have.deep.members([
      ['chat', ['a', 'b']],
      ['mail', ['b']],
    ]);
  });

  it('raises a storage that cannot be reached, which explains late databases, and says when it is full', async () => {
    await watch('pt_xyz', 'late');
    const away = { space: () => Promise.reject(new Error('away')) };
    for (const minute of [0, 2]) await at(minute * MINUTE, away);
    expect((await mails()).map(({ title }) => title)).to.deep.equal([
      'The storage of the service cannot be reached: it takes no backups',
    ]);
    const low = {
      space: async () => ({ free: 40 * 1024 ** 3, total: 1024 ** 4 }),
      bytesPerDay: async () => 4 * 1024 ** 3,
    };
    for (const minute of [10, 13, 45]) await at(minute * MINUTE, low);
    const { lines } = (await mails()).at(-1)!;
    expect((await mails()).at(-1)!.alarms.map(({ subject }) => subject)).to.deep.equal(['pt_xyz']);
    const [alarm] = await searchAlarms(
      { em: history.em.fork(), scope: ['*'] },
      { kinds: ['storage_low'] },
      { limit: 1 },
    );
    expect(lines.length).to.be.greaterThan(0);
    expect(alarm!.severity).to.equal('warning');
  });

  it('lists alarms in scope, newest first, and takes an acknowledgement of an open one', async () => {
    await watch('acme_a', 'late');
    await at(0);
    await watch('pt_xyz', 'late');
    await at(MINUTE, { space: () => Promise.reject(new Error('away')) });
    const em = history.em.fork();
    const all = await searchAlarms({ em, scope: ['*'] }, { isOpen: true }, { limit: 10 });
    expect(all.map(({ subject }) => subject)).to.have.members(['storage', 'pt_xyz', 'acme_a']);
    const own = await searchAlarms({ em, scope: ['acme_*'] }, {}, { limit: 10 });
    expect(own.map(({ subject }) => subject)).to.deep.equal(['acme_a']);
    expect(await countOpen({ em, scope: ['*'] })).to.deep.equal({ warning: 2, critical: 1 });
    expect(await countOpen({ em, scope: ['acme_*'] })).to.deep.equal({ warning: 1, critical: 0 });
    const wish = { by: 'ani', reason: ' on it ' };
    const now = new Date(START + HOUR);
    const missing = await acknowledgeAlarm({ em, scope: ['pt_*'] }, own[0]!.id, wish, now).catch(error => error);
    expect(missing).to.include({ status: 404, code: 'ALARM_NOT_FOUND' });
    const taken = await acknowledgeAlarm({ em, scope: ['acme_*'] }, own[0]!.id, wish, now);
    expect(taken).to.include({ acknowledgedBy: 'ani', acknowledgedFor: 'on it' });
    await watch('acme_a', 'ok');
    await at(2 * HOUR);
    const closed = await acknowledgeAlarm({ em, scope: ['*'] }, own[0]!.id, wish, now).catch(error => error);
    expect(closed).to.include({ status: 409, code: 'ALARM_CLOSED' });
  });

  it('lists the open alarms that a channel has had, for programs that forget them', async () => {
    await watch('pt_xyz', 'late');
    for (const minute of [0, 2]) await at(minute * MINUTE);
    const open = await openAlarmsFor(history.em.fork(), configuration, 'mail');
    expect(open.map(({ subject, kind, state }) => [subject, kind, state])).to.deep.equal([
      ['pt_xyz', 'late', 'reminder'],
    ]);
  });
});
