import { expect } from 'chai';
import { tableSearch } from '../../protocol/reports/report-answers.ts';
import { fillHistory } from '../../testing/history/filled-history.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { describeOnEachStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleManifest, table } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';

describeOnEachStore('GET /-/tables', store => {
  let app: RunningApp;
  /** Oldest first: with the table, with other rows, without it, without a manifest, with the table. */
  const ids: number[] = [];

  before(async () => {
    app = await runApp(store);
    const nights = [[table('faktur', 70)], [table('faktur', 77), table('barang', 1)], [table('barang', 1)], undefined];
    for (const [at, tables] of [...nights, [table('faktur', 5), table('Faktur', 6)]].entries()) {
      const zip = sampleZip({ database: 'pt_xyz', takenAt: `2023-10-0${at + 1}T00:00:00Z` });
      const manifest = tables && sampleManifest(zip, { inventory: { tables } });
      ids.push((await upload(app.url, zip, { manifest })).json.data.id);
    }
  });
  after(() => app[Symbol.asyncDispose]());

  const find = async (query: string) => {
    const { json, text } = await request(`${app.url}/-/tables?database=pt_xyz&${query}`);
    expect(tableSearch.isValidSync(json, { strict: true }), text).to.equal(true);
    return json.data;
  };
  const rowsIn = ({ backups }: { backups: Array<{ id: number; table: { rows: number } }> }) =>
    backups.map(({ id, table: { rows } }) => [ids.indexOf(id) + 1, rows]);

  it('lists the backups that hold a table, newest first, with its rows in each', async () => {
    const found = await find('table=faktur');
    expect(rowsIn(found)).to.deep.equal([
      [5, 5],
      [2, 77],
      [1, 70],
    ]);
    expect(found).to.include({ looked_at: 5, unknown: 1, next: null, database_name: 'pt_xyz' });
    expect(found.backups[1]).to.deep.include({ state: 'complete', table: table('faktur', 77) });
    expect(rowsIn(await find('table=none'))).to.deep.equal([]);
  });

  it('ignores upper and lower case only where no table has exactly that name', async () => {
    expect(rowsIn(await find('table=Faktur'))).to.deep.equal([
      [5, 6],
      [2, 77],
      [1, 70],
    ]);
    expect((await find('table=FAKTUR')).backups[1].table.name).to.equal('faktur');
  });

  it('looks at no dump that began later than a time', async () => {
    expect(rowsIn(await find('table=faktur&until=2023-10-02T00:00:00Z'))).to.deep.equal([
      [2, 77],
      [1, 70],
    ]);
    expect(rowsIn(await find('table=faktur&until=2023-10-01T23:59:59.999Z'))).to.deep.equal([[1, 70]]);
  });

  it('pages from one answer to the next', async () => {
    const first = await find('table=faktur&limit=1');
    expect(rowsIn(first)).to.deep.equal([[5, 5]]);
    const second = await find(`table=faktur&limit=1&before=${first.next}`);
    expect(rowsIn(second)).to.deep.equal([[2, 77]]);
    expect(second.looked_at).to.equal(3);
    const third = await find(`table=faktur&limit=5&before=${second.next}`);
    expect([rowsIn(third), third.next]).to.deep.equal([[[1, 70]], null]);
  });

  it('refuses what is no question', async () => {
    expectError(await request(`${app.url}/-/tables?database=no_one&table=x`), 404, 'DATABASE_NOT_FOUND');
    for (const query of [
      '',
      'database=pt_xyz',
      'table=x',
      'database=pt_xyz&table=',
      `database=pt_xyz&table=${'x'.repeat(600)}`,
      'database=a&database=b&table=x',
      'database=a%2Fb&table=x',
    ])
      expectError(await request(`${app.url}/-/tables?${query}`), 422, 'VALIDATION_FAILED');
    for (const more of [
      'limit=0',
      'limit=101',
      'before=x',
      'before=99999',
      'until=yesterday',
      'until=2023-99-99T00:00:00Z',
    ])
      expectError(await request(`${app.url}/-/tables?database=pt_xyz&table=faktur&${more}`), 422, 'VALIDATION_FAILED');
  });

  it('reads a bounded number of manifests for one answer, and answers others meanwhile', async () => {
    await fillHistory(app.history, 1, 1200);
    const inventory = { tables: Array.from({ length: 200 }, (_, at) => table(`table_${at}`, at)) };
    const manifest = JSON.stringify(sampleManifest(sampleZip({ database: 'filled_0' }), { inventory }));
    await app.history.em.fork().nativeUpdate(Backup, { fileName: { $like: 'filled-0-%' } }, { manifest });
    const order: string[] = [];
    const searching = request(`${app.url}/-/tables?database=filled_0&table=gone`).then(answer => {
      order.push('search');
      return answer;
    });
    for (let at = 0; at < 3; at++) await request(`${app.url}/-/healthy`).then(() => order.push('healthy'));
    const { json } = await searching;
    expect(order).to.deep.equal(['healthy', 'healthy', 'healthy', 'search']);
    expect(json.data).to.include({ looked_at: 500, unknown: 0 });
    let [pages, next] = [1, json.data.next];
    for (; next !== null; pages++)
      next = (await request(`${app.url}/-/tables?database=filled_0&table=gone&before=${next}`)).json.data.next;
    expect(pages).to.equal(3);
    const found = await request(`${app.url}/-/tables?database=filled_0&table=table_7&limit=100`);
    expect(found.json.data).to.include({ looked_at: 100 });
  });
});
