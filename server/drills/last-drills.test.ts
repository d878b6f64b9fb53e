import { expect } from 'chai';
import { databaseHistory, databaseList } from '../../protocol/responses.ts';
import { fillHistory } from '../../testing/history/filled-history.ts';
import { fillReports } from '../../testing/history/filled-reports.ts';
import { planOf } from '../../testing/history/plans.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { lastDrills } from './last-drills.ts';

describeOnAnyStore('the last drill of databases and backups', store => {
  let app: RunningApp;

  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  const get = async (path: string) => (await request(app.url + path)).json;
  const databaseNamed = async (name: string) =>
    (await get('/')).data.find((row: { database_name: string }) => row.database_name === name);

  const uploaded = async (database: string, takenAt: string) => {
    const zip = sampleZip({ database, takenAt });
    const { json } = await upload(app.url, zip);
    return { id: json.data.id, file_name: zip.fileName, zip_sha256: zip.sha256 };
  };

  const report = async (backup: { id: number; file_name: string; zip_sha256: string }, fields: object = {}) => {
    const body = JSON.stringify(sampleDrill({ backup, ended_at: new Date().toISOString(), ...fields }));
    const headers = { 'content-type': 'application/json' };
    const { status, json, text } = await request(`${app.url}/-/drills`, { method: 'POST', headers, body });
    expect(status, text).to.equal(201);
    return json.data.id as number;
  };

  it('is left out of the lists where there was no drill', async () => {
    await uploaded('untried', '2023-10-01T00:00:00Z');
    expect(await databaseNamed('untried')).to.not.have.any.keys('last_drill', 'last_proof');
    const { data } = await get('/untried');
    expect(data).to.not.have.any.keys('last_drill', 'last_proof');
    expect(data.histories[0]).to.not.have.property('last_drill');
  });

  it('is shown in the lists and in the report of the backup, the newest one of each', async () => {
    const [older, newer] = [
      await uploaded('shop', '2023-10-01T00:00:00Z'),
      await uploaded('shop', '2023-10-02T00:00:00Z'),
    ];
    const shop = { database: 'shop' };
    await report(older, { ...shop, outcome: 'not_restorable', reason: 'a view is missing' });
    const good = await report(older, shop);
    expect((await databaseNamed('shop')).last_drill).to.include({ id: good, outcome: 'restorable', seconds: 74.5 });
    const bad = await report(newer, { ...shop, outcome: 'not_restorable', reason: 'faktur has 9 rows instead of 10' });
    const untested = await report(newer, {
      ...shop,
      outcome: 'could_not_test',
      reason: 'no mariadbd',
      rto_seconds: null,
    });
    const { last_drill, last_proof } = await databaseNamed('shop');
    expect(last_drill).to.include({ id: untested, outcome: 'could_not_test', seconds: null, backup_id: newer.id });
    const { at, ...proof } = last_proof;
    expect(proof).to.deep.equal({
      ...{ id: bad, backup_id: newer.id, outcome: 'not_restorable', seconds: 74.5 },
      reason: 'faktur has 9 rows instead of 10',
    });
    expect(Date.parse(at)).to.be.closeTo(Date.now(), 60_000);
    const { data } = await get('/shop');
    expect(data).to.deep.include({ last_drill, last_proof });
    expect(data.histories.map(({ last_drill }: { last_drill: { id: number } }) => last_drill.id)).to.deep.equal([
      untested,
      good,
    ]);
    expect(data.histories[0].last_proof.id).to.equal(bad);
    expect((await get(`/${older.id}/manifest`)).data.last_drill.id).to.equal(good);
    expect(databaseList.isValidSync(await get('/'), { strict: true })).to.equal(true);
    expect(databaseHistory.isValidSync(await get('/shop'), { strict: true })).to.equal(true);
  });

  it('is found by an index in a history of ten thousand drills', async () => {
    await using app = await runApp(store);
    await fillHistory(app.history, 20, 50);
    const { data } = (await request(`${app.url}/filled_3`)).json;
    const ids = data.histories.map(({ id }: { id: number }) => id);
    const start = Date.now() - 20_000_000;
    const drills = Array.from({ length: 10_000 }, (_, at) => ({
      databaseName: `filled_${at % 10}`,
      backupId: at % 10 === 3 ? ids[at % 50] : 999_999,
      outcome: at > 9_000 ? ('could_not_test' as const) : ('restorable' as const),
      endedAt: new Date(start + at * 1000),
    }));
    await fillReports(app.history, drills);
    const em = app.history.em.fork();
    let found: Awaited<ReturnType<typeof lastDrills>> | undefined;
    const queries = await queriesOf(app.history, async () => {
      found = await lastDrills({ em, scope: EVERYTHING });
    });
    expect(found?.get('filled_3')?.last.endedAt).to.deep.equal(new Date(start + 9_993_000));
    expect(found?.get('filled_3')?.proof?.endedAt).to.deep.equal(new Date(start + 8_993_000));
    expect(found?.has('filled_13')).to.equal(false);
    const more = await queriesOf(app.history, () => request(`${app.url}/filled_3`));
    for (const query of [...queries, ...more.filter(sql => sql.includes('reports'))]) {
      const plan = await planOf(app.history, query);
      if (query.includes('newest')) expect(plan, query).to.match(/reports_by_(database|backup)/);
      expect(plan, plan).to.not.match(/filesort|temporary|TEMP B-TREE|SCAN (r|newest)\b/i);
    }
  });
});
