import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { filterByBlock } from '../../testing/docs/documented-filter.ts';
import { blocksRunBy } from '../../testing/docs/pages.ts';

const [SOURCE, COPY] = ['pt_definers', 'pt_definers_copy'];
const DEFINERS = [
  'plain@localhost',
  "`a``b`@'%'",
  "`a b`@'%'",
  "`a*/b`@'%'",
  "`a@b`@'%'",
  "'a''b'@'192.0.2.%'",
  'keeper',
];

/** A server that one rents gives no one the right to name other definers. */
describe('the command that takes the definers out of a dump', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  before(async () => {
    mariadb = await sharedMariaDb();
    const accounts = DEFINERS.filter(it => it !== 'keeper');
    await mariadb.sql(
      `create or replace role keeper; grant keeper to current_user; ${accounts.map(it => `create or replace user ${it}`).join(';')};
       create database ${SOURCE}; create database ${COPY};
       create or replace user loader@'%' identified by 'p w'; grant all on ${COPY}.* to loader@'%'`,
    );
    await mariadb.sql('create table t (a int, note varchar(80))', SOURCE);
    await mariadb.sql("insert into t values (1, '\nCREATE DEFINER=`x`@`y` PROCEDURE')", SOURCE);
    for (const [i, definer] of DEFINERS.entries())
      for (const what of [
        `procedure p${i}() select 'DEFINER=\`x\`@\`y\`'`,
        `function f${i}() returns int deterministic return 1`,
        `view v${i} as select 1 as a`,
        `trigger t${i} before insert on t for each row set new.a = 2`,
        // Of an event MariaDB takes such a definer apart at the wrong place (WILL_NOT_LOAD).
        ...(definer.startsWith('`a@b`') ? [] : [`event e${i} on schedule every 1 day disable do set @a = 1`]),
      ])
        await mariadb.sql(`create definer = ${definer} ${what}`, SOURCE);
  });
  after(async () => {
    const accounts = DEFINERS.filter(it => it !== 'keeper');
    await mariadb.sql(
      `drop database ${SOURCE}; drop database ${COPY}; drop role keeper; drop user loader@'%', ${accounts.join(', ')}`,
    );
  });

  it('leaves none of any kind, so that a user loads it who has rights on the new database only', async () => {
    const { host, port, user, password } = mariadb;
    const [block] = blocksRunBy('test/restore/definers.test.ts');
    const { stdout: dump } = await promisify(execFile)(
      'mariadb-dump',
      ['--no-defaults', '--routines', '--events', `-h${host}`, `-P${port}`, `-u${user}`, SOURCE],
      { env: { ...process.env, MYSQL_PWD: password }, maxBuffer: 1 << 24, encoding: 'buffer' },
    );
    const edited = filterByBlock(block!, dump);
    const client = spawn(
      'mariadb',
      ['--no-defaults', '--binary-mode', '--comments', `-h${host}`, `-P${port}`, '-uloader', COPY],
      {
        env: { ...process.env, MYSQL_PWD: 'p w' },
      },
    );
    client.stdin.end(edited);
    const [said, [code]] = await Promise.all([text(client.stderr), once(client, 'close')]);
    expect(code, said).to.equal(0);
    const counts = async (database: string) =>
      mariadb.sql(`select
        (select count(*) from information_schema.routines where routine_schema = '${database}') as routines,
        (select count(*) from information_schema.triggers where trigger_schema = '${database}') as triggers,
        (select count(*) from information_schema.events where event_schema = '${database}') as events,
        (select count(*) from information_schema.views where table_schema = '${database}') as views`);
    expect(await counts(COPY)).to.deep.equal(await counts(SOURCE));
    const definers =
      await mariadb.sql(`select definer as definer from information_schema.routines where routine_schema = '${COPY}'
      union select definer from information_schema.triggers where trigger_schema = '${COPY}'
      union select definer from information_schema.events where event_schema = '${COPY}'
      union select definer from information_schema.views where table_schema = '${COPY}'`);
    expect(definers).to.deep.equal([{ definer: 'loader@%' }]);
    const procedures = `select routine_definition as body from information_schema.routines where routine_schema = '${COPY}' and routine_name = 'p0'`;
    expect(await mariadb.sql(procedures)).to.deep.equal([{ body: "select 'DEFINER=`x`@`y`'" }]);
    expect(await mariadb.sql(`select note from ${COPY}.t`)).to.deep.equal(
      await mariadb.sql(`select note from ${SOURCE}.t`),
    );
  });
});
