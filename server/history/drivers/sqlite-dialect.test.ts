import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { rawQuery } from '../../../testing/history/raw-query.ts';
import { mountSmallDisk } from '../../../testing/machine/small-disk.ts';
import { upload } from '../../../testing/service/requests.ts';
import { historyStores, runApp } from '../../../testing/service/running-app.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { toExpectedError } from '../../errors/expected-error.ts';
import { openHistory } from '../orm.ts';
import { readRows } from '../read-rows.ts';

describe('a history in SQLite', () => {
  it('prepares a statement with values once, and keeps no more than a hundred', async () => {
    const history = await openHistory('sqlite::memory:');
    const ask = (name: string) => readRows(history.em.fork(), rawQuery(`select ? as ${name}`, [0]));
    const { prepare } = DatabaseSync.prototype;
    const prepared: string[] = [];
    DatabaseSync.prototype.prepare = function (sql) {
      prepared.push(sql);
      return prepare.call(this, sql);
    };
    try {
      for (let times = 0; times < 3; times++) await ask('first');
      expect(prepared).to.deep.equal(['select ? as first']);
      for (let at = 1; at <= 100; at++) await ask(`later${at}`);
      prepared.length = 0;
      await ask('later100');
      await ask('later1');
      expect(prepared).to.deep.equal([]);
      await ask('first');
      expect(prepared, 'long not asked').to.deep.equal(['select ? as first']);
    } finally {
      DatabaseSync.prototype.prepare = prepare;
      await history.close(true);
    }
  });

  it('does not keep long statements', async () => {
    const history = await openHistory('sqlite::memory:');
    const { prepare } = DatabaseSync.prototype;
    let prepared = 0;
    DatabaseSync.prototype.prepare = function (sql) {
      prepared += 1;
      return prepare.call(this, sql);
    };
    try {
      const ids = Array.from({ length: 2000 }, (_, id) => id);
      for (let times = 0; times < 3; times++)
        await readRows(
          history.em.fork(),
          rawQuery(`select id from \`databases\` where id in (${ids.map(() => '?')})`, ids),
        );
      expect(prepared).to.equal(3);
    } finally {
      DatabaseSync.prototype.prepare = prepare;
      await history.close(true);
    }
  });

  it('waits for another writer, and then stores the upload', async () => {
    await using app = await runApp(historyStores.find(({ name }) => name === 'SQLite')!);
    const path = String(app.history.config.get('dbName'));
    const script = `const { DatabaseSync } = require('node:sqlite'); const store = new DatabaseSync(process.argv[1]);
      store.exec('begin immediate'); console.log('locked'); setTimeout(() => store.exec('commit'), 400);`;
    const other = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(other.stdout, 'data');
    expect((await upload(app.url, sampleZip())).status).to.equal(201);
  });

  it('continues when its full disk has room again', async function () {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-history-disk-'));
    const disk = mountSmallDisk(folder, 2);
    if (!disk) return this.skip();
    try {
      const history = await openHistory(`sqlite:${join(folder, 'history.sqlite')}`);
      const fill = () =>
        history.em.fork().transactional(async em => {
          for (let at = 0; at < 40; at++)
            await em.execute('insert into `databases` (name) values (?)', [`${randomUUID()}${'x'.repeat(100_000)}`]);
        });
      expect(await fill().catch(error => toExpectedError(error))).to.include({ status: 507 });
      expect(await readRows(history.em.fork(), rawQuery('select count(*) as count from `databases`'))).to.deep.equal([
        { count: 0 },
      ]);
      disk.grow(64);
      await fill();
      expect(await readRows(history.em.fork(), rawQuery('select count(*) as count from `databases`'))).to.deep.equal([
        { count: 40 },
      ]);
      await history.close();
    } finally {
      disk[Symbol.dispose]();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
