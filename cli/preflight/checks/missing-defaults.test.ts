import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { roundTrip } from '../../../testing/databases/round-trip.ts';
import { MARIADB, PASSWORD, type SourceServer } from '../../../testing/databases/source-server.ts';

const DATABASE = 'pt_defaults';

describe('columns that may be NULL and have no default', function () {
  this.timeout(60_000);
  let server: SourceServer;
  let folder: string;

  before(async () => {
    server = (await MARIADB.open())!;
    folder = await mkdtemp(join(tmpdir(), 'lumbung-defaults-'));
    await server.sql(`drop user if exists lumbung@'%'; create user lumbung@'%' identified by '${PASSWORD}';
      grant select, show view, trigger, event on ${DATABASE}.* to lumbung@'%'; grant select on mysql.proc to lumbung@'%'`);
  });
  after(async () => {
    await server.sql(`drop user if exists lumbung@'%'; drop database if exists ${DATABASE}`);
    await rm(folder, { recursive: true });
  });

  const create = (schema: string) =>
    server.sql(`drop database if exists ${DATABASE}; create database ${DATABASE}; use ${DATABASE}; ${schema}`);

  it('are named, as they come back with DEFAULT NULL', async () => {
    await create(`create table t (b text) as select 1 as id, subpartition_name as a from information_schema.partitions limit 0;
      create view v as select a from t`);
    const { findings } = await roundTrip(server, DATABASE, { folder });
    expect(findings.map(({ code }) => code)).to.deep.equal(['DEFAULT_ADDED']);
    expect(findings[0]!.message).to.match(/: t\.a$/);
    // The same text, and yet another table.
    const [{ 'Create Table': text }] = (await server.sql(`show create table ${DATABASE}.t`)) as [
      Record<string, string>,
    ];
    await server.sql(`create table ${DATABASE}.copy ${text!.slice(text!.indexOf('('))}`);
    expect(
      await server.sql(`set sql_mode = 'STRICT_ALL_TABLES'; insert into ${DATABASE}.copy (id) values (1)`),
    ).to.have.length(2);
    const error = await server
      .sql(`set sql_mode = 'STRICT_ALL_TABLES'; insert into ${DATABASE}.t (id) values (1)`)
      .catch(error => error);
    expect(error).to.have.property('errno', 1364);
    const left = await roundTrip(server, DATABASE, {
      folder,
      dumpOptions: [`--ignore-table=${DATABASE}.t`, `--ignore-table=${DATABASE}.v`],
    });
    expect(left.findings.map(({ code }) => code)).not.to.contain('DEFAULT_ADDED');
  });

  it('are not those of ordinary columns of any type', async () => {
    await create(`create table t (id int auto_increment primary key, i int, b blob, x text, j json, d datetime, ts timestamp null, e enum('a'), g geometry, y year,
        bits bit(3), u uuid, n decimal(5, 2) default null, v int generated always as (i + 1) virtual, w int generated always as (i + 2) stored, k int default (1 + 1),
        z varchar(10) default '');
      create table versioned (a int) with system versioning; create sequence s;
      create table aria (a int, b text) engine=Aria transactional=0; drop table aria`);
    expect((await roundTrip(server, DATABASE, { folder })).findings).to.deep.equal([]);
  });
});
