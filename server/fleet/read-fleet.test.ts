import { expect } from 'chai';
import { CLIENTS, MORNING, makeBadMorning, night } from '../../testing/fleet/bad-morning.ts';
import { addBackup } from '../../testing/freshness/watched-history.ts';
import { fillReports } from '../../testing/history/filled-reports.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleFailure, sampleOutcome, sampleRun } from '../../testing/service/sample-runs.ts';
import { EVERYTHING, type Scope } from '../auth/scope.ts';
import { configurationOf } from '../configuration/reading/configuration-of.ts';
import { WatchedDatabase } from '../entities/freshness/watched-database.entity.ts';
import { Pin } from '../entities/pin.entity.ts';
import { receiveRun } from '../runs/receive-run.ts';
import { lastLocalDays } from './local-days.ts';
import { readDays } from './read-days.ts';
import { type Fleet, type FleetParts, type FleetQuestion, namesOf, readFleet } from './read-fleet.ts';

const DAY = 86_400_000;

describeOnAnyStore('the fleet of a bad morning', store => {
  let app: RunningApp;
  let ids: Map<string, number>;
  before(async () => {
    app = await runApp(store, { configuration: CLIENTS });
    ids = await makeBadMorning(app);
    const [times, databases] = [
      { started_at: night(0).toISOString(), ended_at: '2026-11-25T03:12:00.000Z' },
      ['acme_fine', 'beta_fine'],
    ];
    const outcomes = [...sampleRun(databases).outcomes, sampleFailure('beta_shop')].map(one => ({ ...one, ...times }));
    const report = { ...sampleRun([...databases, 'beta_shop'], { source: 'db8', exit_code: 1, ...times }), outcomes };
    const sent = await fetch(`${app.url}/-/runs`, {
      method: 'POST',
      body: JSON.stringify(report),
      headers: { 'content-type': 'application/json' },
    });
    expect(sent.status, await sent.text()).to.equal(201);
  });
  after(() => app[Symbol.asyncDispose]());

  function read(question: Partial<FleetQuestion> = {}, parts: Partial<FleetParts> = {}): Promise<Fleet> {
    const all = {
      em: app.history.em.fork(),
      scope: EVERYTHING,
      now: MORNING,
      zone: 'UTC',
      configuration: configurationOf(CLIENTS),
    };
    const facts = {
      space: async () => ({ free: 1000, total: 4000 }),
      bytesPerDay: async () => 24,
      channelStates: async () => [],
    };
    return readFleet({ ...all, ...facts, ...parts }, { search: {}, limit: 50, ...question });
  }

  const namesIn = ({ matrix }: Fleet) => matrix.groups.flatMap(({ rows }) => rows.map(({ database }) => database.name));
  const scoped = (scope: Scope) => read({}, { scope });

  it('is one sentence: how many have no complete backup, and what is instead', async () => {
    const { verdict } = await read();
    expect(verdict).to.deep.equal({
      ...{ databases: 7, without: 4, forgiven: 0, needing: 5, fine: 2, alsoOpen: 1, tone: 'critical', isNightly: true },
      standings: { nothing: 1, incomplete: 1, never: 1, dropped: 1, fine: 3, paused: 1 },
    });
  });

  it('has the causes as the messages put them together, each with what to do', async () => {
    const { causes } = await read();
    expect(causes.map(cause => `${cause.kind} ${namesOf(cause)}`)).to.deep.equal([
      ...['run_missing acme_erp,beta_shop', 'never listed_only', 'incomplete acme_erp', 'shrunk acme_lost'],
      'dropped dropped_one',
    ]);
    expect(causes.every(({ advice }) => advice.length > 0)).to.equal(true);
    expect(causes[0]!.severity).to.equal('critical');
  });

  it('lists databases by client, the worst first, and first the client that needs someone most', async () => {
    const { matrix } = await read();
    expect(
      matrix.groups.map(({ name, needing, fine, rows }) => [name, needing, fine, rows.map(row => row.database.name)]),
    ).to.deep.equal([
      ['beta', 1, 1, ['beta_shop', 'beta_fine']],
      ['acme', 2, 1, ['acme_erp', 'acme_lost', 'acme_fine']],
      [undefined, 2, 0, ['listed_only', 'dropped_one', 'paused_one']],
    ]);
  });

  it('shows 30 days of each, with the backup that each leads to', async () => {
    const { matrix, days } = await read();
    const rows = new Map(matrix.groups.flatMap(({ rows }) => rows.map(row => [row.database.name, row])));
    const last = (name: string) =>
      rows
        .get(name)!
        .cells.slice(-4)
        .map(({ result }) => result)
        .join(' ');
    expect(days).to.have.length(30);
    for (const { cells } of rows.values()) expect(cells).to.have.length(30);
    expect(last('acme_fine')).to.equal('complete complete complete complete');
    expect(last('acme_erp')).to.equal('complete complete complete incomplete');
    expect(last('beta_shop')).to.equal('complete complete missing missing');
    expect(last('listed_only')).to.equal('none-due missing missing missing');
    expect(last('dropped_one')).to.equal('complete complete complete none-due');
    expect(last('paused_one')).to.equal('complete complete complete paused');
    expect(rows.get('acme_erp')!.cells.at(-1)!.backup!.id).to.equal(ids.get('acme_erp'));
    expect(rows.get('acme_fine')!.sizes).to.deep.equal([2_000_003, 2_000_002, 2_000_001, 2_000_000]);
    expect(rows.get('listed_only')!.sizes).to.deep.equal([]);
  });

  it('has the last run, the storage and the share that is proven beside it', async () => {
    const { facts } = await read();
    expect(facts.lastRun).to.deep.include({
      startedAt: night(0),
      endedAt: new Date('2026-11-25T03:12:00Z'),
      complete: 2,
      databases: 3,
    });
    expect(facts.storage).to.deep.equal({ free: 1000, total: 4000, fullInDays: 41 });
    expect(facts.proven).to.include({ databases: 7, proven: 0 });
    expect((await read({}, { space: () => Promise.reject(new Error('away')) })).facts.storage).to.equal('away');
    const channelStates = async () => [
      { name: 'mail', failingSince: MORNING, lastDeliveredAt: null },
      { name: 'chat', failingSince: null, lastDeliveredAt: MORNING },
      { name: 'phone', failingSince: null, lastDeliveredAt: null },
    ];
    expect((await read({}, { channelStates })).facts.channels).to.deep.equal({
      ...{ channels: 3, failing: ['mail'], untried: ['phone'] },
    });
  });

  it('shows a reader of some databases nothing of the others: no name, no number, no cause', async () => {
    const { verdict, facts, causes, matrix, groups } = await scoped(['beta_*']);
    expect(verdict).to.deep.include({ databases: 2, without: 1, standings: { nothing: 1, fine: 1 } });
    expect(facts.lastRun).to.include({ complete: 1, databases: 2 });
    expect(facts).to.include({ storage: undefined, channels: undefined });
    expect(facts.proven).to.include({ databases: 2 });
    expect(causes.flatMap(namesOf)).to.deep.equal(['beta_shop']);
    expect(matrix.groups.flatMap(({ rows }) => rows.map(row => row.database.name))).to.deep.equal([
      'beta_shop',
      'beta_fine',
    ]);
    expect(groups).to.deep.equal(['beta']);
    const nothing = await scoped(['other_*']);
    expect(nothing).to.deep.include({ causes: [], groups: [] });
    expect(nothing.verdict).to.include({ databases: 0, tone: 'empty' });
    expect(nothing.facts.lastRun).to.equal(undefined);
  });

  it('has only rows that need someone where that is asked for', async () => {
    const { matrix } = await read({ search: { isNeeding: true } });
    expect(matrix).to.include({ isNeeding: true, total: 5 });
    const well = await read({ search: { isNeeding: true } }, { scope: ['beta_fine'] });
    expect(namesIn(well), 'all, where all are well').to.deep.equal(['beta_fine']);
    expect(well.matrix.isNeeding).to.equal(false);
  });

  it('filters as GraphQL does', async () => {
    const found = async (search: FleetQuestion['search']) => namesIn(await read({ search })).sort();
    expect(await found({ search: 'ERP' })).to.deep.equal(['acme_erp']);
    expect(await found({ states: ['incomplete'] })).to.deep.equal(['acme_erp']);
    expect(await found({ watched: ['critical', 'never'] })).to.deep.equal(['beta_shop', 'listed_only']);
    expect(await found({ noCompleteSince: night(0) })).to.deep.equal([
      'acme_erp',
      'beta_shop',
      'dropped_one',
      'listed_only',
      'paused_one',
    ]);
    expect(await found({ hasUnacceptedLoss: true })).to.deep.equal(['acme_lost']);
    expect(await found({ group: 'beta' })).to.deep.equal(['beta_fine', 'beta_shop']);
    expect(await found({ group: '' })).to.deep.equal(['dropped_one', 'listed_only', 'paused_one']);
    await fillReports(app.history, [{ databaseName: 'acme_fine', backupId: ids.get('acme_fine')!, endedAt: MORNING }]);
    expect(await found({ notProvenSince: new Date(MORNING.getTime() - DAY) }))
      .to.have.length(7)
      .and.not.include('acme_fine');
  });

  it('marks what is pinned and what a drill has proven', async () => {
    const [pinned, drilled, released, over] = ['acme_lost', 'acme_fine', 'acme_erp', 'beta_fine'].map(
      name => ids.get(name)!,
    ) as [number, number, number, number];
    const pin = {
      kind: 'pin',
      reason: 'audit',
      madeBy: 'ani',
      madeAt: night(1),
      endsAt: null,
      releasedAt: null,
    } as const;
    const em = app.history.em.fork();
    await em.insert(Pin, { ...pin, backupId: pinned, releasedBy: null });
    await em.insert(Pin, { ...pin, backupId: released, releasedAt: night(0), releasedBy: 'ani' });
    await em.insert(Pin, { ...pin, backupId: over, endsAt: night(0), releasedBy: null });
    await fillReports(app.history, [{ databaseName: 'acme_fine', backupId: drilled, endedAt: MORNING }]);
    const { matrix } = await read();
    expect([...matrix.marks.pinned]).to.deep.equal([pinned]);
    expect([...matrix.marks.drilled]).to.deep.equal([[drilled, true]]);
    expect(matrix.groups[1]!.rows[2]!.drill).to.deep.equal({ at: MORNING, outcome: 'restorable' });
  });

  it('goes through all rows page by page, each once, in the same order', async () => {
    const all = namesIn(await read());
    const paged: string[] = [];
    for (let after: FleetQuestion['after'], pages = 0; pages === 0 || after; pages++) {
      const page = await read({ after, limit: 3 });
      paged.push(...namesIn(page));
      after = page.matrix.next;
    }
    expect(paged).to.deep.equal(all);
  });

  it('asks as many questions for eight databases as for two', async () => {
    const count = async (scope: Scope) => (await queriesOf(app.history, () => scoped(scope))).length;
    expect(await count(['acme_*', 'beta_*', 'd*', 'l*', 'p*'])).to.be.at.most(
      (await count(['acme_fine', 'beta_fine'])) + 1,
    );
  });

  it('shows a backup that came since the last evaluation, and a database that no one has evaluated yet', async () => {
    const now = new Date(MORNING.getTime() + 30_000);
    const id = await addBackup(app.history, { database: 'just_made', receivedAt: now });
    const { matrix } = await read({ search: { search: 'just_made' } }, { now });
    const [row] = matrix.groups[0]!.rows;
    expect(row).to.include({ standing: 'fine' });
    expect(row!.cells.at(-1)).to.include({ result: 'complete' });
    expect(row!.cells.at(-1)!.backup!.id).to.equal(id);
  });

  it('shows what is late by now, also when nothing was evaluated since', async () => {
    const { verdict, matrix } = await read(
      {},
      {
        ...{ now: new Date(MORNING.getTime() + DAY), scope: ['acme_*', 'beta_*'] },
      },
    );
    expect(verdict).to.deep.include({ databases: 5, without: 5, tone: 'critical' });
    const [row] = matrix.groups.flatMap(({ rows }) => rows).filter(({ database }) => database.name === 'beta_fine');
    expect(row).to.include({ standing: 'nothing', rank: 1 });
    expect(row!.cells.slice(-2).map(({ result }) => result)).to.deep.equal(['complete', 'missing']);
  });

  it('has nothing come on a day whose run failed as soon as its time is over, also where that is forgiven', async () => {
    const { matrix } = await read({ search: { search: 'dropped_one' } });
    const { database } = matrix.groups[0]!.rows[0]!;
    const today = async (failedAt: Date | undefined) => {
      const parts = { em: app.history.em.fork(), now: MORNING, days: lastLocalDays('UTC', MORNING, 30) };
      const [found] = await readDays(parts, [{ ...database, state: 'ok', failedAt }]);
      return found!.cells.at(-1)!.result;
    };
    expect([await today(undefined), await today(night(0))]).to.deep.equal(['none-due', 'missing']);
  });

  it('shows at once what a run has just reported as failed or incomplete, before it was evaluated', async () => {
    const minutesAgo = (n: number) => new Date(MORNING.getTime() - n * 60_000);
    const receivedAt = minutesAgo(1);
    for (const database of ['just_failed', 'just_incomplete'])
      await addBackup(app.history, { database, receivedAt: minutesAgo(1200) });
    await addBackup(app.history, { database: 'just_incomplete', receivedAt, state: 'incomplete' });
    await addBackup(app.history, { database: 'just_fixed', receivedAt: minutesAgo(30) });
    const ended = (minutes: number) => ({ ended_at: minutesAgo(minutes).toISOString() });
    const outcomes = [
      sampleFailure('just_failed', ended(1)),
      sampleOutcome('just_incomplete', { state: 'incomplete', ...ended(1) }),
      // A report that waited: since then a backup has come.
      sampleFailure('just_fixed', ended(1200)),
    ];
    const report = { ...sampleRun([], { source: 'just', exit_code: 1, ...ended(1) }), outcomes };
    await receiveRun(
      { em: app.history.em.fork(), scope: ['*'] },
      { report, json: JSON.stringify(report) },
      { receivedAt, reportedBy: 'test' },
    );
    const { verdict, causes, matrix } = await read({ limit: 50 }, { scope: ['just_failed', 'just_in*', 'just_fixed'] });
    expect(causes, 'nothing was evaluated').to.deep.equal([]);
    expect(verdict).to.deep.include({ without: 2, tone: 'warning' });
    const rows = matrix.groups.flatMap(({ rows }) => rows);
    expect(Object.fromEntries(rows.map(({ database, standing }) => [database.name, standing]))).to.deep.equal({
      ...{ just_failed: 'nothing', just_incomplete: 'incomplete', just_fixed: 'fine' },
    });
  });

  it('does not call well what is past its grace only because the service was off when it was due', async () => {
    const later = new Date(MORNING.getTime() + 3_600_000 * 24);
    const em = app.history.em.fork();
    // As the evaluation writes it after such a time.
    const forgiven = { lateAt: new Date(later.getTime() + 3_600_000), criticalAt: new Date(later.getTime() + DAY) };
    await em.nativeUpdate(WatchedDatabase, { databaseName: 'beta_fine' }, forgiven);
    const { verdict } = await read({}, { now: later, scope: ['beta_fine'] });
    expect(verdict).to.deep.include({ databases: 1, without: 0, forgiven: 1, tone: 'warning' });
  });

  it('finds the best of each day of a database with a backup each quarter of an hour', async () => {
    const begin = MORNING.getTime() - 2 * DAY;
    for (let at = begin; at < MORNING.getTime(); at += 900_000)
      await addBackup(app.history, {
        database: 'busy',
        receivedAt: new Date(at),
        state: at === begin ? 'complete' : 'incomplete',
      });
    const { matrix } = await read({ search: { search: 'busy' } });
    const cells = matrix.groups[0]!.rows[0]!.cells.slice(-4).map(({ result }) => result);
    expect(cells).to.deep.equal(['none-due', 'complete', 'incomplete', 'incomplete']);
  });

  it('shows many databases that no one has evaluated yet, among others that were', async () => {
    const now = new Date(MORNING.getTime() + 30_000);
    const names = Array.from({ length: 24 }, (_, at) => `${at % 2 === 0 ? 'aa' : 'zz'}_${at}`);
    for (const [at, database] of names.entries())
      await addBackup(app.history, { database, receivedAt: at < 2 ? night(3) : now });
    const { verdict, matrix } = await read({}, { now, scope: ['aa_*', 'zz_*', 'beta_fine'] });
    expect(verdict).to.deep.include({ databases: 25, without: 2, standings: { nothing: 2, fine: 23 } });
    expect(matrix.total).to.equal(25);
  });
});
