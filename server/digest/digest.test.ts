import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { describeOnAnyStore } from '../../testing/service/running-app.ts';
import { configurationOf } from '../configuration/reading/configuration-of.ts';
import { WatchedDatabase } from '../entities/freshness/watched-database.entity.ts';
import { insertRows } from '../history/insert-rows.ts';
import { type Orm, openHistory } from '../history/orm.ts';
import { noteSeen } from '../jobs/unseen-times.ts';
import type { Notification } from '../notifications/notification.ts';
import { sendDigests } from './digest-job.ts';
import { dueDigests } from './due-digests.ts';

const channels = { mail: { type: 'slack', url: 'https://chat.example.com/hook' } };
const configuration = configurationOf({
  timezone: 'Asia/Jakarta',
  channels,
  digest: { at: '07:00' },
  groups: {
    acme: { databases: ['acme_*'], digest: { at: '08:00', weekday: 'monday', language: 'id', channels: ['mail'] } },
  },
});
const GIB = 1024 ** 3;
/** 07:00 in Jakarta, a Monday. */
const MORNING = Date.parse('2026-11-30T00:00:00Z');
const HOUR = 3_600_000;

describe('the time of a digest', () => {
  const due = (ms: number) => dueDigests(configuration, new Date(MORNING + ms)).map(({ key }) => key);

  it('comes at its hour in the zone of the configuration, and lasts for the rest of the day', () => {
    expect(due(-60_000)).to.deep.equal([]);
    expect(due(0)).to.deep.equal(['digest 2026-11-30']);
    expect(due(HOUR)).to.deep.equal(['digest 2026-11-30', 'digest acme 2026-11-30']);
    expect(due(17 * HOUR - 1)).to.deep.equal(['digest 2026-11-30', 'digest acme 2026-11-30']);
    expect(due(24 * HOUR)).to.deep.equal(['digest 2026-12-01']);
  });

  it('comes on each day of every zone, also when summer time begins or ends', () => {
    const zones = fc.constantFrom('Europe/Warsaw', 'America/Chicago', 'Australia/Lord_Howe', 'Asia/Jakarta');
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 23 }), fc.nat(364), (timezone, hour, day) => {
        const at = `${String(hour).padStart(2, '0')}:30`;
        const own = configurationOf({ timezone, channels, digest: { at } });
        const start = Date.UTC(2027, 0, 1 + day);
        const keys = Array.from({ length: 72 * 4 }, (_, i) => dueDigests(own, new Date(start + i * 900_000)));
        // Three days have two middles at least: each has its digest.
        expect(new Set(keys.flat().map(({ key }) => key)).size).to.be.within(2, 4);
      }),
      { numRuns: 25 },
    );
  });
});

describeOnAnyStore('a digest', store => {
  let folder: string;
  let history: Orm;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-digest-'));
    history = await openHistory(await store.url(folder));
  });
  afterEach(async () => {
    await history.close(true);
    await rm(folder, { recursive: true });
  });

  const send = (ms: number) =>
    sendDigests({
      em: history.em.fork(),
      configuration,
      now: new Date(MORNING + ms),
      space: async () => ({ free: 30 * GIB, total: 100 * GIB }),
    });

  async function watch(databaseName: string, state: WatchedDatabase['state'], contract = '{}'): Promise<void> {
    const at = new Date(MORNING - 24 * HOUR);
    await history.em.fork().upsert(WatchedDatabase, {
      ...{ databaseName, state, stateSince: at, dueAt: at, lateAt: at, criticalAt: null, lastCompleteId: 1 },
      ...{ lastCompleteReceivedAt: at, lastCompleteCountsAt: at, countedFrom: at, contract, evaluatedAt: at },
    });
  }

  async function sent(): Promise<Notification[]> {
    const rows: Array<{ notification: string }> = await history.em
      .fork()
      .execute('select notification from outbox order by id');
    return rows.map(({ notification }) => JSON.parse(notification));
  }

  it('has its verdict in its subject, also when all is well', async () => {
    for (const name of ['a', 'b', 'c']) await watch(name, 'ok');
    await watch('d', 'paused');
    await send(0);
    await watch('b', 'late');
    await send(24 * HOUR);
    expect((await sent()).map(({ title }) => title)).to.deep.equal([
      'All 3 databases have their complete backup',
      '2 of 3 databases have their complete backup; 1 needs you',
    ]);
    await watch('c', 'late');
    await send(48 * HOUR);
    expect((await sent()).at(-1)!.title).to.equal('1 of 3 databases has its complete backup; 2 need you');
    expect((await sent())[0]!.lines).to.include.members([
      'No alarm is open.',
      'Nothing has changed.',
      'Storage: 30.0 GiB free of 100.0 GiB (30 %).',
    ]);
  });

  it('comes once a day, however often and from how many services it is tried, also after the clock was set back', async () => {
    await watch('a', 'ok');
    await Promise.all([send(0), send(0), send(0)]);
    for (const ms of [60_000, 30 * 60_000, 0, -60_000, 1_000]) await send(ms);
    expect(await sent()).to.have.length(1);
  });

  it('is about the days, too, on which none came: it names them, and lists what has changed since the last one', async () => {
    await watch('a', 'ok');
    await send(0);
    const at = (hours: number) => new Date(MORNING + hours * HOUR);
    await insertRows(history.em.fork(), 'alarms', [
      {
        ...{ kind: 'run_failed', subject: 'a', alarm_key: 'run_failed:a', open_key: null, group_key: 'source:db1' },
        ...{ database_name: 'a', source: 'db1', severity: 'warning', since: at(30), opened_at: at(30) },
        ...{ closed_at: at(40), acknowledged_at: null, acknowledged_by: null, acknowledged_for: null },
        ...{ acknowledged_until: null, muted_by: null, told_as: 'closed', untold_since: null, last_told_at: at(40) },
        ...{ told_count: 2, flapping_since: null, summary: 'a was not backed up: the disk is full', detail: '{}' },
      },
    ] as never);
    await send(72 * HOUR);
    const [, { lines }] = (await sent()) as [Notification, Notification];
    expect(lines[1]).to.equal('No digest came on 2026-12-01 and 2026-12-02: this one is about that time, too.');
    expect(lines.filter(line => line.startsWith('- '))).to.deep.equal(['- over: a was backed up again']);
    await send(96 * HOUR);
    expect((await sent())[2]!.lines)
      .to.include('Nothing has changed.')
      .and.not.include(lines[1]);
  });

  it('counts as waiting what was due while the service was off, in each group its own', async () => {
    const daily = JSON.stringify({ every: { kind: 'interval', ms: 24 * HOUR }, graceMs: 2 * HOUR });
    for (const name of ['acme_shop', 'acme_blog', 'other']) await watch(name, 'ok', daily);
    const em = history.em.fork();
    const fresh = new Date(MORNING + HOUR);
    await em.nativeUpdate(WatchedDatabase, { databaseName: 'acme_blog' }, { lastCompleteCountsAt: fresh });
    for (const hours of [-20, 1, 2]) await noteSeen(em, new Date(MORNING + hours * HOUR));
    await send(2.1 * HOUR);
    expect((await sent()).map(({ title }) => title)).to.deep.equal([
      '1 of 3 databases has its complete backup; 2 still wait for a backup: the service was off when it was due',
      'Cadangan acme: 1 dari 2 basis data memiliki cadangan lengkap; 1 masih menunggu cadangan: layanan tidak berjalan ketika cadangan itu seharusnya ada',
    ]);
  });

  it('of a group has its own databases only, in its language', async () => {
    await watch('acme_shop', 'ok');
    await watch('acme_blog', 'late');
    await watch('other', 'critical');
    // As the list of a source that is not of this client says.
    await watch('another', 'critical', '{"group":"acme"}');
    await send(2 * HOUR);
    const [, own] = await sent();
    expect(own!.title).to.equal('Cadangan acme: 1 dari 2 basis data memiliki cadangan lengkap; 1 perlu perhatian');
    expect(own!.lines.join('\n')).to.not.match(/other|GiB/);
  });
});
