import { expect } from 'chai';
import { rawQuery } from '../../testing/history/raw-query.ts';
import { upload } from '../../testing/service/requests.ts';
import { describeOnEachStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { columns } from './columns.ts';
import { forEachId } from './for-each-id.ts';
import { readRows } from './read-rows.ts';
import { allBackups, query } from './tables.ts';

describeOnEachStore('readRows', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  const manager = () => app.history.em.fork();

  it('reads values as they were written, with any characters', async () => {
    const texts = ["it's", '?', '\\', '"', '`', '🐈', '\n', '', "' or 1 = 1 -- "];
    const sql = `select ${texts.map((_, at) => `? as v${at}`).join(', ')}`;
    for (const _ of ['prepared', 'kept']) {
      const [row] = await readRows(manager(), rawQuery<Record<string, string>>(sql, texts));
      expect(Object.values(row!)).to.deep.equal(texts);
    }
  });

  it('reads numbers and instants', async () => {
    const em = manager();
    const noon = new Date('2026-11-27T12:00:00Z');
    const [row] = await readRows(
      em,
      rawQuery('select ? as number, ? as missing, ? < ? as earlier', [7, null, noon, noon]),
    );
    expect(row).to.deep.include({ number: 7, missing: null, earlier: 0 });
  });

  it('reads what its own transaction has written', async () => {
    const sql = 'select id from `databases` where name = ?';
    const em = manager();
    await em.begin();
    await em.execute('insert into `databases` (name) values (?)', ['of the transaction']);
    expect(await readRows(em, rawQuery(sql, ['of the transaction']))).to.have.length(1);
    await em.rollback();
    expect(await readRows(manager(), rawQuery(sql, ['of the transaction']))).to.have.length(0);
  });

  it('goes on after a statement that failed', async () => {
    const wrong = await readRows(manager(), rawQuery('select nothing from nowhere where id = ?', [1])).catch(
      error => error,
    );
    expect(wrong).to.be.instanceOf(Error);
    expect(await readRows(manager(), rawQuery('select ? as a', [1]))).to.have.length(1);
  });

  it('reads a column that was added to a table before', async () => {
    const em = manager();
    const sql = 'select * from changing where id >= ?';
    await em.execute('create table changing (id int)');
    await em.execute('insert into changing values (1)');
    expect(Object.keys((await readRows(em, rawQuery(sql, [0])))[0]!)).to.deep.equal(['id']);
    await em.execute('alter table changing add name int');
    expect(Object.keys((await readRows(em, rawQuery(sql, [0])))[0]!)).to.deep.equal(['id', 'name']);
  });

  describe('of a backup', () => {
    const noon = new Date('2026-11-27T12:00:00Z');
    before(async () => {
      const zip = sampleZip({ database: 'one', takenAt: noon.toISOString() });
      expect((await upload(app.url, zip)).status).to.equal(201);
    });

    it('reads an instant as a Date, under any name it is selected by, and null where there is no instant', async () => {
      const selected = allBackups.select(['b.taken_at', 'b.sorted_at as at', 'b.accepted_at', 'b.size']);
      const [row] = await readRows(manager(), selected);
      expect(row).to.deep.include({ taken_at: noon, at: noon, accepted_at: null });
    });

    it('compares a column with an instant, exactly', async () => {
      const taken = (operator: '<' | '=' | '>', instant: Date) =>
        readRows(manager(), allBackups.select('b.id').where('b.taken_at', operator, instant));
      expect(await taken('=', noon)).to.have.length(1);
      expect(await taken('<', noon)).to.have.length(0);
      expect(await taken('>', new Date(noon.getTime() - 1))).to.have.length(1);
    });

    it('reads a column under the name of its property, also through a subquery and for each of some ids', async () => {
      const backups = allBackups.select(columns('b', ['id', 'taken_at']));
      const [row] = await readRows(manager(), backups);
      expect(row).to.deep.include({ takenAt: noon });
      const nested = query.selectFrom(backups.as('part')).select('part.id');
      expect(await readRows(manager(), nested)).to.have.length(1);
      const each = forEachId([row!.id, row!.id + 1, row!.id], id => backups.where('b.id', '=', id));
      expect((await readRows(manager(), each)).map(({ takenAt }) => takenAt)).to.deep.equal([noon, noon]);
    });
  });
});
