import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import { databaseHistory as historyShape, databaseList as listShape } from '../../protocol/responses.ts';
import { fillHistory } from '../../testing/history/filled-history.ts';
import { planOf } from '../../testing/history/plans.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleManifest, table } from '../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../testing/zips/sample-zip.ts';
import { configurationOf } from '../configuration/reading/configuration-of.ts';
import { Backup } from '../entities/backup.entity.ts';
import { Database } from '../entities/database.entity.ts';
import { evaluateFreshness } from '../freshness/evaluate-freshness.ts';
import { formatWatches, WATCHES } from '../freshness/kept-watches.ts';

describeOnAnyStore('GET / and GET /{db_name}', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  it('lists nothing at first', async () => {
    expect((await request(app.url)).json).to.deep.equal({ data: [], message: 'Success' });
  });

  it('lists the databases by name, each with its latest backup, as Response 1', async () => {
    for (const takenAt of ['2023-10-30T00:00:00Z', '2023-10-31T00:00:00Z', '2023-10-29T00:00:00Z'])
      await upload(app.url, sampleZip({ database: 'pt_xyz', takenAt }));
    const abc = sampleZip({ database: 'pt_abc', takenAt: '2023-03-26T02:30:00Z' });
    const { json: receipt } = await upload(app.url, abc);
    const { status, json } = await request(app.url);
    expect(status).to.equal(200);
    expect(json.message).to.equal('Success');
    expect(json.data.map((row: { database_name: string }) => row.database_name)).to.deep.equal(['pt_abc', 'pt_xyz']);
    expect(json.data[0]).to.deep.equal({
      database_name: 'pt_abc',
      latest_backup: {
        id: receipt.data.id,
        file_name: abc.fileName,
        timestamp: '2023-03-26 02:30:00',
        state: 'unverified',
        size: abc.bytes.length,
        dump_size: abc.dump.size,
        dump_rows: null,
        table_count: null,
        finding_count: 1,
        worst_finding: 'NO_MANIFEST',
      },
      latest_complete: null,
    });
    expect(json.data[1].latest_backup.timestamp).to.equal('2023-10-31 00:00:00');
    expect(listShape.isValidSync(json, { strict: true })).to.equal(true);
  });

  it('reads the list once for those who ask at the same moment, and again for who asks later', async () => {
    const ask = async () => (await request(app.url)).text;
    const alone = await queriesOf(app.history, ask);
    expect(alone).to.not.have.length(0);
    const answers: string[] = [];
    const together = await queriesOf(app.history, async () => {
      answers.push(...(await Promise.all(Array.from({ length: 8 }, ask))));
    });
    expect(together.length).to.be.within(alone.length, 3 * alone.length);
    expect(new Set(answers).size).to.equal(1);
    await upload(app.url, sampleZip({ database: 'pt_abc', takenAt: '2023-03-27T02:30:00Z' }));
    expect(await ask())
      .to.contain('2023-03-27')
      .and.to.not.equal(answers[0]);
  });

  it('says whether the backups of each database come as they are due, once that was evaluated', async () => {
    const pause = { from: new Date('2023-10-01T00:00:00Z'), until: new Date('2023-12-01T00:00:00Z') };
    const watches = new Map([['pt_abc', { pause: { ...pause, by: 'siti', reason: 'it moves' }, retirement: null }]]);
    await app.storage.changeText(WATCHES, () => formatWatches(watches));
    const now = new Date('2023-11-02T12:00:00Z');
    const evaluating = { storage: app.storage, configuration: configurationOf({}), now };
    await app.history.em.fork().nativeUpdate(Backup, { database: { name: 'pt_xyz' } }, { state: 'complete' });
    await evaluateFreshness({ em: app.history.em.fork(), ...evaluating });
    const { json } = await request(app.url);
    expect(listShape.isValidSync(json, { strict: true })).to.equal(true);
    const [abc, xyz] = json.data.map(({ freshness }: { freshness: object }) => freshness);
    expect(abc).to.deep.equal({ state: 'paused', due_at: null, paused_until: '2023-12-01T00:00:00.000Z' });
    expect(xyz).to.have.keys('state', 'due_at', 'paused_until');
    expect(xyz).to.include({ paused_until: null });
    await app.history.em.fork().execute('delete from watched_databases');
    await app.history.em.fork().nativeUpdate(Backup, { database: { name: 'pt_xyz' } }, { state: 'unverified' });
    await app.storage.changeText(WATCHES, () => formatWatches(new Map()));
  });

  it('lists the history of one, newest first, as Response 2', async () => {
    const { json } = await request(`${app.url}/pt_xyz`);
    expect(json.message).to.equal('success');
    expect(json.data).to.have.keys('database_name', 'histories', 'backup_count');
    expect(json.data.backup_count).to.equal(3);
    expect(json.data.histories.map((backup: { timestamp: string }) => backup.timestamp)).to.deep.equal([
      '2023-10-31 00:00:00',
      '2023-10-30 00:00:00',
      '2023-10-29 00:00:00',
    ]);
    for (const backup of json.data.histories) {
      expect(backup).to.include.keys('id', 'file_name', 'timestamp', 'state', 'size', 'dump_size', 'finding_count');
      expect(backup).to.not.have.any.keys('loss', 'loss_findings');
    }
    expect(historyShape.isValidSync(json, { strict: true })).to.equal(true);
  });

  it('shows the state of each, also of one whose file is damaged', async () => {
    const zips = [1, 2, 3, 4].map(day => sampleZip({ database: 'worth', takenAt: `2023-10-0${day}T00:00:00Z` }));
    const [sound, lost, , bad] = zips as [SampleZip, SampleZip, SampleZip, SampleZip];
    await upload(app.url, sound, { manifest: sampleManifest(sound) });
    const findings = [finding('RIGHTS_UNKNOWN', 'it is not known')];
    await upload(app.url, lost, { manifest: sampleManifest(lost, { findings }) });
    await upload(app.url, zips[2]!);
    await upload(app.url, bad, { manifest: sampleManifest(bad) });
    await app.history.em.fork().nativeUpdate(Backup, { fileName: bad.fileName }, { damage: 'rotten' });
    const { json } = await request(`${app.url}/worth`);
    const states = json.data.histories.map(({ state }: { state: string }) => state);
    expect(states).to.deep.equal(['damaged', 'unverified', 'incomplete', 'complete']);
    expect((await request(app.url)).json.data.at(-1).latest_backup).to.deep.equal(json.data.histories[0]);
  });

  it('lists the newest complete backup beside the latest, skips a damaged one, and shows how much is in each', async () => {
    const inventory = { tables: [table('barang', 700), table('faktur', 77)] };
    const zips = [1, 2, 3, 4].map(day => sampleZip({ database: 'zz', takenAt: `2023-10-0${day}T00:00:00Z` }));
    const [old, good, bad, lacking] = zips as [SampleZip, SampleZip, SampleZip, SampleZip];
    const warned = [finding('CLIENT_OLDER_THAN_SERVER', 'x'), finding('DATABASE_NAME_HARDCODED', 'x')];
    for (const zip of [old, good, bad])
      await upload(app.url, zip, { manifest: sampleManifest(zip, { inventory, findings: warned }) });
    const findings = [...warned, finding('BROKEN_VIEW', 'x')];
    await upload(app.url, lacking, { manifest: sampleManifest(lacking, { inventory, findings }) });
    await app.history.em.fork().nativeUpdate(Backup, { fileName: bad.fileName }, { damage: 'rotten' });
    const { json } = await request(app.url);
    const { latest_backup, latest_complete } = json.data.find(
      (row: { database_name: string }) => row.database_name === 'zz',
    );
    expect(latest_backup).to.include({ file_name: lacking.fileName, finding_count: 3, worst_finding: 'BROKEN_VIEW' });
    expect(latest_complete).to.include({
      file_name: good.fileName,
      finding_count: 2,
      worst_finding: 'CLIENT_OLDER_THAN_SERVER',
    });
    expect(latest_complete).to.include({ dump_rows: 777, table_count: 2, size: good.bytes.length, state: 'complete' });
    expect(latest_complete.dump_size).to.equal(good.dump.size);
  });

  it('shows what an incomplete backup has lost, in both lists, for the latest backup only', async () => {
    await using app = await runApp(store);
    const zips = [1, 2, 3].map(day => sampleZip({ database: 'torn', takenAt: `2023-10-0${day}T00:00:00Z` }));
    const [whole, ...torn] = zips as [SampleZip, SampleZip, SampleZip];
    const { json: first } = await upload(app.url, whole, {
      manifest: sampleManifest(whole, { inventory: { tables: [table('barang', 700), table('faktur', 77)] } }),
    });
    const findings = [finding('BROKEN_VIEW', 'x')];
    for (const zip of torn)
      await upload(app.url, zip, {
        manifest: sampleManifest(zip, { inventory: { tables: [table('barang', 700)] }, findings }),
      });
    const { latest_backup } = (await request(app.url)).json.data.find(
      (row: { database_name: string }) => row.database_name === 'torn',
    );
    expect(latest_backup).to.include({ state: 'incomplete', worst_finding: 'SHRUNK', finding_count: 2 });
    const [loss, ...more] = latest_backup.loss_findings;
    expect({ code: loss.code, more }).to.deep.equal({ code: 'SHRUNK', more: [] });
    expect(loss.message).to.equal(
      `lost since backup ${first.data.id} (2023-10-01 00:00:00 UTC): table faktur (77 rows)`,
    );
    const report = await request(`${app.url}/${latest_backup.id}/manifest`);
    expect(report.json.data.findings).to.deep.include(loss);
    const { histories } = (await request(`${app.url}/torn`)).json.data;
    expect(histories[0]).to.deep.equal(latest_backup);
    for (const backup of histories.slice(1)) expect(backup).to.not.have.property('loss_findings');
    const queries = await queriesOf(app.history, () => request(app.url));
    expect(queries).to.have.length(5);
    await app.history.em.fork().nativeUpdate(Backup, { fileName: whole.fileName }, { damage: 'rotten' });
    const [{ advice }] = (await request(`${app.url}/torn?limit=1`)).json.data.histories[0].loss_findings;
    expect(advice).to.contain(`is damaged now: sade show ${latest_backup.id} names a sound one`);
  });

  it('loads no manifest for a list: it may be large', async () => {
    const zip = sampleZip({ database: 'worth', takenAt: '2023-10-05T00:00:00Z' });
    await upload(app.url, zip, { manifest: sampleManifest(zip) });
    const queries = await queriesOf(app.history, async () => {
      for (const path of ['', '/worth']) expect((await request(app.url + path)).text).to.contain(zip.fileName);
    });
    expect(queries.length).to.be.greaterThan(1);
    for (const query of queries) expect(query).to.not.match(/manifest|\.\*|select \*/);
  });

  it('answers HEAD like GET', async () => {
    const { status, headers, text } = await request(`${app.url}/pt_xyz`, { method: 'HEAD' });
    expect({ status, text }).to.deep.equal({ status: 200, text: '' });
    expect(Number(headers.get('content-length'))).to.be.greaterThan(100);
  });

  it('answers 404 to an unknown database', async () => {
    for (const name of ['no_one', 'PT_XYZ', 'pt_xyz%20', '%00', 'x'.repeat(300), 'a%2Fb', 'graphql2'])
      expectError(await request(`${app.url}/${name}`), 404, 'DATABASE_NOT_FOUND');
  });

  it('pages by id through backups of one second', async () => {
    const ids: number[] = [];
    for (let i = 0; i < 7; i++) ids.unshift((await upload(app.url, sampleZip({ database: 'busy' }))).json.data.id);
    const older = await upload(app.url, sampleZip({ database: 'busy', takenAt: '2020-01-01T00:00:00Z' }));
    ids.push(older.json.data.id);
    const seen: number[] = [];
    for (let before = ''; ; before = `&before=${seen.at(-1)}`) {
      const { json } = await request(`${app.url}/busy?limit=3${before}`);
      const page = json.data.histories.map((backup: { id: number }) => backup.id);
      if (page.length === 0) break;
      seen.push(...page);
    }
    expect(seen).to.deep.equal(ids);
    for (const page of ['', '?limit=8', '?limit=3', `?limit=3&before=${ids[5]}`])
      expect((await request(`${app.url}/busy${page}`)).json.data.backup_count, page).to.equal(8);
    expect((await request(`${app.url}/busy`)).json.data.histories).to.have.length(8);
    expect((await request(`${app.url}/busy?before=${ids[5]}`)).json.data.histories).to.have.length(2);
  });

  it('refuses invalid pages, naming the field', async () => {
    for (const limit of ['0', '-1', '1001', '1.5', 'x', '', '1e2', '0x10'])
      expectError(await request(`${app.url}/busy?limit=${limit}`), 422, 'VALIDATION_FAILED', 'limit');
    expectError(await request(`${app.url}/busy?limit=1&limit=2`), 422, 'VALIDATION_FAILED', 'limit');
    for (const name of ['__proto__', 'constructor', 'toString', 'x'])
      expect((await request(`${app.url}/busy?${name}=1&limit=1`)).status, name).to.equal(200);
    const { json } = await request(`${app.url}/pt_xyz`);
    for (const before of ['0', 'x', '999999', '99999999999999999999', String(json.data.histories[0].id)])
      expectError(await request(`${app.url}/busy?before=${before}`), 422, 'VALIDATION_FAILED', 'before');
    const both = await request(`${app.url}/busy?limit=x&before=y`);
    expect(both.json.errors.map((error: { field: string }) => error.field)).to.have.members(['limit', 'before']);
  });

  it('asks the store once for all of GET / but the losses and the drills, and reads one entry of the index for each database', async () => {
    await fillHistory(app.history, 20, 500);
    const queries = await queriesOf(app.history, async () => {
      expect((await request(app.url)).json.data.length).to.be.at.least(20);
    });
    expect(queries).to.have.length(3);
    expect(queries[1]).to.contain('`shrunk_from` is not null');
    expect(await planOf(app.history, queries[0]!)).to.satisfy(
      (plan: string) => usesIndexPerDatabase(plan, store.name),
      'plan',
    );
  });

  it('asks for a page by the index, not by an offset', async () => {
    const database = await app.history.em.fork().findOneOrFail(Database, { name: 'filled_3' });
    const backups = await app.history.em.fork().find(Backup, { database }, { orderBy: { id: 'asc' } });
    const queries = await queriesOf(app.history, async () => {
      const { json } = await request(`${app.url}/filled_3?limit=10&before=${backups[250]!.id}`);
      expect(json.data.histories).to.have.length(10);
    });
    const page = queries.find(query => query.includes('`b`.`finding_count`'))!;
    expect(page).to.contain('limit').and.not.contain('offset');
    const plan = await planOf(app.history, page);
    expect(plan).to.contain('backups_database_id_sorted_at_id_index');
    expect(plan).to.not.match(/filesort|TEMP B-TREE/);
  });
});

/** Backups are found by their key, and the subquery walks the index of newest first without sorting. */
function usesIndexPerDatabase(plan: string, store: string): boolean {
  const index = 'backups_database_id_sorted_at_id_index';
  if (store === 'SQLite')
    return (
      /SEARCH b USING INTEGER PRIMARY KEY/.test(plan) &&
      plan.includes(`SEARCH latest USING COVERING INDEX ${index}`) &&
      /SEARCH c USING INTEGER PRIMARY KEY/.test(plan) &&
      plan.includes('SEARCH sound USING INDEX backups_by_state_and_database') &&
      !plan.includes('TEMP B-TREE')
    );
  const steps = plan.split('\n').map(line => JSON.parse(line));
  const step = (table: string) => steps.find(step => step.table === table);
  const isSeek = (table: string) => step(table).key === 'PRIMARY' && step(table).type === 'eq_ref';
  const isWalk = (table: string, key: string) =>
    step(table).key === key && !/filesort|temporary/.test(step(table).Extra);
  return isSeek('b') && isSeek('c') && isWalk('latest', index) && isWalk('sound', 'backups_by_state_and_database');
}
