import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { expect } from 'chai';
import { dumpDatabase } from '../../testing/databases/dump-database.ts';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { findMysqldump, type MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { runPreflight } from '../preflight/preflight.ts';
import { planHistory } from './history-plan.ts';

const [DATABASE, AGAIN] = ['versioned', 'versioned_again'];
const signal = new AbortController().signal;

const SCHEMA = `
create table plain (id int primary key);
create table hidden (id int primary key, v int, w int as (v * 2) virtual) with system versioning;
insert into hidden (id, v) values (1, 1), (2, 2); update hidden set v = 3; delete from hidden where id = 2;
create table named (id int primary key, v int, a timestamp(6) generated always as row start,
  b timestamp(6) generated always as row end, period for system_time (a, b)) with system versioning;
insert into named (id, v) values (1, 1); update named set v = 2;
create table parts (id int, v int) with system versioning partition by system_time limit 2
  (partition p0 history, partition p1 history, partition now current);
insert into parts values (1, 1); update parts set v = 2; update parts set v = 3;
create trigger tr before insert on hidden for each row set new.v = 99;`;
const BY_TRANSACTION = `create table counted (id int primary key, a bigint unsigned generated always as row start,
  b bigint unsigned generated always as row end, period for system_time (a, b)) with system versioning`;

describe('system-versioned', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  let client: MysqldumpClient;
  let folder: string;
  before(async () => {
    mariadb = await sharedMariaDb();
    client = await findMysqldump('mysqldump');
    folder = await mkdtemp(join(tmpdir(), 'lumbung-versioned-'));
  });
  beforeEach(async () => {
    await mariadb.sql(`create or replace database ${DATABASE}; create or replace database ${AGAIN}`);
    await mariadb.sql(SCHEMA, DATABASE);
  });
  after(async () => {
    await mariadb.sql(`drop database ${DATABASE}; drop database ${AGAIN}`);
    await rm(folder, { recursive: true });
  });

  const source = (dumpOptions: string[] = []): DatabaseSource => {
    const { host, port, user, password } = mariadb;
    return { label: 'v', database: DATABASE, host, port, user, password, dumpOptions, shrinkLimitPercent: 50 };
  };
  const plan = async (dumpOptions?: string[], by = client, server = '10.11.2') => {
    const report = await runPreflight(source(dumpOptions), { signal });
    const { options, findings } = planHistory(source(dumpOptions), by, {
      ...report,
      server: { flavour: 'mariadb', version: server },
    });
    return { options, codes: findings.map(({ code }) => code), findings };
  };
  const historyOf = (database: string, table: string, start = 'row_start', end = 'row_end') =>
    mariadb.sql(`select id, v, ${start}, ${end} from ${table} for system_time all order by id, ${start}`, database);

  it('comes back with all of the history from a dump, and with its times', async () => {
    const path = join(folder, 'dump.sql');
    const clients = { for: () => client, all: [client] };
    const { findings } = await dumpDatabase(source(), path, { clients, preflight: runPreflight, signal });
    expect(findings).to.deep.equal([]);
    const { host, port, user, password } = mariadb;
    const args = ['--no-defaults', `--host=${host}`, `--port=${port}`, `--user=${user}`, AGAIN];
    const restoring = execFile('mariadb', args, { env: { PATH: process.env.PATH!, MYSQL_PWD: password } });
    const ended = new Promise(resolve => restoring.once('close', resolve));
    await pipeline(createReadStream(path), restoring.stdin!);
    expect(await ended).to.equal(0);
    for (const [table, count, ...columns] of [
      ['hidden', 4],
      ['named', 2, 'a', 'b'],
      ['parts', 3],
    ] as const) {
      const original = await historyOf(DATABASE, table, ...columns);
      expect(original, table).to.have.length(count);
      expect(await historyOf(AGAIN, table, ...columns), table).to.deep.equal(original);
    }
  });

  it('is dumped with its history where client and server can, and where it is wanted', async () => {
    expect((await plan()).options).to.deep.equal(['--dump-history']);
    const ignored = ['hidden', 'named', 'parts'].map(table => `--ignore-table=${DATABASE}.${table}`);
    for (const options of [ignored, ['--no-data'], ['--as-of=2024-01-01']]) {
      const { options: more, codes } = await plan(options);
      expect([more, codes], options.join()).to.deep.equal([[], []]);
    }
    expect((await plan(ignored.slice(1))).options).to.deep.equal(['--dump-history']);
  });

  it('is reported when the history of a table is not dumped', async () => {
    const older = await plan([], { ...client, knows: () => false });
    expect([older.options, older.codes]).to.deep.equal([[], ['HISTORY_NOT_DUMPED']]);
    expect(older.findings[0]).to.include({ severity: 'incomplete' });
    expect(older.findings[0]!.message).to.match(/: hidden, named, parts$/);
    expect(older.findings[0]!.advice).to.contain('10.11');
    expect((await plan([], client, '10.6.20')).codes).to.deep.equal(['HISTORY_NOT_DUMPED']);
  });

  it('does not make mysqldump fail where a history is kept by transactions', async () => {
    await mariadb.sql(BY_TRANSACTION, DATABASE);
    const { options, codes, findings } = await plan();
    expect([options, codes]).to.deep.equal([[], ['HISTORY_NOT_DUMPED']]);
    expect(findings[0]!.advice).to.contain('as in counted:');
    expect((await plan([`--ignore-table=${DATABASE}.counted`])).options).to.deep.equal(['--dump-history']);
    const path = join(folder, 'counted.sql');
    const clients = { for: () => client, all: [client] };
    const taken = await dumpDatabase(source(), path, { clients, preflight: runPreflight, signal });
    expect(taken.findings.map(({ code }) => code)).to.deep.equal(['HISTORY_NOT_DUMPED']);
  });

  it('changes nothing in a database without such tables', async () => {
    await mariadb.sql('drop table hidden, named, parts', DATABASE);
    expect(await plan()).to.deep.equal({ options: [], codes: [], findings: [] });
  });
});
