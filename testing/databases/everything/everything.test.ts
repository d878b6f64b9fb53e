import { expect } from 'chai';
import type { Connection } from 'mysql2/promise';
import { sharedMariaDb } from '../mariadb.ts';
import { createEverything } from './everything.ts';

const DATABASE = 'semua `isi`; "x".y 数据';

describe('a database with everything in it', function () {
  this.timeout(60_000);
  let root: Connection;
  before(async () => {
    root = await (await sharedMariaDb()).connect();
    const [[row]] = (await root.query('select version() as version')) as unknown as [[{ version: string }]];
    await createEverything(root, { flavour: 'mariadb', version: row.version, database: DATABASE, largestRow: 100_000 });
  });
  after(async () => {
    await root?.query(`drop database \`${DATABASE.replaceAll('`', '``')}\``);
    await root?.end();
  });

  const column = async (sql: string) => {
    const [rows] = await root.query({ sql, rowsAsArray: true, values: [DATABASE] });
    return (rows as unknown[][]).map(([value]) => String(value));
  };

  it('has a column of each type of MariaDB 10.11', async () => {
    const types = await column(
      'select distinct data_type from information_schema.columns where table_schema = ? order by 1',
    );
    expect(types).to.deep.equal(TYPES);
  });

  it('has tables of each engine that keeps rows, sequences, versioned tables, and views', async () => {
    const engines =
      'select distinct engine from information_schema.tables where table_schema = ? and engine is not null';
    expect((await column(engines)).sort()).to.deep.equal(['Aria', 'CSV', 'InnoDB', 'MEMORY', 'MyISAM']);
    const kinds = 'select distinct table_type from information_schema.tables where table_schema = ?';
    expect((await column(kinds)).sort()).to.deep.equal(['BASE TABLE', 'SEQUENCE', 'SYSTEM VERSIONED', 'VIEW']);
  });

  it('has partitions of each method', async () => {
    const methods =
      'select distinct concat_ws(", ", partition_method, subpartition_method) from information_schema.partitions where table_schema = ? and partition_method is not null order by 1';
    expect(await column(methods)).to.deep.equal([
      ...['HASH', 'LINEAR KEY', 'LIST', 'LIST COLUMNS', 'RANGE', 'RANGE COLUMNS', 'RANGE, HASH', 'SYSTEM_TIME'],
    ]);
  });

  it('has routines of each kind, and each SQL mode that changes how a body is read', async () => {
    const kinds = 'select distinct routine_type from information_schema.routines where routine_schema = ? order by 1';
    expect(await column(kinds)).to.deep.equal(['FUNCTION', 'PACKAGE', 'PACKAGE BODY', 'PROCEDURE']);
    const modes = await column('select distinct sql_mode from information_schema.routines where routine_schema = ?');
    for (const mode of [
      'ANSI_QUOTES',
      'NO_BACKSLASH_ESCAPES',
      'PIPES_AS_CONCAT',
      'ORACLE',
      'IGNORE_SPACE',
      'TRADITIONAL',
    ])
      expect(modes.join(), mode).to.contain(mode);
  });
});

const TYPES = [
  ...['bigint', 'binary', 'bit', 'blob', 'char', 'date', 'datetime', 'decimal', 'double', 'enum', 'float', 'geometry'],
  ...['geometrycollection', 'inet4', 'inet6', 'int', 'linestring', 'longblob', 'longtext', 'mediumblob', 'mediumint'],
  ...['mediumtext', 'multilinestring', 'multipoint', 'multipolygon', 'point', 'polygon', 'set', 'smallint', 'text'],
  ...['time', 'timestamp', 'tinyblob', 'tinyint', 'tinytext', 'uuid', 'varbinary', 'varchar', 'year'],
];
