import { expect } from 'chai';
import { type Filtered, filtered, MARIADB_TARGET } from '../../testing/databases/filtered.ts';
import { MANY_KINDS } from '../../testing/databases/many-kinds.ts';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { realDump } from '../../testing/databases/real-dump.ts';
import { connect } from '../mysql/connect.ts';
import type { FilterOptions } from './filter-options.ts';
import { sessionSettings } from './session-settings.ts';

const SOURCE = 'filter_source';
const TARGET = 'filter_target';

/** More that is hard to bring back under another name: names of its own database, owners, events with all that they can have. */
const MORE = `
create table counted (id int default nextval(numbers), ref int, key (ref));
create table referring (id int, foreign key (id) references parted_parent (id));
create table many (id int primary key, t varchar(200));
insert into many select seq, repeat('x\\'(),', 30) from seq_1_to_100;
create function total() returns int deterministic return (select count(*) from \`${SOURCE}\`.aria);
create view called as select ${SOURCE}.one() as one;
create view gone_owner as select 1 as a;
create event yearly on schedule every 1 year starts '2037-01-01 00:00:00' ends '2038-01-01 00:00:00'
  on completion preserve enable comment 'do; enable' do set @a = 'enable';
create event off on schedule every 1 day disable do set @a = 1;
create event replicated on schedule every 1 day disable on slave do set @a = 1;
set sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
set names latin1;
create definer = 'some one'@'10.%' event "ansi" on schedule at '2037-01-01 00:00:00' do set @a = '\\é';
set names utf8mb4;
alter database ${SOURCE} collate utf8mb4_general_ci;
create procedure other_collation() select 'ä' = 'a';
create event other_collation on schedule every 1 day starts '2037-01-01 00:00:00' do set @a = 'ä';
alter database ${SOURCE} collate utf8mb4_unicode_ci;`;

/** What goes through the filter and over the wire, byte for byte, is dumped again. */
describe('restore filter between two databases', function () {
  this.timeout(120_000);
  let mariadb: MariaDb;
  before(async () => {
    mariadb = await sharedMariaDb();
    for (const name of [SOURCE, TARGET])
      await mariadb.sql(`create database ${name} default character set utf8mb4 collate utf8mb4_unicode_ci`);
    await mariadb.sql('create table parted_parent (id int primary key)', SOURCE);
    await mariadb.sql(MANY_KINDS, SOURCE);
    await mariadb.sql(MORE, SOURCE);
    await mariadb.sql('drop table large', SOURCE); // the server of all tests accepts 16 MiB
  });
  after(() => mariadb.sql(`drop database ${SOURCE}; drop database if exists ${TARGET}`));

  const again = () =>
    mariadb.sql(
      `drop database if exists ${TARGET};
       create database ${TARGET} default character set utf8mb4 collate utf8mb4_unicode_ci`,
    );
  beforeEach(again);

  const load = async ({ sent }: Filtered) => {
    const { host, port, user, password } = mariadb;
    const source = {
      label: TARGET,
      database: TARGET,
      host,
      port,
      user,
      password,
      dumpOptions: [],
      shrinkLimitPercent: 0,
    };
    using session = await connect(source, { signal: new AbortController().signal });
    const { required, optional } = sessionSettings(MARIADB_TARGET);
    for (const setting of [...required, ...optional]) await session.run(Buffer.from(setting));
    for (const { bytes } of sent) await session.run(bytes);
  };

  const restore = async (options: Partial<FilterOptions> = {}, ...dumpOptions: string[]) => {
    const dump = await realDump(mariadb, SOURCE, ...dumpOptions);
    const result = await filtered([dump], { sourceDatabase: SOURCE, targetDatabase: TARGET, ...options });
    await load(result);
    return { ...result, dump, again: await realDump(mariadb, TARGET, ...dumpOptions) };
  };

  it('brings everything back to the byte, with its own name written as the new one', async () => {
    const { dump, again, changes } = await restore();
    expectSame(again, dump);
    expect(changes).to.deep.include.members([
      { action: 'changed', what: `${SOURCE} written as ${TARGET}`, object: 'table counted', count: 1 },
      { action: 'changed', what: `${SOURCE} written as ${TARGET}`, object: 'function total', count: 1 },
      { action: 'changed', what: `${SOURCE} written as ${TARGET}`, object: 'view called', count: 1 },
      { action: 'changed', what: 'created at the very end', object: 'event ansi', count: 1 },
    ]);
    expect(changes.map(({ object }) => object)).not.to.include('event off');
  });

  it('brings the same back where the server accepts no long statements', async () => {
    const { dump, again, changes } = await restore({ target: { ...MARIADB_TARGET, maxPacketBytes: 5000 } });
    expectSame(again, dump);
    expect(changes).to.deep.include({
      action: 'changed',
      what: 'INSERT split into several, for max_allowed_packet',
      object: 'table many',
      count: 1,
    });
  });

  it('goes on where the time of an event is over, and leaves that to the server', async () => {
    const events = await realDump(
      mariadb,
      SOURCE,
      '--no-data',
      '--no-create-info',
      '--skip-triggers',
      '--skip-routines',
    );
    const [before, after] = [events.toString('latin1'), "AT '2001-01-01 00:00:00'"];
    const old = before.replaceAll("AT '2037-01-01 00:00:00'", after);
    expect(old).to.contain(after);
    await load(await filtered([Buffer.from(old, 'latin1')], { sourceDatabase: SOURCE, targetDatabase: TARGET }));
    const names = await mariadb.sql(
      `select event_name from information_schema.events where event_schema = '${TARGET}' order by 1`,
    );
    expect(names.map(({ event_name }) => event_name))
      .to.include('daily')
      .and.not.to.include('ansi');
  });

  it('creates events disabled and leaves them so when asked to', async () => {
    const { again } = await restore({ events: 'disabled' });
    const [all] = await mariadb.sql(
      `select count(*) as n from information_schema.events where event_schema = '${TARGET}' and status = 'ENABLED'`,
    );
    expect(all!.n).to.equal(0);
    expect(again.toString()).to.contain('DISABLE ON SLAVE');
  });

  it('writes another owner, or none, where that is asked for', async () => {
    const owners = async () =>
      (
        await mariadb.sql(
          `select definer from information_schema.routines where routine_schema = '${TARGET}' union
           select definer from information_schema.triggers where trigger_schema = '${TARGET}' union
           select definer from information_schema.events where event_schema = '${TARGET}' union
           select definer from information_schema.views where table_schema = '${TARGET}'`,
        )
      ).map(({ definer }) => definer);
    await mariadb.sql(`create user \`new \`\`one\`\`\`@\`%\`; grant all on ${TARGET}.* to \`new \`\`one\`\`\`@\`%\``);
    const { definers } = await restore({ definer: { user: 'new `one`', host: '%' } });
    expect(await owners()).to.deep.equal(['new `one`@%']);
    await mariadb.sql('drop user `new ``one```@`%`');
    expect(definers).to.include.members(['`some one`@`10.%`', '`root`@`127.0.0.1`']);
    await again();
    await restore({ definer: 'drop' });
    expect(await owners()).to.deep.equal(['root@127.0.0.1']);
  });
});

function expectSame(again: Buffer, dump: Buffer): void {
  const [lines, wanted] = [comparable(again), comparable(dump)];
  const first = lines.findIndex((line, i) => line !== wanted[i]);
  if (first !== -1) expect(lines.slice(first, first + 5)).to.deep.equal(wanted.slice(first, first + 5));
  expect(lines).to.have.length(wanted.length);
}

/** Less the dates and the name. */
function comparable(dump: Buffer): string[] {
  return dump
    .toString('latin1')
    .replaceAll(SOURCE, TARGET)
    .replace(/-- Dump completed on [^\n]*\n$/, '')
    .split('\n');
}
