import { expect } from 'chai';
import { contractConfiguration, DAY, HOUR, MINUTE } from '../../testing/freshness/contracts.ts';
import { addBackup, addToRoster } from '../../testing/freshness/watched-history.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { StateChange } from '../entities/freshness/state-change.entity.ts';
import { insertRows } from '../history/insert-rows.ts';
import { evaluateFreshness } from './evaluate-freshness.ts';
import { formatWatches, WATCHES } from './kept-watches.ts';
import { searchChanges } from './search-changes.ts';
import { searchWatched } from './search-watched.ts';

const START = new Date('2026-03-01T02:00:00Z');
const later = (ms: number) => new Date(START.getTime() + ms);

describeOnAnyStore('the evaluation of all databases', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const table of ['watched_databases', 'state_changes', 'roster_entries', 'backups', '`databases`'])
      await app.history.em.fork().execute(`delete from ${table}`);
    await app.storage.changeText(WATCHES, () => formatWatches(new Map()));
  });

  const evaluate = (now: Date, configuration = contractConfiguration()) =>
    evaluateFreshness({ em: app.history.em.fork(), storage: app.storage, configuration, now });

  async function states(): Promise<Record<string, string>> {
    const rows = await searchWatched({ em: app.history.em.fork(), scope: EVERYTHING }, {}, { limit: 5_000 });
    return Object.fromEntries(rows.map(({ database_name, state }) => [database_name, state]));
  }

  /** Oldest first, such as `ok > late`. */
  async function changesOf(database: string): Promise<string[]> {
    const reading = { em: app.history.em.fork(), scope: EVERYTHING };
    const changes = await searchChanges(reading, { database }, { limit: 100 });
    return changes.map(({ fromState, toState }) => `${fromState ?? 'nothing'} > ${toState}`).toReversed();
  }

  it('finds a silent night, and each transition is one row', async () => {
    await addToRoster(app.history, ['pt_abc', 'pt_xyz', 'never_made'], { at: START });
    for (const database of ['pt_abc', 'pt_xyz', 'of_a_script'])
      await addBackup(app.history, { database, receivedAt: START });
    await addBackup(app.history, { database: 'never_made', receivedAt: later(HOUR), state: 'incomplete' });
    await addBackup(app.history, { database: 'pt_xyz', receivedAt: later(DAY), state: 'incomplete' });
    await addBackup(app.history, { database: 'pt_xyz', receivedAt: later(DAY), madeFor: 'restore' });
    await addBackup(app.history, { database: 'pt_xyz', receivedAt: later(DAY), damage: 'the stored file is gone' });
    await addBackup(app.history, { database: 'pt_abc', receivedAt: later(DAY) });
    expect(await evaluate(later(MINUTE))).to.include({ databases: 4, transitions: 4 });
    await evaluate(later(26 * HOUR));
    expect(await states()).to.deep.equal({ never_made: 'never', of_a_script: 'late', pt_abc: 'ok', pt_xyz: 'late' });
    await evaluate(later(51 * HOUR));
    expect(await states()).to.deep.equal({
      ...{ never_made: 'never', of_a_script: 'critical', pt_abc: 'late', pt_xyz: 'critical' },
    });
    await addBackup(app.history, { database: 'pt_xyz', receivedAt: later(52 * HOUR) });
    await evaluate(later(52 * HOUR));
    expect(await changesOf('pt_xyz')).to.deep.equal(['nothing > ok', 'ok > late', 'late > critical', 'critical > ok']);
    expect(await changesOf('never_made')).to.deep.equal(['nothing > new', 'new > never']);
  });

  it('writes nothing where nothing has changed, and asks no more for it than a few statements', async () => {
    await addToRoster(app.history, ['a', 'b', 'c'], { at: START, every: 'cron 0 2 * * * Europe/Warsaw', grace: '90m' });
    for (const database of ['a', 'b']) await addBackup(app.history, { database, receivedAt: START });
    expect(await evaluate(later(MINUTE))).to.include({ written: 3, transitions: 3 });
    const queries = await queriesOf(app.history, async () => {
      expect(await evaluate(later(2 * MINUTE))).to.deep.equal({ databases: 3, written: 0, transitions: 0 });
    });
    expect(queries).to.have.length(7);
    for (const query of queries) expect(query).to.match(/^select .*(?:limit|<= '[a-c]')/s);
    await addBackup(app.history, { database: 'a', receivedAt: later(DAY) });
    expect(await evaluate(later(DAY))).to.deep.equal({ databases: 3, written: 1, transitions: 0 });
  });

  it('keeps a change of a state for 400 days, and forgets a thousand at a time', async () => {
    const change = { database_name: 'pt_xyz', from_state: 'ok', to_state: 'late', why: 'x' } as const;
    const changes = Array.from({ length: 1_001 }, (_, at) => ({ ...change, at: later(at) }));
    await insertRows(app.history.em.fork(), 'state_changes', [...changes, { ...change, at: later(2_000) }] as never);
    const kept = async (now: Date) => {
      await addBackup(app.history, { database: `of_${now.getTime()}`, receivedAt: now });
      await evaluate(now);
      return app.history.em.fork().count(StateChange, { databaseName: 'pt_xyz' });
    };
    expect(await kept(later(400 * DAY))).to.equal(1_002);
    expect(await kept(later(400 * DAY + 2_000))).to.equal(2);
    expect(await kept(later(400 * DAY + 1_999))).to.equal(1);
    expect(await kept(later(400 * DAY + 2_001))).to.equal(0);
  });

  it('follows a contract that has changed, at once', async () => {
    await addBackup(app.history, { database: 'pt_xyz', receivedAt: START });
    await evaluate(later(20 * HOUR));
    const hourly = { every: { kind: 'interval', ms: HOUR }, graceMs: HOUR } as const;
    const groups = { acme: { databases: ['pt_*'], ...hourly, retention: undefined, digest: undefined } };
    await evaluate(later(20 * HOUR), contractConfiguration({ groups }));
    expect(await states()).to.deep.equal({ pt_xyz: 'critical' });
    await evaluate(later(21 * HOUR));
    expect(await states()).to.deep.equal({ pt_xyz: 'ok' });
  });

  it('looks at all databases, page by page, in the order of both stores', async function () {
    this.timeout(60_000);
    const odd = ['Shop', 'shop', 'śklep', '\u{1f408}', '\u{ff5e}', 'a b', '!'];
    const names = [...odd, ...Array.from({ length: 520 }, (_, at) => `db_${at}`)];
    await addToRoster(app.history, names, { at: START });
    await addBackup(app.history, { database: 'zzz', receivedAt: START });
    expect(await evaluate(later(MINUTE))).to.deep.equal({ databases: 528, written: 528, transitions: 528 });
    expect(await evaluate(later(MINUTE))).to.deep.equal({ databases: 528, written: 0, transitions: 0 });
    expect(await evaluate(later(26 * HOUR))).to.include({ transitions: 528 });
    expect(Object.keys(await states())).to.have.members([...names, 'zzz']);
  });

  it('by several at the same time writes each transition once', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `db_${at}`);
    await addToRoster(app.history, names, { at: START });
    for (const at of [0, 26 * HOUR, 27 * HOUR]) {
      const evaluations = await Promise.all([0, 1, 2, 3].map(ms => evaluate(later(at + ms))));
      expect(evaluations.reduce((sum, { transitions }) => sum + transitions, 0)).to.equal(at === 27 * HOUR ? 0 : 40);
    }
    for (const name of names) expect(await changesOf(name)).to.deep.equal(['nothing > new', 'new > never']);
  });

  it('goes by the list that had a database last, and drops one that is no longer on any list', async () => {
    await addToRoster(app.history, ['moved'], { at: START, source: 'old', every: '1h', gone_at: later(DAY) });
    await addToRoster(app.history, ['moved'], { at: later(HOUR), source: 'new', every: '48h' });
    await addToRoster(app.history, ['lost'], { at: START, gone_at: later(DAY) });
    await addBackup(app.history, { database: 'moved', receivedAt: later(DAY) });
    await addBackup(app.history, { database: 'lost', receivedAt: later(DAY - MINUTE) });
    await evaluate(later(DAY + 30 * HOUR));
    expect(await states()).to.deep.equal({ lost: 'dropped', moved: 'ok' });
    await addBackup(app.history, { database: 'lost', receivedAt: later(3 * DAY) });
    await evaluate(later(3 * DAY));
    expect(await changesOf('lost')).to.deep.equal(['nothing > dropped', 'dropped > ok']);
  });

  it('takes pauses from beside the storage, and from its rows while that cannot be read', async () => {
    await addToRoster(app.history, ['a', 'b'], { at: START });
    const who = { by: 'Ana', reason: 'moves' };
    const pause = { from: START, until: later(10 * DAY), ...who };
    const watches = new Map([
      ['a', { pause, retirement: null }],
      ['b', { pause: null, retirement: { at: START, ...who } }],
    ]);
    await app.storage.changeText(WATCHES, () => formatWatches(watches));
    await evaluate(later(3 * DAY));
    expect(await states()).to.deep.equal({ a: 'paused', b: 'retired' });
    const errors: unknown[] = [];
    const broken = { getText: async () => 'no JSON' };
    const log = { error: (...args: unknown[]) => errors.push(args) };
    const em = app.history.em.fork();
    const parts = { em, storage: broken, configuration: contractConfiguration(), log: log as never };
    expect(await evaluateFreshness({ ...parts, now: later(4 * DAY) })).to.include({ written: 0 });
    expect(errors).to.have.length(1);
    await evaluateFreshness({ ...parts, now: later(11 * DAY) });
    expect(await states()).to.deep.equal({ a: 'new', b: 'retired' });
  });
});
