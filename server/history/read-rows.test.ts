import { expect } from 'chai';
import { describeOnEachStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { toStore } from './dialect.ts';
import { readRows } from './read-rows.ts';

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
      const [row] = await readRows<Record<string, string>>(manager(), sql, texts);
      expect(Object.values(row!)).to.deep.equal(texts);
    }
  });

  it('reads numbers and instants', async () => {
    const em = manager();
    const noon = toStore(em, new Date('2026-11-27T12:00:00Z'));
    const [row] = await readRows<object>(em, 'select ? as number, ? as missing, ? < ? as earlier', [
      7,
      null,
      noon,
      noon,
    ]);
    expect(row).to.deep.include({ number: 7, missing: null, earlier: 0 });
  });

  it('sees what its own transaction has written', async () => {
    const sql = 'select id from `databases` where name = ?';
    const em = manager();
    await em.begin();
    await em.execute('insert into `databases` (name) values (?)', ['of the transaction']);
    expect(await readRows(em, sql, ['of the transaction'])).to.have.length(1);
    await em.rollback();
    expect(await readRows(manager(), sql, ['of the transaction'])).to.have.length(0);
  });

  it('goes on after a statement that failed', async () => {
    const wrong = await readRows(manager(), 'select nothing from nowhere where id = ?', [1]).catch(error => error);
    expect(wrong).to.be.instanceOf(Error);
    expect(await readRows<{ a: number }>(manager(), 'select ? as a', [1])).to.have.length(1);
  });

  it('knows the columns that a table has now', async () => {
    const em = manager();
    const sql = 'select * from changing where id >= ?';
    await em.execute('create table changing (id int)');
    await em.execute('insert into changing values (1)');
    expect(Object.keys((await readRows<object>(em, sql, [0]))[0]!)).to.deep.equal(['id']);
    await em.execute('alter table changing add name int');
    expect(Object.keys((await readRows<object>(em, sql, [0]))[0]!)).to.deep.equal(['id', 'name']);
  });
});
