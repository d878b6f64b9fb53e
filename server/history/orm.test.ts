import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type MariaDb, sharedMariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { rawConnection, uploadHead } from '../../testing/service/raw-http.ts';
import { expectError, graphql, request, upload } from '../../testing/service/requests.ts';
import { describeOnEachStore, historyStores, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';
import { Database } from '../entities/database.entity.ts';
import { checkReachable } from './check-reachable.ts';
import { type EntityManager, openHistory } from './orm.ts';

/** What an administrator may have set for all connections, and which changes what statements mean or do. */
const SETTINGS = [
  "sql_mode = 'ORACLE'",
  "sql_mode = 'ANSI'",
  "sql_mode = 'NO_BACKSLASH_ESCAPES'",
  "sql_mode = 'PAD_CHAR_TO_FULL_LENGTH,HIGH_NOT_PRECEDENCE,NO_ZERO_DATE,TRADITIONAL'",
  "sql_mode = 'MSSQL,EMPTY_STRING_IS_NULL'",
  "sql_mode = ''",
  'autocommit = 0',
  'tx_read_only = 1',
  'sql_safe_updates = 1',
  'sql_select_limit = 1',
  "completion_type = 'RELEASE'",
];

describe('history', () => {
  for (const setting of SETTINGS)
    it(`is the same on a server with ${setting}`, async () => {
      const mariadb = await sharedMariaDb();
      const name = setting.split(' ', 1)[0];
      const url = await historyStores.find(({ name }) => name === 'MariaDB')!.emptyUrl(folder);
      await mariadb.sql(`set global ${setting}`);
      try {
        await using app = await runApp({ name: 'MariaDB', url: async () => url });
        const zip = sampleZip({ database: "it's" });
        expect((await upload(app.url, zip)).status).to.equal(201);
        expect((await upload(app.url, sampleZip({ database: 'pt_xyz' }))).status).to.equal(201);
        for (let times = 0; times < 2; times++) expect((await request(app.url)).json.data).to.have.length(2);
        const { json } = await graphql(app.url, '{ databases(filter: { search: "\\\\" }) { totalCount } }');
        expect(json.data.databases.totalCount).to.equal(0);
        expect((await upload(app.url, zip)).status).to.equal(200);
        expect((await request(`${app.url}/it's`)).json.data.histories).to.have.length(1);
      } finally {
        // Not what it was: the largest sql_select_limit is no number of JavaScript, and was another one then for all tests behind.
        await mariadb.sql(`set global ${name} = default`);
      }
    });

  it('treats a store that does not answer as unreachable', async () => {
    const silent = { execute: () => new Promise(() => {}) } as unknown as EntityManager;
    const error = await checkReachable(silent, 30).catch(error => error);
    expect(error).to.include({ status: 503, code: 'HISTORY_UNAVAILABLE' });
  });

  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-history-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const store of historyStores)
    describe(`on ${store.name}`, () => {
      it('migrates to just the schema of the entities, and back', async () => {
        const history = await openHistory(await store.emptyUrl(folder));
        try {
          expect(await history.migrator.checkSchema()).to.equal(false);
          expect(await history.migrator.getPending()).to.deep.equal([]);
          await history.migrator.down();
          await history.migrator.up();
          expect(await history.migrator.checkSchema()).to.equal(false);
        } finally {
          await history.close();
        }
      });

      it('opens again what it has made, with all that is in it', async () => {
        const url = await store.emptyUrl(await mkdtemp(join(folder, 'again-')));
        const first = await openHistory(url);
        await first.em.fork().insert(Database, { name: 'kept' });
        await first.close();
        const second = await openHistory(url);
        expect(await second.em.fork().count(Database)).to.equal(1);
        await second.close();
      });

      it('is refused when a newer version has changed its tables, and nothing of it is changed', async () => {
        const url = await store.emptyUrl(await mkdtemp(join(folder, 'newer-')));
        const history = await openHistory(url);
        try {
          await history.migrator.down();
          const newer = 'Migration20990101000000_newer';
          await history.em.execute('insert into mikro_orm_migrations (name) values (?)', [newer]);
          const error = await openHistory(url).catch(error => error);
          expect(error.message)
            .to.contain('a newer version of Lumbung has changed its tables')
            .and.contain(newer)
            .and.contain('docs/how-to/upgrade.md#go-back');
          expect(await history.migrator.getPending(), 'not migrated').to.have.length(1);
        } finally {
          await history.close();
        }
      });

      it('never gives an id twice, and keeps milliseconds and sizes beyond 32 bits', async () => {
        const url = await store.url(await mkdtemp(join(folder, 'ids-')));
        const history = await openHistory(url);
        try {
          const em = history.em.fork();
          const { id: database } = await em.upsert(Database, { name: 'x' });
          const receivedAt = new Date('2023-10-31T00:00:00.123Z');
          const row = {
            database,
            takenAt: new Date('2023-10-31T00:00:00Z'),
            receivedAt,
            size: 2 ** 43,
            sha256: 'f'.repeat(64),
          };
          const first = await em.insert(Backup, { ...row, fileName: 'a' });
          await em.nativeDelete(Backup, { id: first });
          const second = await em.insert(Backup, { ...row, fileName: 'b' });
          expect(second).to.be.greaterThan(first);
          const read = await history.em.fork().findOneOrFail(Backup, second);
          expect(read.receivedAt.toISOString()).to.equal('2023-10-31T00:00:00.123Z');
          expect(read.size).to.equal(2 ** 43);
        } finally {
          await history.close();
        }
      });
    });

  it('keeps committed backups through a power cut, on SQLite', async () => {
    const history = await openHistory(`sqlite:${folder}/pragmas.sqlite`);
    const pragma = async (name: string) => Object.values((await history.em.execute(`pragma ${name}`))[0] ?? {})[0];
    expect(await pragma('journal_mode')).to.equal('wal');
    expect(await pragma('synchronous')).to.equal(2);
    expect(await pragma('foreign_keys')).to.equal(1);
    expect(await pragma('busy_timeout'), 'waiting would block the thread').to.equal(0);
    await history.close();
  });

  describe('that cannot be opened says why in one line, without the password', () => {
    async function messageFor(url: string): Promise<string> {
      const error = await openHistory(url).then(
        history => history.close().then(() => new Error('it was opened')),
        error => error,
      );
      expect(error.message).to.not.contain('\n').and.not.contain('secret');
      return error.message;
    }

    it('an unreachable server', async () => {
      expect(await messageFor('mysql://user:secret@127.0.0.1:1/history')).to.contain('start the database server');
      expect(await messageFor('mysql://user:secret@no-such-host.invalid/history')).to.match(
        /no such host|cannot be resolved/,
      );
    });

    it('a missing database, and a refused login', async () => {
      const { port, url } = await sharedMariaDb().then(db => ({ port: db.port, url: db.url('no_such_database') }));
      expect(await messageFor(url))
        .to.contain('CREATE DATABASE')
        .and.not.contain('throw');
      expect(await messageFor(`mysql://root:secret@127.0.0.1:${port}/mysql`)).to.contain('correct user and password');
    });

    it('a user without the right to create tables', async () => {
      const mariadb = await sharedMariaDb();
      await mariadb.sql(
        "create database if not exists look_only; create or replace user looker@'%' identified by 'secret'; grant select on look_only.* to looker@'%'",
      );
      expect(await messageFor(`mysql://looker:secret@127.0.0.1:${mariadb.port}/look_only`)).to.contain('all rights');
    });

    it('a file that is not a database, and a folder that cannot exist', async () => {
      await writeFile(join(folder, 'no.sqlite'), 'x'.repeat(5000));
      expect(await messageFor(`sqlite:${folder}/no.sqlite`)).to.contain('not an SQLite database');
      expect(await messageFor(`sqlite:${folder}/no.sqlite/x/history.sqlite`)).to.contain('not a folder');
      expect(await messageFor(`sqlite:${folder}`)).to.contain('name a file in it');
    });
  });
});

describe('a history store that goes away', () => {
  let mariadb: MariaDb;
  before(async function () {
    this.timeout(60_000);
    mariadb = await startMariaDb();
    await mariadb.sql('create database history');
  });
  after(() => mariadb.stop());

  it('answers 503 until it is back, and a retry records what was stored meanwhile', async function () {
    this.timeout(60_000);
    await using app = await runApp({ name: 'MariaDB', url: async () => mariadb.url('history') });
    const zip = sampleZip();
    const insert = app.history.em.getConnection();
    const begin = insert.begin.bind(insert);
    insert.begin = async () => {
      throw Object.assign(new Error('Connection lost'), { code: 'PROTOCOL_CONNECTION_LOST' });
    };
    insert.transactional = insert.begin as never;
    expectError(await upload(app.url, zip), 503, 'HISTORY_UNAVAILABLE');
    expect(await app.storedFiles()).to.deep.equal([`pt_xyz/${zip.fileName}`]);
    insert.begin = begin;
    delete (insert as Partial<typeof insert>).transactional;
    expect((await upload(app.url, zip)).status).to.equal(201);
    await mariadb.kill();
    for (const path of ['/', '/pt_xyz', '/1/download', '/-/ready'])
      expectError(await request(app.url + path), 503, 'HISTORY_UNAVAILABLE');
    expectError(await upload(app.url, sampleZip()), 503, 'HISTORY_UNAVAILABLE');
    const polite = await rawConnection(app.url);
    await polite.send(
      uploadHead('pt_xyz', '', { Expect: '100-continue', 'Content-Length': '9999999' }).split('--xyz')[0]!,
    );
    await polite.receive(/^HTTP\/1.1 503 /);
    polite.socket.destroy();
    expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
    expect(await app.storedZips()).to.have.length(1);
    const written = JSON.stringify(app.log);
    expect(written).to.contain('HISTORY_UNAVAILABLE').and.not.contain(mariadb.password);
  });
});

describeOnEachStore('times are UTC', store => {
  it('in any time zone of the process', async () => {
    const zone = process.env.TZ;
    process.env.TZ = 'America/New_York';
    try {
      await using app = await runApp(store);
      // In New York the clock shows 01:30 twice in that night: a store of local times loses which one it was.
      for (const [takenAt, want] of [
        ['2023-11-05T05:30:00Z', '2023-11-05 05:30:00'],
        ['2023-11-05T06:30:00Z', '2023-11-05 06:30:00'],
      ] as const) {
        const zip = sampleZip({ takenAt, database: `db_${want.slice(11, 13)}` });
        const { json } = await upload(app.url, zip);
        expect(json.data.timestamp).to.equal(want);
        expect((await request(`${app.url}/${zip.database}`)).json.data.histories[0].timestamp).to.equal(want);
        const listed = (await request(app.url)).json.data.find(
          (row: { database_name: string }) => row.database_name === zip.database,
        );
        expect(listed.latest_backup.timestamp).to.equal(want);
        const { receivedAt } = await app.history.em.fork().findOneOrFail(Backup, json.data.id);
        expect(Math.abs(receivedAt.getTime() - Date.now())).to.be.lessThan(10_000);
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});

describe('times are UTC on a server of another zone', () => {
  it('as the rows themselves show', async function () {
    this.timeout(60_000);
    await using mariadb = await startMariaDb(['--default-time-zone=+07:00']);
    await mariadb.sql('create database history');
    await using app = await runApp({ name: 'MariaDB', url: async () => mariadb.url('history') });
    const { json } = await upload(app.url, sampleZip({ takenAt: '2023-10-31T23:59:59Z' }));
    expect(json.data.timestamp).to.equal('2023-10-31 23:59:59');
    const [row] = await mariadb.sql(
      'select cast(taken_at as char) as taken, timestampdiff(second, received_at, utc_timestamp()) as age from backups',
      'history',
    );
    expect(row?.taken).to.equal('2023-10-31 23:59:59');
    expect(Math.abs(row?.age)).to.be.lessThan(10);
    expect((await request(`${app.url}/pt_xyz`)).json.data.histories[0].timestamp).to.equal('2023-10-31 23:59:59');
  });
});
