import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { CompiledQuery } from 'kysely';
import { finding } from '../../protocol/finding.ts';
import { brokenManager } from '../../testing/history/broken-store.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { graphql, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { scrubbed } from '../../testing/service/scrubbing.ts';
import { sampleManifest } from '../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';
import { DailyTotals } from './daily-totals.ts';

const DAY_MS = 86_400_000;
const FIELDS = 'day backups bytes dumpBytes complete incomplete unverified damaged failures';

describeOnAnyStore('statistics', store => {
  let app: RunningApp;
  beforeEach(async function () {
    // No test may begin on one day and end on the next.
    const left = DAY_MS - (Date.now() % DAY_MS);
    this.timeout(60_000);
    if (left < 30_000) await sleep(left);
    app = await runApp(store);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  /** @returns an instant of a day so many days ago */
  const ago = (days: number, time = '12:00:00') => `${isoDay(days)}T${time}Z`;
  const isoDay = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
  const ask = async (days = 4) => {
    const { json, text } = await graphql(
      app.url,
      `{ statistics(days: ${days}) { databases backups bytes damaged days { ${FIELDS} } } }`,
    );
    expect(json.errors, text).to.equal(undefined);
    return json.data.statistics;
  };
  async function keep(
    database: string,
    daysAgo: number,
    state: string,
    time?: string,
  ): Promise<SampleZip & { id: number }> {
    const zip = sampleZip({ database, takenAt: ago(daysAgo, time) });
    const findings = state === 'incomplete' ? [finding('RIGHTS_UNKNOWN', 'it is not known')] : [];
    const { json } = await upload(app.url, zip, {
      manifest: state === 'unverified' ? undefined : sampleManifest(zip, { findings }),
    });
    return { ...zip, id: json.data.id };
  }

  it('are zero at first, with every day listed', async () => {
    const { days, ...all } = await ask(3);
    expect(all).to.deep.equal({ databases: 0, backups: 0, bytes: 0, damaged: 0 });
    expect(days.map(({ day }: { day: string }) => day)).to.deep.equal([isoDay(2), isoDay(1), isoDay(0)]);
    for (const { day: _, ...figures } of days)
      expect(Object.values(figures)).to.deep.equal(Array.from({ length: 8 }, () => 0));
  });

  it('count the backups of each day by state, and the databases without a complete one', async () => {
    const zips = [
      await keep('a', 2, 'complete', '00:00:00'),
      await keep('a', 2, 'complete', '23:59:59'),
      await keep('b', 2, 'incomplete'),
      await keep('a', 1, 'unverified'),
      await keep('b', 1, 'complete'),
      await keep('c', 1, 'complete'),
      await keep('c', 0, 'complete', '00:00:00'),
    ];
    const bytes = (indexes: number[]) => indexes.reduce((sum, at) => sum + zips[at]!.bytes.length, 0);
    const dump = zips[0]!.dump.size;
    const { days, ...all } = await ask();
    expect(all).to.deep.equal({ databases: 3, backups: 7, bytes: bytes([0, 1, 2, 3, 4, 5, 6]), damaged: 0 });
    const none = {
      backups: 0,
      bytes: 0,
      dumpBytes: 0,
      complete: 0,
      incomplete: 0,
      unverified: 0,
      damaged: 0,
      failures: 0,
    };
    expect(days).to.deep.equal([
      { ...none, day: isoDay(3) },
      {
        ...none,
        day: isoDay(2),
        backups: 3,
        bytes: bytes([0, 1, 2]),
        dumpBytes: 3 * dump,
        complete: 2,
        incomplete: 1,
        failures: 1,
      },
      {
        ...none,
        day: isoDay(1),
        backups: 3,
        bytes: bytes([3, 4, 5]),
        dumpBytes: 3 * dump,
        complete: 2,
        unverified: 1,
        failures: 1,
      },
      { ...none, day: isoDay(0), backups: 1, bytes: bytes([6]), dumpBytes: dump, complete: 1, failures: 2 },
    ]);
  });

  it('include a new backup at once, also one of a day long ago', async () => {
    await keep('a', 1, 'complete');
    expect((await ask()).days.map(({ backups }: { backups: number }) => backups)).to.deep.equal([0, 0, 1, 0]);
    await keep('a', 0, 'complete', '00:00:00');
    await keep('b', 3, 'incomplete');
    const { days, databases } = await ask();
    expect(days.map(({ backups }: { backups: number }) => backups)).to.deep.equal([1, 0, 1, 1]);
    expect(days.map(({ failures }: { failures: number }) => failures)).to.deep.equal([1, 1, 1, 1]);
    expect(databases).to.equal(2);
  });

  it('include a damaged file at once, and one that is sound again', async () => {
    const zip = await keep('a', 1, 'complete');
    expect((await ask()).days[2]).to.deep.include({ complete: 1, damaged: 0, failures: 0 });
    const address = { database: 'a', fileName: zip.fileName };
    await rot(app, address);
    await scrubbed(app.url, '?all=true');
    const rotten = await ask();
    expect(rotten.damaged).to.equal(1);
    expect(rotten.days[2]).to.deep.include({ complete: 0, damaged: 1, failures: 1 });
    expect((await upload(app.url, zip, { manifest: sampleManifest(zip) })).status).to.equal(200);
    expect((await ask()).days[2]).to.deep.include({ complete: 1, damaged: 0, failures: 0 });
  });

  it('read again only the days that have changed', async () => {
    for (const days of [3, 2, 1]) await keep('a', days, 'complete');
    await ask();
    const again = await queriesOf(app.history, () => ask());
    expect(again.filter(query => query.includes('dumpBytes'))).to.deep.equal([]);
    await keep('b', 2, 'complete');
    const events = await queriesOf(app.history, () => ask());
    const read = events.filter(query => query.includes('dumpBytes'));
    expect(read).to.have.length(1);
    expect(read[0]).to.match(/`sorted_at` >= \S+.* and `b`.`sorted_at` < /);
  });

  it('miss no backup that is committed while they are read', async () => {
    await keep('a', 1, 'complete');
    const totals = new DailyTotals(app.events);
    const em = app.history.em.fork();
    const store = em.getKysely();
    let hasCome = false;
    const executeQuery = async (query: CompiledQuery) => {
      const result = await store.executeQuery(query);
      if (!hasCome) await keep('a', 1, 'complete');
      hasCome = true;
      return result;
    };
    em.getKysely = (() => ({ executeQuery })) as never;
    const sum = (days: ReadonlyMap<number, { backups: number }>) =>
      [...days.values()].reduce((sum, { backups }) => sum + backups, 0);
    await totals.read(em);
    expect(sum((await totals.read(em)).byDay)).to.equal(2);
  });

  it('read everything again after the history could not be reached', async () => {
    await keep('a', 1, 'complete');
    const totals = new DailyTotals(app.events);
    const em = app.history.em.fork();
    await totals.read(em);
    await keep('a', 1, 'complete');
    const broken = brokenManager(app.history.em.fork(), new Error('gone'));
    const failed = await Promise.allSettled([totals.read(broken), totals.read(broken)]);
    expect(failed.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    const { byDay } = await totals.read(em);
    expect([...byDay.values()].map(({ backups }) => backups)).to.deep.equal([2]);
  });

  it('of one database are the same as those of all when it is the only one', async () => {
    await keep('a', 3, 'complete');
    await keep('a', 1, 'incomplete');
    await keep('a', 1, 'unverified');
    const { json } = await graphql(
      app.url,
      `{ statistics(days: 5) { days { ${FIELDS} } } database(name: "a") { days(last: 5) { ${FIELDS} } } }`,
    );
    expect(json.data.database.days).to.deep.equal(json.data.statistics.days);
    expect(json.data.database.days.map(({ failures }: { failures: number }) => failures)).to.deep.equal([
      0, 0, 1, 1, 1,
    ]);
  });
});

async function rot(app: RunningApp, { database, fileName }: { database: string; fileName: string }): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  await writeFile(`${app.storageDir}/${database}/${fileName}`, 'rotten');
  expect(await app.history.em.fork().count(Backup, { fileName })).to.equal(1);
}
