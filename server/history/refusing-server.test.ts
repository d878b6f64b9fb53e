import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CompiledQuery, Kysely } from 'kysely';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { toExpectedError } from '../errors/expected-error.ts';
import { mysqlDialect } from './drivers/mysql-dialect.ts';

describe('a history server that refuses', () => {
  let mariadb: MariaDb;
  let folder: string;
  before(async () => {
    mariadb = await sharedMariaDb();
    folder = await mkdtemp(join(tmpdir(), 'lumbung-refusing-'));
    await mariadb.sql(`create or replace database refusing;
      create or replace user teller@'%' identified by 'secret'; grant all on refusing.* to teller@'%'`);
  });
  after(async () => {
    await mariadb.sql("drop user teller@'%'");
    await rm(folder, { recursive: true, force: true });
  });

  const run = () =>
    runApp({ name: 'MariaDB', url: async () => `mysql://teller:secret@127.0.0.1:${mariadb.port}/refusing` });
  const ready = async (app: RunningApp) => (await request(`${app.url}/-/ready`)).status;

  it('writes is reported as not ready, and reads are answered', async () => {
    await using app = await run();
    const zip = sampleZip();
    expect(await ready(app)).to.equal(200);
    await mariadb.sql('set global read_only = 1');
    try {
      expectError(await request(`${app.url}/-/ready`), 503, 'HISTORY_UNAVAILABLE');
      expectError(await upload(app.url, zip), 503, 'HISTORY_UNAVAILABLE');
      expect((await request(app.url)).status).to.equal(200);
    } finally {
      await mariadb.sql('set global read_only = 0');
    }
    expect(await ready(app)).to.equal(200);
    expect((await upload(app.url, zip)).status).to.equal(201);
  });

  it('more connections or queries of the user is reported as unavailable', async () => {
    await using app = await run();
    expect(await ready(app)).to.equal(200);
    for (const limit of ['max_user_connections 1', 'max_queries_per_hour 1']) {
      await mariadb.sql(`grant usage on *.* to teller@'%' with ${limit}; flush user_resources`);
      // Not `GET /`, which is read once for all who ask at the same moment.
      const history = `${app.url}/${sampleZip().database}`;
      const answers = await Promise.all(Array.from({ length: 8 }, () => request(history)));
      const refused = answers.filter(({ status }) => status !== 200);
      expect(refused, limit).to.not.have.length(0);
      for (const answer of refused) expectError(answer, 503, 'HISTORY_UNAVAILABLE');
      await mariadb.sql(`grant usage on *.* to teller@'%' with ${limit.replace('1', '0')}; flush user_resources`);
    }
    expect((await request(app.url)).status).to.equal(200);
  });

  it('a transaction because of a deadlock is asked again, up to twice', async () => {
    await using app = await run();
    for (const [deadlocks, status] of [
      [2, 201],
      [3, 503],
    ] as const) {
      await mariadb.sql(
        `create or replace sequence asked; create or replace trigger deadlock before insert on backups for each row
           if nextval(asked) <= ${deadlocks} then signal sqlstate '40001' set mysql_errno = 1213; end if`,
        'refusing',
      );
      const zip = sampleZip();
      expect((await upload(app.url, zip)).status).to.equal(status);
      await mariadb.sql('drop trigger deadlock', 'refusing');
      expect((await upload(app.url, zip)).status).to.be.oneOf([200, 201]);
    }
  });

  it('to answer in time gets a new connection', async () => {
    const { host, port, user, password } = mariadb;
    const store = new Kysely<object>({
      dialect: mysqlDialect({ host, port, user, password, connectionLimit: 1 }, 300),
    });
    try {
      for (let times = 0; times < 2; times++) {
        const error = await store.executeQuery(CompiledQuery.raw('select sleep(1000)')).catch(error => error);
        expect(toExpectedError(error)).to.include({ status: 503, code: 'HISTORY_UNAVAILABLE' });
        expect((await store.executeQuery(CompiledQuery.raw('select 1 as one'))).rows).to.deep.equal([{ one: 1 }]);
      }
    } finally {
      await store.destroy();
      const asleep = "select id from information_schema.processlist where info like 'select sleep(1000)%'";
      for (const { id } of await mariadb.sql(asleep)) await mariadb.sql(`kill ${id}`);
    }
  });
});
