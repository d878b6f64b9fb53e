import { expect } from 'chai';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleEntry, sampleFailure, sampleOutcome, sampleRun } from '../../testing/service/sample-runs.ts';
import type { Scope } from '../auth/scope.ts';
import { insertRows } from '../history/insert-rows.ts';
import { receiveRun } from './receive-run.ts';
import { countScannedRosters, scanRosters } from './scan-rosters.ts';
import { countsOfRuns, endForReader, lastAttempts, outcomesOfRun, signalForReader } from './search-outcomes.ts';
import { countRosters, searchRosters } from './search-rosters.ts';
import { countRuns, type RunSearch, runsById, searchRuns } from './search-runs.ts';

const ALL: Scope = ['*'];
const AT = Date.UTC(2026, 10, 24, 1, 30);

describeOnAnyStore('lists of runs and rosters', store => {
  let app: RunningApp;
  /** Paid for so far. */
  let paid = 0;
  const budget = {
    take(rows: number) {
      paid += rows;
    },
  };

  before(async () => {
    app = await runApp(store);
    // 12 runs, two at each moment; each third one failed for b.
    for (let i = 0; i < 12; i++) {
      const time = new Date(AT + Math.floor(i / 2) * 60_000).toISOString();
      const isBad = i % 3 === 0;
      const report = sampleRun([], {
        ...{ source: `s${i % 2}`, host: 'h', started_at: time, ended_at: time, exit_code: isBad ? 1 : 0 },
        roster: ['acme_a', 'b'].map(database => sampleEntry(database)),
        outcomes: [
          sampleOutcome('acme_a', { started_at: time, ended_at: time }),
          ...(isBad ? [sampleFailure('b', { started_at: time, ended_at: time })] : []),
        ],
      });
      await receiveRun(
        { em: app.history.em.fork(), scope: ALL },
        { report, json: JSON.stringify(report) },
        { receivedAt: new Date(AT + 3_600_000), reportedBy: 'test' },
      );
    }
  });
  after(() => app[Symbol.asyncDispose]());

  const reading = (scope: Scope) => ({ em: app.history.em.fork(), scope, budget });

  /** @returns the ids of all pages, each of that size */
  async function paged(scope: Scope, search: RunSearch, limit: number): Promise<number[]> {
    const ids: number[] = [];
    for (let after: { startedAt: Date; id: number } | undefined; ; ) {
      const page = await searchRuns(reading(scope), search, { limit, after });
      ids.push(...page.map(({ id }) => id));
      after = page.at(-1);
      if (page.length < limit) return ids;
    }
  }

  it('pages of any size have each run once, newest first, under each filter', async () => {
    const all = await paged(ALL, {}, 100);
    expect(all).to.have.length(12);
    expect(all).to.deep.equal([...all].sort((a, b) => b - a));
    for (const limit of [1, 5, 12]) expect(await paged(ALL, {}, limit)).to.deep.equal(all);
    expect(await paged(ALL, { source: 's1' }, 4)).to.have.length(6);
    expect(await paged(ALL, { outcome: 'some_failed', host: 'h' }, 3)).to.have.length(4);
    expect(await paged(ALL, { source: 's1 ' }, 3)).to.deep.equal([]);
    expect(await countRuns(reading(ALL), { outcome: 'ok' })).to.equal(8);
  });

  it('a token with a scope sees the runs that were about its databases, and of these its own alone', async () => {
    const seen = await paged(['b'], {}, 3);
    expect(seen).to.deep.equal(await paged(ALL, { outcome: 'some_failed' }, 100));
    expect(await countRuns(reading(['b']), {})).to.equal(4);
    expect(await countRuns(reading(['acme_*']), {})).to.equal(12);
    expect(await paged(['other'], {}, 3)).to.deep.equal([]);
    paid = 0;
    await searchRuns(reading(['other']), {}, { limit: 3 });
    expect(paid).to.be.greaterThan(0);
    const [run] = await searchRuns(reading(['b']), {}, { limit: 1 });
    expect((await outcomesOfRun(reading(['b']), run!.id, { limit: 9 })).map(o => o.databaseName)).to.deep.equal(['b']);
    const none = { complete: 0, incomplete: 0, not_done: 0 };
    expect(await countsOfRuns(reading(['b']), [run!])).to.deep.equal([{ ...none, failed: 1 }]);
    expect(await countsOfRuns(reading(ALL), [run!])).to.deep.equal([{ ...none, complete: 1, failed: 1 }]);
    const ok = await paged(ALL, { outcome: 'ok' }, 1);
    expect([...(await runsById(reading(['b']), [run!.id, ok[0]!])).keys()]).to.deep.equal([run!.id]);
  });

  it('such a token sees how its own databases ended, and finds runs by that: one of another client failed', async () => {
    const ends = { all: ALL, acme: ['acme_*'], b: ['b'] } as const;
    const found: Record<string, unknown> = {};
    for (const [name, scope] of Object.entries(ends)) {
      const ok = await paged(scope, { outcome: 'ok' }, 5);
      const failed = [await countRuns(reading(scope), { outcome: 'some_failed' })];
      found[name] = [ok.length, ...failed, await countRuns(reading(scope), { outcome: 'none_succeeded' })];
    }
    expect(found).to.deep.equal({ all: [8, 4, 0], acme: [12, 0, 0], b: [0, 0, 4] });
    const [run] = await searchRuns(reading(['b']), {}, { limit: 1 });
    const lost = { complete: 2, incomplete: 0, failed: 0, not_done: 0, shrunk: 1 };
    expect(endForReader(run!, lost, { scope: ['b'] }), 'what has lost much is no success').to.equal('some_failed');
    const done = { complete: 2, incomplete: 0, failed: 0, not_done: 0 };
    const cut = { ...run!, outcome: 'interrupted', interruptedBy: 'SIGTERM' } as const;
    for (const [counts, scope, end, signal] of [
      [done, ['b'], 'ok', null],
      [{ ...done, failed: 1 }, ['b'], 'some_failed', null],
      [{ ...done, not_done: 1 }, ['b'], 'interrupted', 'SIGTERM'],
      [done, ALL, 'interrupted', 'SIGTERM'],
    ] as const) {
      expect(endForReader(cut, counts, { scope })).to.equal(end);
      expect(signalForReader(cut, counts, { scope })).to.equal(signal);
    }
    expect(endForReader({ ...cut, outcome: 'broken' }, done, { scope: ['b'] })).to.equal('ok');
  });

  it('outcomes of a run are listed by name, and by state', async () => {
    const [run] = await searchRuns(reading(ALL), { outcome: 'some_failed' }, { limit: 1 });
    const names = async (states?: ['failed'] | []) =>
      (await outcomesOfRun(reading(ALL), run!.id, { limit: 9, states })).map(({ databaseName }) => databaseName);
    expect(await names()).to.deep.equal(['acme_a', 'b']);
    expect(await names(['failed'])).to.deep.equal(['b']);
    expect(await names([])).to.deep.equal([]);
    expect(await outcomesOfRun(reading(ALL), run!.id, { limit: 1 })).to.have.length(1);
  });

  it('the last attempt of a database is the newest of all its runs, and no zip of an earlier one', async () => {
    const time = new Date(AT + 1_800_000).toISOString();
    const leftover = sampleOutcome('b', { leftover: true, started_at: time, ended_at: time });
    const report = sampleRun(['acme_a'], { source: 'left', outcomes: [sampleOutcome('acme_a'), leftover] });
    await receiveRun(
      reading(ALL),
      { report, json: '{}' },
      { receivedAt: new Date(AT + 3_600_000), reportedBy: 'test' },
    );
    const [a, b, never] = await lastAttempts(reading(ALL), ['acme_a', 'b', 'never']);
    expect(a).to.include({ state: 'complete' });
    expect(a!.endedAt).to.deep.equal(new Date(AT + 5 * 60_000));
    expect(b).to.include({ state: 'failed', isLeftover: 0 });
    expect(never).to.equal(null);
  });

  it('pages of rosters have each entry in scope once, by the name of its database', async () => {
    const all = await searchRosters(reading(ALL), {}, { limit: 100 });
    const names = all.map(({ databaseName, source }) => `${databaseName} ${source}`);
    expect(names).to.deep.equal(['acme_a s0', 'acme_a s1', 'acme_a left', 'b s0', 'b s1']);
    const rest = await searchRosters(reading(ALL), {}, { limit: 100, after: all[1] });
    expect(rest).to.deep.equal(all.slice(2));
    expect(await searchRosters(reading(['acme_*']), { source: 's0' }, { limit: 9 })).to.have.length(1);
    expect(await countRosters(reading(['b']), {})).to.equal(2);
    expect(await countRosters(reading(ALL), { isGone: true })).to.equal(0);
    expect(await countRosters(reading(ALL), { database: 'b', isGone: false })).to.equal(2);
  });

  it('pay for the entries of rosters that are looked at, window by window, and find the same in them', async () => {
    const em = app.history.em.fork();
    const [first, last] = [new Date(AT), new Date(AT + 1)];
    const entry = { shard: '', list: 'many', part: '', every: null, grace: null, group_name: null, gone_at: null };
    const rows = Array.from({ length: 4_500 }, (_, i) => ({
      ...{ ...entry, source: `host_${i % 7}`, database_name: `m_${String(i).padStart(4, '0')}` },
      ...{ first_seen_at: first, last_seen_at: last, gone_at: i % 1_500 === 0 ? last : null },
    }));
    for (let i = 0; i < rows.length; i += 500) await insertRows(em, 'roster_entries', rows.slice(i, i + 500) as never);
    const pay = async <T>(work: () => Promise<T>) => {
      const before = paid;
      return { found: await work(), cost: paid - before };
    };
    const page = await pay(() => scanRosters(reading(ALL), { isGone: true }, { limit: 100 }));
    expect(page.found.map(({ databaseName }) => databaseName)).to.deep.equal(['m_0000', 'm_1500', 'm_3000']);
    expect(page.cost, 'three windows').to.equal(600);
    const rest = await scanRosters(reading(ALL), { isGone: true }, { limit: 1, after: page.found[1]! });
    expect(rest.map(({ databaseName }) => databaseName)).to.deep.equal(['m_3000']);
    expect(await pay(() => scanRosters(reading(ALL), {}, { limit: 10 }))).to.deep.include({ cost: 0 });
    expect(await pay(() => countScannedRosters(reading(ALL), {}))).to.deep.equal({ found: 4_505, cost: 400 });
    const ofSource = await pay(() => countScannedRosters(reading(ALL), { source: 'host_1' }));
    expect(ofSource).to.deep.equal({ found: 643, cost: 600 });
    expect(await pay(() => countScannedRosters(reading(['acme_*']), {}))).to.deep.equal({ found: 3, cost: 200 });
    expect((await pay(() => countRuns(reading(ALL), {}))).cost).to.equal(400);
    await em.execute("delete from roster_entries where list = 'many'");
  });
});
