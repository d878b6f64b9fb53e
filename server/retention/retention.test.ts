import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { retentionConfiguration, watchAsFresh } from '../../testing/retention/retention-scene.ts';
import { DAY_MS, removeNow, storeNight } from '../../testing/service/removing.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import { runRetention } from '../commands/retention.ts';
import { Backup } from '../entities/backup.entity.ts';
import { WatchedDatabase } from '../entities/freshness/watched-database.entity.ts';
import { Report } from '../entities/report.entity.ts';
import { RetentionPlan } from '../entities/retention/retention-plan.entity.ts';
import { RetentionRemoval } from '../entities/retention/retention-removal.entity.ts';
import { rowOf } from '../reports/receive-report.ts';
import { applyPlan } from './apply-plan.ts';
import { mayGoBy } from './may-go.ts';
import { retentionJob } from './retention-job.ts';
import { makePlan } from './stored-plans.ts';

const NIGHTS = 9;
/** The morning after the last night. */
const NOW = new Date(`2023-10-0${NIGHTS}T12:00:00Z`);
const LATER = new Date(NOW.getTime() + 3 * DAY_MS + 1);

describeOnAnyStore('the retention of a service', store => {
  let app: RunningApp;
  /** By night. */
  let ids: number[];
  let configuration = retentionConfiguration({ last: 5 });

  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    configuration = retentionConfiguration({ last: 5 });
    ids = [0];
    for (let night = 1; night <= NIGHTS; night++) await addNight(night);
    await watchAsFresh(app.history, 'pt_xyz');
  });
  afterEach(async () => {
    const tables = ['retention_removals', 'retention_plans', 'retained_databases', 'watched_databases'];
    for (const table of [...tables, 'backups', '`databases`'])
      await app.history.em.fork().execute(`delete from ${table}`);
  });

  async function addNight(night: number): Promise<void> {
    ids[night] = (await storeNight(app, night)).id;
  }

  const log = pino({ level: 'silent' });
  const parts = (now = NOW) => ({ em: app.history.em.fork(), storage: app.storage, configuration, now, log });
  const plan = (now = NOW) => makePlan(parts(now));
  const apply = (id: number, now = NOW) => applyPlan(parts(now), { id, by: 'siti', scope: ['*'], isOperator: true });
  const runJob = (now = NOW) => {
    const { history, storage, audit } = app;
    const job = retentionJob({ history, storage, audit, log, configuration: () => configuration as never });
    return job.run({ now, signal: new AbortController().signal });
  };
  const command = async (...args: string[]) => {
    const out: string[] = [];
    await runRetention(args, { parts: parts(), audit: app.audit, out: { write: text => out.push(text) } });
    return out.join('');
  };
  const mayGo = (now: Date) =>
    mayGoBy({
      ...{ history: app.history, storage: app.storage, log, keepMs: 0 },
      ...{ configuration: () => configuration, clock: { now: () => now } },
    });
  const rows = (where: object) =>
    app.history.em.fork().find(Backup, { id: { $gt: 0 }, ...where }, { orderBy: { id: 'asc' } });
  const going = async () => (await rows({ removalDue: { $ne: null }, removedAt: null })).map(({ id }) => id);
  const removed = async () => (await rows({ removedAt: { $ne: null } })).map(({ id }) => id);
  const removalsOf = async (planId: number) =>
    (await app.history.em.fork().find(RetentionRemoval, { planId }, { orderBy: { backupId: 'asc' } })).map(
      ({ backupId }) => backupId,
    );
  const nights = (...wanted: number[]) => wanted.map(night => ids[night]!);
  const damage = async (night: number) => {
    const { fileName } = await app.history.em.fork().findOneOrFail(Backup, { id: ids[night]! });
    await rm(join(app.storageDir, 'pt_xyz', fileName));
  };

  it('does nothing while it is off, and shows what would go', async () => {
    configuration = { ...configuration, retention: { ...configuration.retention, enabled: false } };
    await runJob();
    expect(await app.history.em.fork().count(RetentionPlan)).to.equal(0);
    const shown = await command('plan');
    expect(shown).to.match(/^pt_xyz +4 of 9 /m);
    expect(shown).to.match(/4 of 9 backups \(.*\) of 1 database would be removed, /);
    expect(shown).to.include('This is a preview: the retention is off');
    expect(await going()).to.deep.equal([]);
    expect(await mayGo(NOW)({ id: ids[1]!, database: 'pt_xyz' })).to.include('the retention is off');
  });

  it('lets go by a plan that an operator applies, with its reason, when the grace is over', async () => {
    await runJob();
    expect(await going(), 'the policy is new').to.deep.equal([]);
    const shown = await command('plan');
    expect(shown).to.match(
      /waits: its policy is new or was changed; waits: 4 of its 9 backups would be removed, more than 20 %/,
    );
    const [, id] = /Plan (\d+) waits/.exec(shown)!;
    expect(await command('apply', id!)).to.match(/Plan \d+ removes 4 backups on 2023-10-12 12:00 UTC/);
    expect(await going()).to.deep.equal(nights(1, 2, 3, 4));
    for (const row of await rows({ id: nights(1, 2, 3, 4) }))
      expect(row.removedFor).to.equal('to be removed: no rule of its policy keeps it: 5 last (UTC)');
    expect(await app.history.em.fork().findOneOrFail(RetentionPlan, { id: Number(id) })).to.include({
      ...{ state: 'applied', backupCount: 4 },
    });
    expect(await removeNow(app, { now: NOW, mayGo: mayGo(NOW) })).to.include({ removed: 0 });
    await watchAsFresh(app.history, 'pt_xyz', LATER);
    expect(await removeNow(app, { now: LATER, mayGo: mayGo(LATER) })).to.include({ removed: 4, kept: 0, failed: 0 });
    expect(await removed()).to.deep.equal(nights(1, 2, 3, 4));
    expect(await command('plan', 'pt_xyz')).to.match(/kept: one of the 3 newest complete backups/);
    const error = await command('apply', id!).catch(error => error);
    expect(error).to.include({ status: 409, code: 'PLAN_NOT_WAITING' });
  });

  it('lets nothing of a plan go that is larger than one request may let go, and names the command', async () => {
    const { id } = await plan();
    const within = (atMost: number) =>
      applyPlan(parts(), { id, by: 'siti', scope: ['*'], isOperator: true, atMost }).catch(error => error);
    const refused = await within(3);
    expect(refused).to.include({ status: 409, code: 'PLAN_TOO_LARGE' });
    expect(refused.message).to.contain(`Plan ${id} removes 4 backups`).and.contain(`retention apply ${id}`);
    expect(await going()).to.deep.equal([]);
    expect(await within(4)).to.include({ backups: 4 });
  });

  it('lets the few backups of a new night go by itself once its policy is in use, and records it', async () => {
    await apply((await plan()).id);
    await removeNow(app, { now: LATER, mayGo: async () => true });
    await addNight(10);
    await runJob(new Date('2023-10-10T12:00:00Z'));
    expect(await going()).to.deep.equal(nights(5));
    const [row] = await rows({ id: ids[5]! });
    expect(row).to.include({ removedBy: 'retention', removalKind: 'retention' });
    const [entry] = await app.history.em
      .fork()
      .execute(
        "select detail from audit_entries where action = 'retention_apply' and result = 'done' order by id desc",
      );
    expect(JSON.parse(entry!.detail)).to.include({ by: 'retention', backups: 1 });
  });

  it('lets nothing go by itself of a database that waits, beside one that does not, and applies no more than a scope', async () => {
    const seven = retentionConfiguration({ last: 7 });
    const { default: policy } = seven.retention.policies;
    const policies = { default: policy!, five: { ...policy!, last: 5 } };
    const own = { every: undefined, graceMs: undefined, group: undefined, retention: 'five' };
    configuration = { ...seven, databases: { pt_abc: own }, retention: { ...seven.retention, policies } };
    const other: number[] = [];
    const addOther = async (night: number) => {
      const { id } = await storeNight(app, night, { database: 'pt_abc' });
      other.push(id);
    };
    for (const night of [1, 2, 3, 4, 5]) await addOther(night);
    await watchAsFresh(app.history, 'pt_abc');
    await runJob();
    await addOther(6);
    await runJob();
    expect(await going()).to.deep.equal([other[0]]);
    const { id } = await plan();
    const scoped = (...scope: string[]) => applyPlan(parts(), { id, by: 'siti', scope, isOperator: true });
    expect((await scoped('acme_*').catch(error => error)).code).to.equal('PLAN_NOT_FOUND');
    expect((await scoped('pt_abc').catch(error => error)).code).to.equal('PLAN_NOT_FOUND');
    expect(await going()).to.deep.equal([other[0]]);
    expect(await scoped('pt_x*')).to.include({ backups: 2, stillWaiting: 0 });
  });

  it('keeps a backup at the end of its grace when one on which the plan relied is gone meanwhile', async () => {
    configuration = retentionConfiguration({ last: 3 });
    await apply((await plan()).id);
    expect(await going()).to.deep.equal(nights(1, 2, 3, 4, 5, 6));
    await damage(9);
    await damage(8);
    await watchAsFresh(app.history, 'pt_xyz', LATER);
    const done = await removeNow(app, { now: LATER, mayGo: mayGo(LATER) });
    expect([done.removed, done.kept]).to.deep.equal([0, 6]);
    expect(done.lines[0]).to.include('its newest backup');
  });

  it('relies on the next older one where the file of one in the middle is gone, in a new plan', async () => {
    configuration = retentionConfiguration({ last: 3 });
    await damage(8);
    await damage(7);
    const { id, document } = await plan();
    expect(document.goes).to.equal(6);
    const goes = await app.history.em.fork().find(RetentionRemoval, { planId: id }, { orderBy: { backupId: 'asc' } });
    expect(goes.map(({ backupId }) => backupId)).to.deep.equal(nights(1, 2, 3, 4, 7, 8));
    expect(goes.at(-1)!.why).to.equal(
      'to be removed: damaged (its file is not in the storage), and newer complete backups stay',
    );
  });

  it('refuses a stale plan, and names the new one', async () => {
    const { id } = await plan();
    await addNight(10);
    const error = await apply(id, new Date('2023-10-10T12:00:00Z')).catch(error => error);
    expect(error).to.include({ status: 409, code: 'PLAN_STALE' });
    const [, newer] = /Plan (\d+) replaces it/.exec(error.message)!;
    expect(await going()).to.deep.equal([]);
    expect((await apply(id).catch(error => error)).message).to.include(`superseded by plan ${newer}`);
    await apply(Number(newer), new Date('2023-10-10T12:00:00Z'));
    expect(await going()).to.deep.equal(nights(1, 2, 3, 4, 5));
  });

  it('holds a database that is late, and everything when the clock was set back', async () => {
    await watchAsFresh(app.history, 'pt_xyz', NOW, { state: 'late' });
    const { state, document, id } = await plan();
    expect([state, document.goes]).to.deep.equal(['held', 0]);
    expect(document.summaries[0]!.holds.map(({ kind }) => kind)).to.deep.equal(['late']);
    expect((await apply(id).catch(error => error)).code).to.equal('PLAN_NOT_WAITING');
    await watchAsFresh(app.history, 'pt_xyz');
    const back = await plan(new Date(NOW.getTime() - DAY_MS));
    expect([back.state, back.document.brakes.map(({ kind }) => kind)]).to.deep.equal(['held', ['clock_jumped']]);
  });

  it('keeps what drills of more than a month ago have proven, beside what the newest reports say', async () => {
    configuration = retentionConfiguration({ last: 3 });
    const report = async (night: number, outcome: 'restorable' | 'not_restorable', storedAt: Date) => {
      const backup = await app.history.em.fork().findOneOrFail(Backup, { id: ids[night]! });
      const drill = sampleDrill({ outcome, ...(outcome === 'not_restorable' && { reason: 'forged' }) });
      const sent = { kind: 'drill', report: { ...drill, database: 'pt_xyz' }, json: '{}' } as const;
      const row = { ...rowOf(sent, backup, storedAt), fileName: backup.fileName, endedAt: storedAt };
      await app.history.em.fork().insert(Report, row);
    };
    await report(1, 'restorable', new Date(NOW.getTime() - 31 * DAY_MS));
    // Who may upload may report drills, too.
    await report(1, 'not_restorable', NOW);
    await report(9, 'restorable', NOW);
    const goes = await removalsOf((await plan()).id);
    expect(goes).to.deep.equal(nights(2, 3, 4, 5, 6));
  });

  it('believes no list that asks for many backups a day: who may upload can send one', async () => {
    for (const night of [5, 6, 7, 8, 9])
      await app.history.em.fork().nativeUpdate(Backup, { id: ids[night]! }, { receivedAt: NOW });
    const every = { kind: 'interval', ms: 300_000 } as const;
    const contract = JSON.stringify({ every, graceMs: 0, group: null, from: { every: 'databases.json of web1' } });
    await app.history.em.fork().nativeUpdate(WatchedDatabase, { databaseName: 'pt_xyz' }, { contract });
    const kinds = async () => (await plan()).document.summaries.flatMap(({ waits }) => waits.map(({ kind }) => kind));
    expect(await kinds()).to.include('pushed_out');
    const own = { every, graceMs: undefined, group: undefined, retention: undefined };
    configuration = { ...configuration, databases: { pt_xyz: own } };
    expect(await kinds()).to.not.include('pushed_out');
  });

  it('takes back what an earlier plan lets go and the rules of now keep', async () => {
    await apply((await plan()).id);
    configuration = retentionConfiguration({ last: 7 });
    await runJob();
    expect(await going()).to.deep.equal(nights(1, 2));
    expect(await mayGo(LATER)({ id: ids[1]!, database: 'pt_xyz' })).to.include('late');
  });

  it('has a plan wait again after its policy was changed, also after a restart', async () => {
    await apply((await plan()).id);
    configuration = retentionConfiguration({ last: 4 });
    const { id, document } = await plan();
    expect(document.summaries[0]!.waits.map(({ kind }) => kind)).to.deep.equal(['policy_changed']);
    expect(await mayGo(NOW)({ id: ids[1]!, database: 'pt_xyz' })).to.equal('its policy is new or was changed');
    await apply(id);
    expect(await mayGo(NOW)({ id: ids[5]!, database: 'pt_xyz' })).to.equal(true);
    expect(await mayGo(NOW)({ id: ids[6]!, database: 'pt_xyz' })).to.match(/^kept: among the newest/);
  });
});
