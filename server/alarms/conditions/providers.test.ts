import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { addBackup, addToRoster } from '../../../testing/freshness/watched-history.ts';
import { watchAsFresh } from '../../../testing/retention/retention-scene.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { configurationOf } from '../../configuration/reading/configuration-of.ts';
import { WatchedDatabase } from '../../entities/freshness/watched-database.entity.ts';
import { OutboxMessage } from '../../entities/outbox-message.entity.ts';
import { Report } from '../../entities/report.entity.ts';
import type { Looking } from '../looking/looking.ts';
import { readBad } from '../looking/watched.ts';
import type { Condition } from '../model/condition.ts';
import { channelFailing } from './channel-failing.ts';
import { damaged } from './damaged.ts';
import { drillDue } from './drill-due.ts';
import { drillFailed } from './drill-failed.ts';
import { freshnessConditions } from './freshness.ts';
import { incomplete } from './incomplete.ts';
import { shrunk } from './shrunk.ts';

describeOnAnyStore('what is not as it should be, read from the rows of the history:', store => {
  const now = new Date('2026-11-28T12:00:00Z');
  const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  const DAY = 24;
  let app: RunningApp;
  beforeEach(async () => {
    app = await runApp(store);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const looking = (configuration: object = {}, open: readonly string[] = []): Looking => ({
    ...{ em: app.history.em.fork(), now, configuration: configurationOf(configuration) },
    ...{ space: async () => ({ free: 1, total: 1 }), bytesPerDay: async () => 0, openSubjects: () => open },
  });
  const subjects = (conditions: readonly Condition[]) => conditions.map(({ subject }) => subject);
  const add = (database: string, hoursAgo: number, wish: Partial<Parameters<typeof addBackup>[1]> = {}) =>
    addBackup(app.history, { database, receivedAt: ago(hoursAgo), ...wish });
  const addDrill = (databaseName: string, hoursAgo: number, outcome: Report['outcome'], wish: Partial<Report> = {}) =>
    app.history.em.fork().insert(Report, {
      ...{ kind: 'drill', reportId: randomUUID(), databaseName, backupId: null, fileName: `${databaseName}.zip` },
      ...{ outcome, endedAt: ago(hoursAgo), storedAt: ago(hoursAgo), rtoSeconds: null, loadedBytes: null },
      ...{ differenceCount: 0, reason: null, targetHost: null, targetDatabase: null, document: '{}', ...wish },
    });

  it('shrunk: names the database first, then what it has lost and since which backup, and no file', async () => {
    const id = await add('lost', 30, { fileName: 'mysql-lost-1' });
    const message = `lost since backup ${id} (2026-11-27 06:00:00 UTC): table faktur (2,028 rows)`;
    const findings = JSON.stringify([{ code: 'SHRUNK', severity: 'warning', message }]);
    const newest = await add('lost', 2, { shrunkFrom: 'mysql-lost-1', findings });
    const [found] = await shrunk(looking({ timezone: 'Asia/Jakarta' }));
    expect(found).to.deep.include({
      subject: 'lost',
      summary: `lost has lost table faktur (2,028 rows) since backup ${id} (2026-11-27 13:00 +07:00 (Asia/Jakarta))`,
    });
    expect(found!.advice).to.contain(`sade show ${newest}`);
    await add('unknown', 2, { shrunkFrom: 'of-another-history' });
    expect((await shrunk(looking())).map(({ summary }) => summary)).to.include('unknown has lost tables or rows');
  });

  it('incomplete: the newest backup that still exists and was made for no restore is incomplete', async () => {
    const bad = { state: 'incomplete', worstFinding: 'EVENTS_MISSING' } as const;
    await add('healed', 30, bad);
    await add('healed', 2);
    await add('bad', 30);
    const id = await add('bad', 2, bad);
    await add('removed', 30);
    await add('removed', 2, { ...bad, removedAt: ago(1) });
    await add('hidden', 5, bad);
    await add('hidden', 2, { removedAt: ago(1) });
    await add('restoring', 5, bad);
    await add('restoring', 2, { madeFor: 'restore' });
    await add('unverified', 2, { state: 'unverified' });
    await add('old', 8 * DAY, bad);
    await addToRoster(app.history, ['bad'], { at: ago(2), source: 'db7', group_name: 'acme' });
    const found = await incomplete(looking());
    expect(subjects(found)).to.have.members(['bad', 'hidden', 'restoring']);
    expect(found.find(({ subject }) => subject === 'bad')).to.deep.include({
      ...{
        kind: 'incomplete',
        database: 'bad',
        severity: 'warning',
        since: ago(2),
        source: 'db7',
        rosterGroup: 'acme',
      },
      summary: 'The newest backup of bad is incomplete (EVENTS_MISSING)',
      advice: `Check what is missing, with a token of the role read, and fix it before the next run: sade show ${id}`,
    });
    const again = await incomplete(looking({}, ['old', 'healed']));
    expect(subjects(again), 'what is open is looked at however old it is').to.have.members([
      ...['bad', 'hidden', 'restoring', 'old'],
    ]);
  });

  it('incomplete: what was lost beside is not named as what makes it incomplete', async () => {
    const found = (code: string, severity: string) => ({ code, severity, message: 'x' });
    const lossy = (severity: string, ...others: object[]) => ({
      ...({ state: 'incomplete', worstFinding: 'SHRUNK' } as const),
      findings: JSON.stringify([found('SHRUNK', severity), found('DUMP_STDERR_WARNING', 'warning'), ...others]),
    });
    await add('both', 2, lossy('warning', found('BROKEN_VIEW', 'incomplete')));
    await add('odd', 2, lossy('incomplete'));
    expect((await incomplete(looking())).map(({ summary }) => summary)).to.have.members([
      'The newest backup of both is incomplete (BROKEN_VIEW)',
      'The newest backup of odd is incomplete',
    ]);
  });

  it('damaged: a stored file has changed, until its backup is removed or someone has forgotten it', async () => {
    const damage = 'the stored file is gone';
    const removalDue = ago(-DAY);
    await add('bad', 2, { damage, fileName: 'bad.zip' });
    await add('sound', 2);
    await add('removed', 2, { damage, removedAt: ago(1), removalDue: ago(1), removalKind: 'retention' });
    await add('forgotten', 2, { damage, removalDue, removalKind: 'request' });
    await add('pruned', 2, { damage, fileName: 'pruned.zip', removalDue, removalKind: 'retention' });
    expect(subjects(await damaged(looking()))).to.have.members(['bad.zip', 'pruned.zip']);
  });

  it('late, critical: the last complete backup, and from when it counts where it came long after its dump', async () => {
    await watchAsFresh(app.history, 'slow', ago(30), { state: 'late' });
    await watchAsFresh(app.history, 'backfilled', ago(60), { state: 'critical' });
    await watchAsFresh(app.history, 'fine', ago(1));
    const em = app.history.em.fork();
    const last = (hours: number, countsHours: number) => ({
      ...{ lastCompleteReceivedAt: ago(hours), lastCompleteCountsAt: ago(countsHours) },
    });
    await em.nativeUpdate(WatchedDatabase, { databaseName: 'slow' }, last(30, 30));
    await em.nativeUpdate(WatchedDatabase, { databaseName: 'backfilled' }, last(1, 60));
    const found = freshnessConditions(await readBad(em), 'UTC');
    expect(Object.fromEntries(found.map(({ subject, summary }) => [subject, summary]))).to.deep.equal({
      slow: 'slow is late: its last complete backup was received 2026-11-27 06:00 UTC, the next was due 2026-11-28 12:00 UTC',
      backfilled:
        'backfilled has missed two backups: its last complete backup was received 2026-11-28 11:00 UTC, but its dump is older, so that it counts from 2026-11-26 00:00 UTC',
    });
  });

  it('drill_failed: the newest drill that could test showed a backup that is not restorable', async () => {
    for (const name of ['broken', 'fixed', 'untested', 'restored', 'old']) await add(name, 30);
    await addDrill('broken', 30, 'restorable');
    await addDrill('broken', 3, 'not_restorable', { reason: 'ERROR 1146:\n no table x' });
    await addDrill('fixed', 30, 'not_restorable');
    await addDrill('fixed', 3, 'restorable');
    await addDrill('untested', 30, 'not_restorable');
    await addDrill('untested', 3, 'could_not_test');
    await addDrill('restored', 30, 'not_restorable');
    await addDrill('restored', 3, 'failed', { kind: 'restore' });
    await addDrill('old', 8 * DAY, 'not_restorable');
    await addDrill('unknown', 3, 'not_restorable');
    const found = await drillFailed(looking());
    expect(subjects(found)).to.have.members(['broken', 'untested', 'restored']);
    expect(found.find(({ subject }) => subject === 'broken')).to.deep.include({
      ...{ kind: 'drill_failed', database: 'broken', severity: 'critical', since: ago(3) },
      summary: 'A backup of broken could not be restored in a drill: ERROR 1146: no table x',
      advice: 'Back broken up again, and drill that backup. The one that failed is broken.zip',
    });
    expect(subjects(await drillFailed(looking({}, ['old', 'fixed']))))
      .to.include('old')
      .and.not.include('fixed');
  });

  it('drill_due: one alarm for all databases without a drill that proved them for so long, but not for new ones', async () => {
    const every = { alarms: { drill_every: '30d' } };
    for (const name of ['never', 'stale', 'failed', 'proven', 'new']) await add(name, name === 'new' ? 5 : 40 * DAY);
    await addDrill('stale', 31 * DAY, 'restorable');
    await addDrill('failed', 20 * DAY, 'restorable');
    await addDrill('failed', 10 * DAY, 'not_restorable');
    await addDrill('proven', 29 * DAY, 'restorable');
    await addDrill('proven', 2 * DAY, 'could_not_test');
    expect(await drillDue(looking()), 'no one has asked for it').to.deep.equal([]);
    const [found, ...more] = await drillDue(looking(every));
    expect(more).to.deep.equal([]);
    expect(found).to.deep.include({
      ...{ kind: 'drill_due', subject: 'drills', severity: 'warning', databases: ['failed', 'never', 'stale'] },
      summary: '3 databases have had no drill within 30 days that proved a backup restorable',
    });
    for (const name of ['never', 'stale', 'failed']) await addDrill(name, 1, 'restorable');
    expect(await drillDue(looking(every))).to.deep.equal([]);
  });

  it('channel_failing: a channel of the configuration has failed for more than 15 minutes', async () => {
    const webhook = { type: 'webhook', url: 'https://example.com/hook', secret: `whsec_${'a'.repeat(32)}` };
    const channels = { down: webhook, blip: webhook, fine: webhook, refused: webhook };
    const message = (channel: string, failingMinutes: number | null, wish: Partial<OutboxMessage> = {}) =>
      app.history.em.fork().insert(OutboxMessage, {
        ...{ channel, dedupeKey: randomUUID(), madeAt: ago(1), nextAttemptAt: now, attempts: 3, notification: '{}' },
        failingSince: failingMinutes === null ? null : new Date(now.getTime() - failingMinutes * 60_000),
        ...{ lastError: failingMinutes === null ? null : 'it answers\n503', refusedAt: null, deliveredAt: null },
        ...{ givenUpAt: null, ...wish },
      });
    await message('down', 16);
    await message('down', null);
    await message('blip', 14);
    await message('fine', 40, { deliveredAt: ago(0.1) });
    await message('refused', 20, { refusedAt: ago(0.3) });
    await message('forgotten', 60);
    const found = await channelFailing(looking({ channels }));
    expect(subjects(found)).to.have.members(['down', 'refused']);
    expect(found.find(({ subject }) => subject === 'down')).to.deep.include({
      ...{ kind: 'channel_failing', severity: 'warning', since: new Date(now.getTime() - 16 * 60_000) },
      summary: 'The channel down has delivered nothing since 2026-11-28 11:44 UTC, and 2 messages wait: it answers 503',
      advice: 'Fix it, then try it: sudo lumbung notify test down',
    });
    expect(found.find(({ subject }) => subject === 'refused')!.summary).to.contain(', and 1 message waits: ');
  });
});
