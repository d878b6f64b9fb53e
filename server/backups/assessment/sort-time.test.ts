import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { graphql, request, upload } from '../../../testing/service/requests.ts';
import { describeOnEachStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleManifest, table } from '../../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { Database } from '../../entities/database.entity.ts';
import { toStore } from '../../history/dialect.ts';
import { openHistory } from '../../history/orm.ts';
import { rebuildHistory } from '../recovery/rebuild.ts';
import { sortTime } from './sort-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString();

describe('sortTime', () => {
  const receivedAt = new Date('2026-11-28T01:00:00.789Z');
  const of = (takenAt: string) => sortTime({ takenAt: new Date(takenAt), receivedAt }).toISOString();

  it('is the time of the name up to fifteen minutes ahead of the receipt, and then the receipt, to the second', () => {
    expect(of('2026-11-28T01:15:00Z')).to.equal('2026-11-28T01:15:00.000Z');
    expect(of('2026-11-28T01:15:01Z')).to.equal('2026-11-28T01:00:00.000Z');
    expect(of('2099-01-01T00:00:00Z')).to.equal('2026-11-28T01:00:00.000Z');
  });

  it('is the time of the name where that is long past: a zip may have waited for days', () => {
    expect(of('2001-01-01T00:00:00Z')).to.equal('2001-01-01T00:00:00.000Z');
  });
});

describeOnEachStore('a backup with a time in the future in its name', store => {
  let app: RunningApp;
  beforeEach(async () => {
    app = await runApp(store);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const zipOf = (takenAt: string) => sampleZip({ takenAt });
  async function keep(zip: SampleZip) {
    const { json, text } = await upload(app.url, zip, { manifest: sampleManifest(zip, { findings: [] }) });
    expect(json?.message, text).to.equal('success');
    return json.data;
  }
  const ask = async (query: string) => {
    const { json, text } = await graphql(app.url, query);
    expect(json.errors, text).to.equal(undefined);
    return json.data;
  };
  const idsOf = (nodes: readonly { id: string }[]) => nodes.map(({ id }) => Number(id));

  it('keeps its timestamp, is complete, and has a finding that says so', async () => {
    const receipt = await keep(zipOf('2099-01-01T00:00:00Z'));
    expect(receipt).to.include({ timestamp: '2099-01-01 00:00:00', state: 'complete' });
    expect(receipt.findings).to.have.length(1);
    expect(receipt.findings[0]).to.include({ code: 'CLOCK_AHEAD', severity: 'warning' });
    expect(receipt.findings[0].message).to.contain('2099-01-01 00:00:00 UTC');
    expect(receipt.findings[0].advice).to.contain('date -u');
  });

  it('has no such finding up to 15 minutes ahead, nor for a time in the past', async () => {
    for (const ms of [10 * MINUTE_MS, -30 * 24 * HOUR_MS])
      expect((await keep(zipOf(fromNow(ms)))).findings).to.deep.equal([]);
    expect((await keep(zipOf(fromNow(20 * MINUTE_MS)))).findings).to.have.length(1);
  });

  it('is the latest while it is the only one', async () => {
    const { id } = await keep(zipOf('2099-01-01T00:00:00Z'));
    expect((await request(app.url)).json.data[0].latest_backup).to.include({ id, timestamp: '2099-01-01 00:00:00' });
  });

  it('is no longer the latest when another backup is received', async () => {
    const past = await keep(zipOf(fromNow(-2 * HOUR_MS)));
    const ahead = await keep(zipOf('2099-01-01T00:00:00Z'));
    const next = await keep(zipOf(fromNow(5 * MINUTE_MS)));
    expect((await request(app.url)).json.data[0].latest_backup.id).to.equal(next.id);
    const order = [next.id, ahead.id, past.id];
    const { histories } = (await request(`${app.url}/pt_xyz`)).json.data;
    expect(histories.map(({ id }: { id: number }) => id)).to.deep.equal(order);
    expect((await request(`${app.url}/pt_xyz?before=${ahead.id}`)).json.data.histories[0].id).to.equal(past.id);
    const { database } = await ask(
      '{ database(name: "pt_xyz") { latestBackup { id } latestCompleteBackup { id } backups { nodes { id } } } }',
    );
    expect(idsOf([database.latestBackup, database.latestCompleteBackup])).to.deep.equal([next.id, next.id]);
    expect(idsOf(database.backups.nodes)).to.deep.equal(order);
    for (let seen: number[] = [], after = ''; seen.length < 3; ) {
      const { backups } = await ask(`{ backups(first: 1${after}) { nodes { id } pageInfo { endCursor } } }`);
      seen = [...seen, ...idsOf(backups.nodes)];
      expect(seen).to.deep.equal(order.slice(0, seen.length));
      after = `, after: "${backups.pageInfo.endCursor}"`;
    }
  });

  it('does not hide that newer backups are missing', async () => {
    await keep(zipOf('2099-01-01T00:00:00Z'));
    const { databases } = await ask('{ databases(filter: { noCompleteForHours: 0 }) { nodes { name } } }');
    expect(databases.nodes).to.deep.equal([{ name: 'pt_xyz' }]);
  });

  it('is found and counted on the day of its receipt', async () => {
    const { id } = await keep(zipOf('2099-01-01T00:00:00Z'));
    const range = `takenFrom: "${fromNow(-HOUR_MS)}", takenBefore: "${fromNow(HOUR_MS)}"`;
    const data = await ask(`{
      backups(filter: { ${range} }) { nodes { id } }
      later: backups(filter: { takenFrom: "${fromNow(HOUR_MS)}" }) { nodes { id } }
      statistics(days: 2) { days { complete } }
      database(name: "pt_xyz") { days(last: 2) { complete } }
    }`);
    expect(idsOf(data.backups.nodes)).to.deep.equal([id]);
    expect(data.later.nodes).to.deep.equal([]);
    const sum = (days: readonly { complete: number }[]) => days.reduce((sum, { complete }) => sum + complete, 0);
    expect([sum(data.statistics.days), sum(data.database.days)]).to.deep.equal([1, 1]);
  });

  it('is the one that the next backup is compared with', async () => {
    const send = async (takenAt: string, rows: number) => {
      const zip = zipOf(takenAt);
      const { json } = await upload(app.url, zip, {
        manifest: sampleManifest(zip, { inventory: { tables: [table('t', rows)] } }),
      });
      return json.data.findings.map(({ code }: { code: string }) => code);
    };
    await send('2099-01-01T00:00:00Z', 1000);
    expect(await send(fromNow(5 * MINUTE_MS), 200)).to.include('SHRUNK');
  });

  it('is restored from its record or from its zip alone to the same position', async () => {
    const ahead = [zipOf('2099-01-01T00:00:00Z'), zipOf('2098-01-01T00:00:00Z')] as const;
    for (const zip of ahead) await keep(zip);
    const next = await keep(zipOf(fromNow(5 * MINUTE_MS)));
    const places = async () =>
      (await app.history.em.fork().find(Backup, {}, { orderBy: { fileName: 'asc' } })).map(({ sortedAt }) => sortedAt);
    const before = await places();
    await app.history.em.fork().nativeDelete(Backup, {});
    await unlink(join(app.storageDir, 'pt_xyz', `${ahead[1].fileName}.json`));
    const log = pino({ level: 'silent' });
    const rebuilt = await rebuildHistory({ em: app.history.em.fork(), storage: app.storage, log, verifyUploads: true });
    expect(rebuilt).to.include({ fromRecord: 2, fromZip: 1, failed: 0 });
    const after = await places();
    for (const [at, place] of before.entries())
      expect(Math.abs(place!.getTime() - after[at]!.getTime())).to.be.lessThan(10_000);
    expect((await request(app.url)).json.data[0].latest_backup.id).to.equal(next.id);
    const fromZip = (await request(`${app.url}/pt_xyz`)).json.data.histories.find(
      ({ file_name }: { file_name: string }) => file_name === ahead[1].fileName,
    );
    const { findings } = (await request(`${app.url}/${fromZip.id}/manifest`)).json.data;
    expect(findings.map(({ code }: { code: string }) => code)).to.include('CLOCK_AHEAD');
  });
});

describeOnEachStore('the migration that sorts by receipt', store => {
  it('gives every older backup its sort time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-sort-'));
    const history = await openHistory(await store.url(folder));
    try {
      await history.migrator.down({ to: 'Migration20261127000000_fleet' });
      const em = history.em.fork();
      const { id } = await em.upsert(Database, { name: 'x' });
      const receivedAt = new Date('2026-11-28T01:00:00.789Z');
      const names = ['2026-11-28T01:15:00Z', '2026-11-28T01:15:01Z', '2099-01-01T00:00:00Z', '2001-01-01T00:00:00Z'];
      for (const [at, takenAt] of names.entries())
        await em.execute(
          'insert into backups (database_id, file_name, taken_at, received_at, size, sha256) values (?, ?, ?, ?, 1, ?)',
          [id, `f${at}`, toStore(em, new Date(takenAt)), toStore(em, receivedAt), '0'.repeat(64)],
        );
      await history.migrator.up();
      const backups = await history.em.fork().find(Backup, {}, { orderBy: { id: 'asc' } });
      expect(backups.map(({ sortedAt }) => sortedAt?.toISOString())).to.deep.equal(
        names.map(takenAt => sortTime({ takenAt: new Date(takenAt), receivedAt }).toISOString()),
      );
    } finally {
      await history.close(true);
      await rm(folder, { recursive: true, force: true });
    }
  });
});
