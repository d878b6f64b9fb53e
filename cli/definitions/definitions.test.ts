import { expect } from 'chai';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMySql9, startMySql9 } from '../../testing/databases/mysql9.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { connect } from '../mysql/connect.ts';
import { askServerFacts } from '../mysql/server-facts.ts';
import { keyOf, type ObjectNames } from './definition.ts';
import { type Difference, differencesBetween } from './differences.ts';
import { takeFingerprints } from './fingerprints.ts';
import { neutralText } from './neutral-text.ts';
import { readDefinitions } from './read-definitions.ts';

const { signal } = new AbortController();

/** What differs between two databases, and which of their fingerprints do. */
async function compare(from: (database: string) => DatabaseSource, names: ObjectNames) {
  const neutral = neutralText(['shop.1', 'copy_of']);
  const [a, b] = await Promise.all(['shop.1', 'copy_of'].map(name => connect(from(name), { signal })));
  using left = a!;
  using right = b!;
  for (const session of [left, right]) await askServerFacts(session);
  const differences: Difference[] = [];
  const options = { ignoresCase: false, names, neutral };
  const one = await takeFingerprints(left, { ...options, database: 'shop.1' });
  const two = await takeFingerprints(right, { ...options, database: 'copy_of' });
  for await (const expected of readDefinitions(left, { ...options, database: 'shop.1' })) {
    if ('no' in expected) throw new Error(`${keyOf(expected)} is ${expected.no}`);
    const of = { ...options, database: 'copy_of', names: { [expected.kind]: [expected.name] } };
    for await (const found of readDefinitions(right, of))
      differences.push(...differencesBetween(expected, 'no' in found ? found.no : found));
  }
  return { differences, prints: [...one].filter(([key, print]) => two.get(key) !== print).map(([key]) => key) };
}

const TABLES = ({ start = 1 } = {}) => `
  create table t (id int auto_increment primary key, a varchar(20) character set latin1 default 'x''y', key k (a(3))) engine=InnoDB auto_increment=${start} comment='AUTO';
  create table child (id int, foreign key f (id) references t (id));
`;
const PROGRAMS = (database: string) => `
  create view v as select a from \`${database}\`.t;
  create definer='ann'@'%' view w as select a from v;
  create trigger one before insert on t for each row set new.a = (select max(id) from \`${database}\`.\`child\`);
  create trigger two before insert on t for each row set new.a = 'two';
  create procedure p(x int) comment 'of p' select 'shop', "it's", x from \`${database}\` . t;
  create function f() returns int deterministic return 1;
  create event e on schedule every 1 day starts '2037-01-01 00:00:00' disable do select 1;
`;
const NAMES: ObjectNames = {
  ...{
    tables: ['t', 'child'],
    views: ['v', 'w'],
    triggers: ['one', 'two'],
    procedures: ['p'],
    functions: ['f'],
    events: ['e'],
  },
};

describe('two databases that are compared', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  const from = (database: string): DatabaseSource => ({
    ...{ label: database, database, socket: mariadb.socket, port: 0, user: 'root', password: '' },
    ...{ dumpOptions: [], shrinkLimitPercent: 50 },
  });

  before(async () => {
    mariadb = await startMariaDb(['--event-scheduler=OFF']);
  });
  after(() => mariadb.stop());

  beforeEach(async () => {
    for (const database of ['shop.1', 'copy_of']) {
      await mariadb.sql(
        `drop database if exists \`${database}\`; create database \`${database}\` character set utf8mb4`,
      );
      await mariadb.sql(TABLES({ start: database === 'copy_of' ? 1 : 700 }) + PROGRAMS(database), database);
      await mariadb.sql('create sequence s increment by 3', database);
      await mariadb.sql(
        'create table h (a int) with system versioning partition by system_time limit 100 (partition p0 history, partition pn current)',
        database,
      );
      await mariadb.sql(
        'set sql_mode=oracle; create package pack as procedure q; end; create package body pack as procedure q as begin select 1; end; end',
        database,
      );
    }
    await mariadb.sql('insert into t (a) values (1), (2), (3)', 'shop.1');
    await mariadb.sql('select nextval(s), nextval(s)', 'shop.1');
  });

  const all: ObjectNames = {
    ...NAMES,
    ...{ tables: ['t', 'child', 'h'], sequences: ['s'], packages: ['pack'], package_bodies: ['pack'] },
  };

  it('are alike when only their names, rows, next numbers and times differ', async () => {
    expect(await compare(from, all)).to.deep.equal({ differences: [], prints: [] });
  });

  for (const { what, change, key, fact } of [
    {
      what: 'the prefix of a key',
      change: 'alter table t drop key k, add key k (a(4))',
      key: 'tables t',
      fact: 'definition',
    },
    { what: 'a default', change: "alter table t alter a set default 'x'", key: 'tables t', fact: 'definition' },
    {
      what: 'a character set',
      change: "alter table t modify a varchar(20) character set latin2 default 'x''y'",
      key: 'tables t',
      fact: 'definition',
    },
    { what: 'a table option', change: 'alter table t max_rows=7', key: 'tables t', fact: 'definition' },
    { what: 'a foreign key', change: 'alter table child drop foreign key f', key: 'tables child', fact: 'definition' },
    {
      what: 'the size of a partition',
      change: 'alter table h partition by system_time limit 99 (partition p0 history, partition pn current)',
      key: 'tables h',
      fact: 'definition',
    },
    {
      what: 'the step of a sequence',
      change: 'alter sequence s increment by 2',
      key: 'sequences s',
      fact: 'definition',
    },
    {
      what: 'a definer',
      change: "create or replace definer='bob'@'%' view w as select a from v",
      key: 'views w',
      fact: 'definition',
    },
    {
      what: 'the security of a view',
      change: "create or replace definer='ann'@'%' sql security invoker view w as select a from v",
      key: 'views w',
      fact: 'definition',
    },
    {
      what: 'the order of triggers',
      change: "drop trigger two; create trigger two before insert on t for each row precedes one set new.a = 'two'",
      key: 'triggers two',
      fact: 'order',
    },
    {
      what: 'a body by one blank',
      change: "drop procedure p; create procedure p(x int) comment 'of p' select 'shop ', \"it's\", x from t",
      key: 'procedures p',
      fact: 'definition',
    },
    {
      what: 'an SQL mode',
      change: 'set sql_mode=ansi_quotes; create or replace function f() returns int deterministic return 1',
      key: 'functions f',
      fact: 'sql_mode',
    },
    {
      what: 'the character set of a body',
      change: 'set names latin1; create or replace function f() returns int deterministic return 1',
      key: 'functions f',
      fact: 'character_set_client',
    },
    {
      what: 'the time of an event',
      change: "alter event e on schedule every 1 day starts '2037-01-01 00:00:01'",
      key: 'events e',
      fact: 'definition',
    },
    {
      what: 'a package',
      change: 'set sql_mode=oracle; create or replace package body pack as procedure q as begin select 2; end; end',
      key: 'package_bodies pack',
      fact: 'definition',
    },
  ])
    it(`differ by ${what}`, async () => {
      await mariadb.sql(change, 'copy_of');
      const { differences, prints } = await compare(from, all);
      expect(prints).to.include(key);
      const found = differences.filter(it => keyOf(it) === key);
      expect(found.map(it => it.what)).to.include(fact);
      for (const { expected, found: other } of found) expect(expected).to.not.equal(other);
    });

  it('differ by an object that is missing', async () => {
    await mariadb.sql('drop view w', 'copy_of');
    const { differences, prints } = await compare(from, all);
    expect(prints).to.deep.equal(['views w']);
    expect(differences).to.deep.equal([
      { kind: 'views', name: 'w', what: 'object', expected: 'there', found: 'missing' },
    ]);
  });

  it('are asked in a few seconds when there are hundreds of tables', async () => {
    const tables = Array.from({ length: 300 }, (_, index) => `t${index}`);
    await mariadb.sql('drop database if exists many; create database many');
    const session = await mariadb.connect('many');
    for (let at = 0; at < tables.length; at += 100)
      await session.query(
        tables
          .slice(at, at + 100)
          .map(name => `create table ${name} (a int primary key, b varchar(10)) engine=MyISAM`)
          .join(';'),
      );
    await session.end();
    using asking = await connect(from('many'), { signal });
    await askServerFacts(asking);
    const started = performance.now();
    const prints = await takeFingerprints(asking, {
      database: 'many',
      ignoresCase: false,
      names: { tables },
      neutral: neutralText(['many']),
    });
    expect(prints.size).to.equal(300);
    expect(performance.now() - started).to.be.below(20_000);
  });
});

describe('two databases of MySQL 9 that are compared', function () {
  this.timeout(120_000);

  it('are alike when only their names and rows differ, and differ by the order of triggers and a definer', async function () {
    if (!hasMySql9()) return this.skip();
    await using server = await startMySql9();
    const from = (database: string): DatabaseSource => ({
      ...{ label: database, database, socket: server.socket, port: 0, user: 'root', password: '' },
      ...{ dumpOptions: [], shrinkLimitPercent: 50 },
    });
    for (const database of ['shop.1', 'copy_of']) {
      using system = await connect(from('mysql'), { signal });
      await system.ask(`create database \`${database}\``);
      using session = await connect(from(database), { signal });
      await session.ask("create user if not exists 'ann'@'%' identified by 'x'");
      const statements = TABLES({ start: database === 'copy_of' ? 1 : 700 }) + PROGRAMS(database);
      for (const statement of statements.split(';\n').filter(it => it.trim() !== '')) await session.ask(statement);
    }
    expect(await compare(from, NAMES)).to.deep.equal({ differences: [], prints: [] });
    using session = await connect(from('copy_of'), { signal });
    await session.ask('drop trigger two');
    await session.ask("create trigger two before insert on t for each row precedes one set new.a = 'two'");
    await session.ask('create or replace view w as select a from v');
    expect((await compare(from, NAMES)).prints).to.have.members(['views w', 'triggers one', 'triggers two']);
  });
});
