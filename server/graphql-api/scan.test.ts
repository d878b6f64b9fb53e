import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect } from 'chai';
import fc from 'fast-check';
import { fillHistory } from '../../bench/history/fill-history.ts';
import { databaseName, lastDay } from '../../bench/history/history-rows.ts';
import type { StoredState } from '../../protocol/responses.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { graphql } from '../../testing/service/requests.ts';
import { describeOnAnyStore, runApp } from '../../testing/service/running-app.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { countScanned, scanBackups } from '../backups/queries/scan-backups.ts';
import { type BackupSearch, countBackups, searchBackups } from '../backups/queries/search-backups.ts';
import { countScannedDatabases, scanDatabases } from '../databases/scan-databases.ts';
import { countDatabases, type DatabaseSearch, searchDatabases } from '../databases/search-databases.ts';
import { MAX_ROWS, RowBudget } from '../graphql/row-budget.ts';
import { type Orm, openHistory } from '../history/orm.ts';

const SIZE = { databases: 1100, days: 22 };
const DAY_MS = 86_400_000;

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const states = fc.uniqueArray(fc.constantFrom<StoredState>('complete', 'incomplete', 'unverified', 'damaged'), {
  maxLength: 4,
});
const instant = fc.integer({ min: 0, max: SIZE.days + 1 }).map(day => new Date((lastDay() - day) * DAY_MS));
const size = fc.integer({ min: 18, max: 32 }).map(power => 2 ** power);
const database = fc.integer({ min: 0, max: SIZE.databases }).map(databaseName);
const fileName = fc
  .integer({ min: 0, max: SIZE.days })
  .chain(day =>
    fc.constantFrom('mysql-', `mysql-${new Date((lastDay() - day) * DAY_MS).toISOString().slice(0, 10)}`, 'x'),
  );

const anySearch: fc.Arbitrary<BackupSearch> = fc.record({
  databaseName: maybe(database),
  states: maybe(states),
  takenFrom: maybe(instant),
  takenBefore: maybe(instant),
  minSize: maybe(size),
  maxSize: maybe(size),
  fileName: maybe(fileName),
});
/** Of which no part leaves few: they go through several windows. */
const broadSearch: fc.Arbitrary<BackupSearch> = fc.record({
  states: maybe(states),
  minSize: fc.constantFrom(1, 2 ** 20),
  maxSize: maybe(fc.constant(2 ** 33)),
});
const direction = fc.constantFrom('asc' as const, 'desc' as const);

describeOnAnyStore('lists and counts that go through an index in pieces', store => {
  let folder: string;
  let url: string;
  let history: Orm;
  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(join(tmpdir(), 'lumbung-scan-'));
    url = await store.url(folder);
    await fillHistory(url, SIZE, new AbortController().signal);
    history = await openHistory(url);
  });
  after(async () => {
    await history.close(true);
    await rm(folder, { recursive: true });
  });

  it('have the backups that one statement finds, page by page', async () => {
    const order = fc.record({ by: fc.constantFrom('takenAt' as const, 'size' as const), direction });
    const limit = fc.constantFrom(1, 7, 300);
    await fc.assert(
      fc.asyncProperty(fc.oneof(anySearch, broadSearch), order, limit, async (search, order, limit) => {
        const em = history.em.fork();
        const all = await searchBackups({ em, scope: EVERYTHING }, search, { order, limit: 3 * limit });
        let after: (typeof all)[number] | undefined;
        for (let page = 0; page < 3; page++) {
          const found = await scanBackups({ em, scope: EVERYTHING, budget: new RowBudget() }, search, {
            order,
            limit,
            after,
          });
          expect(found.map(({ id }) => id)).to.deep.equal(
            all.slice(page * limit, (page + 1) * limit).map(({ id }) => id),
          );
          after = found.at(-1);
          if (!after) break;
        }
        expect(await countScanned({ em, scope: EVERYTHING, budget: new RowBudget() }, search)).to.equal(
          await countBackups({ em, scope: EVERYTHING }, search),
        );
      }),
      { numRuns: 60 },
    );
  }).timeout(120_000);

  it('have the databases that one statement finds', async () => {
    const search: fc.Arbitrary<DatabaseSearch> = fc.record({
      search: maybe(fc.constantFrom('9', 'client_', '1', 'x')),
      states: maybe(states),
      noCompleteSince: maybe(instant),
    });
    const by = fc.constantFrom('name' as const, 'latest' as const, 'latestComplete' as const, 'size' as const);
    await fc.assert(
      fc.asyncProperty(search, fc.record({ by, direction }), async (search, order) => {
        const em = history.em.fork();
        const all = await searchDatabases({ em, scope: EVERYTHING }, search, { order, limit: 900 });
        const parts = { em, scope: EVERYTHING, budget: new RowBudget() };
        const first = await scanDatabases(parts, search, { order, limit: 450 });
        const rest = await scanDatabases(parts, search, { order, limit: 450, after: first.at(-1) });
        const names = first.length < 450 ? first : [...first, ...rest];
        expect(names.map(({ name }) => name)).to.deep.equal(all.map(({ name }) => name));
        expect(await countScannedDatabases(parts, search)).to.equal(
          await countDatabases({ em, scope: EVERYTHING }, search),
        );
      }),
      { numRuns: 25 },
    );
  }).timeout(120_000);

  it('limit the entries that one statement reads', async () => {
    const em = history.em.fork();
    const statements = await queriesOf(history, async () => {
      await countScanned(
        { em, scope: EVERYTHING, budget: new RowBudget() },
        { minSize: 1, states: ['complete', 'damaged'] },
      );
    });
    // Each part alone leaves many; then two windows of at most 20,000 of the 24,200 backups.
    expect(statements.filter(sql => /count\(\*\).*backups_by_time/.test(sql))).to.have.length(2);
    expect(statements.filter(sql => /offset 19999/.test(sql))).to.have.length(2);
  });

  it('are refused when they would read more rows than a request may', async () => {
    await using app = await runApp({ name: store.name, url: async () => url });
    const counts = (count: number) =>
      `{ ${Array.from({ length: count }, (_, i) => `a${i}: backups(filter: { minSize: ${i + 1}, states: [complete, damaged] }) { totalCount }`).join(' ')} backups(first: 1000) { nodes { id } } }`;
    expect((await graphql(app.url, counts(5))).json.errors).to.equal(undefined);
    const { json } = await graphql(app.url, counts(20));
    expect(json.errors[0].extensions.code).to.equal('QUERY_TOO_LARGE');
    expect(json.errors[0].message).to.contain(`more than ${MAX_ROWS} rows`);
  }).timeout(60_000);

  it('let other requests be answered meanwhile', async () => {
    await using app = await runApp({ name: store.name, url: async () => url });
    const counts = Array.from(
      { length: 6 },
      (_, i) => `a${i}: backups(filter: { minSize: ${i + 1}, states: [complete, damaged] }) { totalCount }`,
    );
    const query = `{ ${counts.join(' ')} databases(first: 500) { nodes { days(last: 5) { day backups bytes } backups(first: 5) { nodes { id fileName } } } } }`;
    // CPU time and not the clock's, so that nothing else on the machine counts.
    const turns = await cpuOfTurns(() =>
      graphql(app.url, query).then(answer => {
        expect(answer.json.errors).to.equal(undefined);
      }),
    );
    const whole = turns.reduce((sum, turn) => sum + turn, 0);
    const longest = turns.reduce((most, turn) => Math.max(most, turn), 0);
    expect(longest / whole, `the longest of ${turns.length} turns`).to.be.lessThan(0.5);
  }).timeout(60_000);
});

/** @returns the CPU time of each turn of the event loop while that is under way */
async function cpuOfTurns(work: () => Promise<unknown>): Promise<number[]> {
  const spent = () => {
    const { user, system } = process.threadCpuUsage();
    return user + system;
  };
  const turns: number[] = [];
  let isOver = false;
  let last = spent();
  const watch = () => {
    const now = spent();
    turns.push(now - last);
    last = now;
    if (!isOver) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  isOver = true;
  return turns;
}
