import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { emptyInventory } from '../../protocol/manifest.ts';
import { createEverything } from '../../testing/databases/everything/everything.ts';
import { hasMySql9, mySql9Server } from '../../testing/databases/mysql9.ts';
import { rehearsed } from '../../testing/databases/rehearsed.ts';
import type { SourceServer } from '../../testing/databases/source-server.ts';
import { SERVERS } from '../../testing/databases/source-servers.ts';
import type { DumpClients } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { connect } from '../mysql/connect.ts';
import { runPreflight } from '../preflight/preflight.ts';
import { findServerPrograms } from '../throwaway-server/server-programs.ts';
import { Rehearsals } from './rehearsals.ts';

const { signal } = new AbortController();

for (const { name, flavour, open } of SERVERS)
  describe(`a rehearsal of a dump of ${name}`, function () {
    this.timeout(180_000);
    let folder: string;
    let server: SourceServer;
    let clients: DumpClients;
    let rehearsals: Rehearsals;
    const user = `'rehearsed'@'%'`;
    const source = (database: string, more: Partial<DatabaseSource> = {}) =>
      server.source(database, { user: 'rehearsed', ...more });

    before(async function () {
      if (flavour === 'mysql' && !hasMySql9()) return this.skip();
      server = (await open())!;
      clients = { all: [server.client], for: () => server.client };
      folder = await mkdtemp(join(tmpdir(), 'lumbung-rehearsal-'));
      const programs = flavour === 'mysql' ? mySql9Server().then(program => [program]) : findServerPrograms();
      rehearsals = new Rehearsals({ folder, programs, signal, isRequired: false });
      await server.sql(
        `drop user if exists ${user}; create user ${user} identified by 'secret#1'; grant all on *.* to ${user}`,
      );
    });

    after(async () => {
      await rehearsals?.[Symbol.asyncDispose]();
      if (folder) {
        expect(await readdir(folder), 'nothing else is left').to.deep.equal(['.server-data']);
        await rm(folder, { recursive: true });
      }
      await server?.[Symbol.asyncDispose]();
    });

    const make = async (statements: string, database = 'reh_one') => {
      await server.sql(
        `drop database if exists \`${database}\`; create database \`${database}\` character set utf8mb4`,
      );
      using session = await connect(source(database), { signal });
      for (const statement of statements.split(/;\n/).filter(it => it.trim() !== '')) await session.ask(statement);
      return source(database);
    };
    const rehearse = (of: DatabaseSource, more: Partial<Parameters<typeof rehearsed>[2]> = {}) =>
      rehearsed(rehearsals, of, { folder, clients, ...more });

    const SHOP = `create table item (id int auto_increment primary key, name varchar(30) comment 'it''s', price decimal(9,2) default 1.5, key k (name(4)));
      create table sold (item int not null, at timestamp not null default current_timestamp, foreign key of_item (item) references item (id));
      create view cheap as select name from item where price < 5;
      create definer='some one'@'10.%' view cheapest as select name from cheap;
      create definer='root'@'localhost' trigger priced before insert on item for each row set new.price = coalesce(new.price, 1);
      create trigger named before insert on item for each row follows priced set new.name = upper(new.name);
      create procedure buy(which int) insert into sold (item) values (which);
      create function vat() returns decimal(4,2) deterministic return 0.11;
      create event tidy on schedule every 1 day starts '2037-01-01 00:00:00' do delete from sold;
      insert into item (name) values ('a'), ('b; -- c'), ('INSERT INTO item VALUES (1);');
      insert into sold (item) values (1), (2)`;

    it('finds nothing where the dump brings back what the source has', async () => {
      const { record, findings, definitions } = await rehearse(await make(SHOP));
      expect(findings).to.deep.equal([]);
      expect(record).to.deep.include({ reason: null, objects: 9, compared: 'definitions', left_out: [] });
      expect(record.server?.flavour).to.equal(flavour);
      expect(record.seconds).to.be.above(0);
      expect(definitions)
        .to.contain('CREATE TABLE `item`')
        .and.contain('-- Dump completed')
        .and.not.contain('INSERT INTO `');
    });

    it('finds nothing in a database with everything in it', async () => {
      await server.sql('drop database if exists reh_all');
      const { createConnection } = await import('mysql2/promise');
      const { port, host } = server;
      const root = await createConnection({
        host,
        port,
        user: 'rehearsed',
        password: 'secret#1',
        multipleStatements: true,
      });
      const [[version]] = (await root.query('select version() v')) as unknown as [[{ v: string }]];
      await createEverything(root, {
        database: 'reh_all',
        flavour,
        version: /^[\d.]+/.exec(version.v)![0],
        largestRow: 1000,
      });
      await root.end();
      const { record, findings } = await rehearse(source('reh_all'));
      expect({ findings, left_out: record.left_out, reason: record.reason }).to.deep.equal({
        findings: [],
        left_out: [],
        reason: null,
      });
      expect(record.objects).to.be.above(60);
      await server.sql('drop database reh_all');
    });

    it('finds nothing in tables that need a file of their own, between tables that share one', async () => {
      const kinds =
        flavour === 'mariadb' ? ['page_compressed=1', 'encrypted=no'] : ["compression='zlib'", 'autoextend_size=4M'];
      const { findings, record } = await rehearse(
        await make(
          ['', 'row_format=compressed key_block_size=4', 'partition by hash (a) partitions 2', ...kinds, '']
            .map((kind, at) => `create table t${at} (a int primary key, b text) engine=InnoDB ${kind};`)
            .join('\n'),
        ),
      );
      expect(findings).to.deep.equal([]);
      expect(record).to.deep.include({ reason: null, objects: 6, left_out: [] });
    });

    const reasons = (findings: readonly { code: string; message: string }[]) =>
      findings.map(({ code, message }) => `${code} ${message}`).join('\n');

    for (const { what, edit, found } of [
      {
        what: 'does not load',
        edit: (dump: string) => dump.replace('KEY `k` (`name`(4))', 'KEY `k` (`nome`(4))'),
        found:
          /^DOES_NOT_LOAD .* does not load table item from this dump \(table item: Key column 'nome' doesn't exist/,
      },
      {
        what: 'has another default',
        edit: (dump: string) => dump.replace("'1.50'", "'1.51'").replace('DEFAULT 1.50', 'DEFAULT 1.51'),
        found: /^LOADS_DIFFERENTLY .*: table item \(table item, definition: .*1\.50.* became .*1\.51/,
      },
      {
        what: 'has another definer',
        edit: (dump: string) => dump.replace('`some one`@`10.%`', '`no one`@`10.%`'),
        found: /^LOADS_DIFFERENTLY .*: view cheapest /,
      },
      {
        what: 'has its triggers in another order',
        edit: swapTriggers,
        found: /^LOADS_DIFFERENTLY .*trigger priced.* order: number 1 BEFORE INSERT on item became number 2/,
      },
      {
        what: 'has another character set of a routine',
        edit: (dump: string) =>
          dump
            .replaceAll('SET collation_connection  = utf8mb4_unicode_ci', 'SET collation_connection  = utf8mb4_bin')
            .replaceAll('SET collation_connection  = utf8mb4_general_ci', 'SET collation_connection  = utf8mb4_bin')
            .replaceAll('SET collation_connection  = utf8mb4_0900_ai_ci', 'SET collation_connection  = utf8mb4_bin'),
        found: /^LOADS_DIFFERENTLY .*collation_connection: \w+ became utf8mb4_bin/,
      },
    ])
      it(`finds that a dump ${what}`, async () => {
        const { findings, record } = await rehearse(await make(SHOP), { edit });
        expect(record.reason).to.equal(null);
        expect(reasons(findings)).to.match(found);
      });

    it('reports nothing of what was changed on the source while it was dumped', async () => {
      const of = await make(SHOP);
      const { findings, record } = await rehearse(of, {
        meanwhile: async () => {
          using session = await connect(of, { signal });
          await session.ask('alter table item add column colour int');
          await session.ask('drop view cheapest');
          await session.ask('drop procedure buy');
          await session.ask('create procedure buy() select 1');
        },
      });
      expect(findings).to.deep.equal([]);
      // The dump is as the source was: only what differs would be looked at once more.
      expect(record).to.deep.include({ objects: 9, left_out: [] });
    });

    it('reports nothing of what was changed while it was dumped and so differs from what was seen before', async () => {
      const of = await make(SHOP);
      const { findings, record } = await rehearse(of, {
        edit: dump =>
          dump
            .replace('DEFAULT 1.50', 'DEFAULT 1.51')
            .replace("'1.50'", "'1.51'")
            .replaceAll('insert into sold (item)', 'insert into sold ( item )'),
        meanwhile: async () => {
          using session = await connect(of, { signal });
          await session.ask('alter table item alter price set default 1.51');
          await session.ask('drop procedure buy');
          await session.ask('create procedure buy(which int) insert into sold ( item ) values (which)');
        },
      });
      expect(findings).to.deep.equal([]);
      expect(record.left_out).to.deep.equal([
        'tables item: changed on the source meanwhile',
        'procedures buy: changed on the source meanwhile',
      ]);
    });

    it('leaves out what needs another database, and what hangs on that, and finds nothing', async () => {
      await make('create table far (a int);\ncreate function f() returns int deterministic return 1', 'reh_other');
      const { findings, record } = await rehearse(
        await make(
          'create view v as select a, reh_other.f() f from reh_other.far;\ncreate view w as select a from v;\ncreate table t (a int)',
        ),
      );
      expect(findings).to.deep.equal([]);
      expect(record.objects).to.equal(1);
      expect(record.left_out?.map(it => it.split(':')[0])).to.deep.equal(['view v', 'view w']);
    });

    it('finds nothing in statements that name the database that was dumped', async () => {
      const { findings } = await rehearse(
        await make(
          'create table t (a int);\ncreate view v as select x.a from reh_one.t x;\ncreate procedure p() insert into `reh_one`.`t` select a from reh_one.v',
        ),
      );
      expect(findings).to.deep.equal([]);
    });

    it('keeps a hostile dump within its database, and the rest of the machine as it was', async () => {
      const secret = join(folder, 'databases.json');
      const written = join(folder, 'written');
      const hostile = [
        `SELECT 1 INTO OUTFILE '${written}';`,
        `CREATE VIEW stolen AS SELECT LOAD_FILE('${secret}') AS a;`,
        'CREATE TABLE mysql.hers (a int);',
        "GRANT ALL ON *.* TO 'root'@'localhost';",
        'SET GLOBAL event_scheduler = ON;',
        `LOAD DATA INFILE '${secret}' INTO TABLE item;`,
        `\\! touch ${written}`,
      ].join('\n');
      const { record, findings, manifest } = await rehearse(await make(SHOP), {
        edit: dump => dump.replace('-- Dump completed', `${hostile}\n-- Dump completed`),
      });
      expect(await readdir(folder)).to.not.include('written');
      expect(manifest.state).to.equal('incomplete');
      expect([record.reason, ...findings.map(({ code }) => code)]).to.satisfy(
        (found: unknown[]) => found[0] !== null || found.includes('NOT_REHEARSED'),
      );
    });

    it('is not done, with the reason, where its beginning fails', async () => {
      const of = await make(SHOP);
      // No name of a database is known with which it fails, so the name itself does.
      const failing: DatabaseSource = Object.defineProperty({ ...of }, 'database', {
        get: () => {
          throw new SyntaxError('Invalid regular expression');
        },
      });
      const report = await runPreflight(of, { signal });
      const upcoming = rehearsals.begin(failing, report);
      rehearsals.prepare(upcoming);
      const { record, findings } = await rehearsals.rehearse(upcoming, {
        path: join(folder, 'none'),
        inventory: emptyInventory(),
      });
      expect([record.reason, record.server, findings]).to.deep.equal(['Invalid regular expression', null, []]);
    });

    it('is not done, with the reason, where no such server is installed, where the server is gone, and where it takes too long', async () => {
      const of = await make(SHOP);
      const tried = async (more: Partial<ConstructorParameters<typeof Rehearsals>[0]>) => {
        const programs = Promise.resolve([]);
        await using other = new Rehearsals({ folder, programs, signal, isRequired: true, ...more });
        return rehearsed(other, of, { folder, clients });
      };
      const none = await tried({});
      expect(none.record.reason).to.match(/^no (?:mariadbd|mysqld) \d+\.\d+ or later is on this machine$/);
      expect(none.findings.map(({ code, severity }) => `${code} ${severity}`)).to.deep.equal(['NOT_REHEARSED warning']);
      const broken = { path: '/bin/false', flavour, version: '99.9.9', options: [] };
      const failed = await tried({ programs: Promise.resolve([broken]), isRequired: false });
      expect(failed.record.reason).to.match(/\/bin\/false/);
      expect(failed.findings).to.deep.equal([]);
      const slow = await tried({
        programs: flavour === 'mysql' ? mySql9Server().then(it => [it]) : findServerPrograms(),
        withinMs: 5,
        isRequired: false,
      });
      expect(slow.record.reason).to.be.a('string');
      expect(slow.findings).to.deep.equal([]);
    });

    it('is not done, with the reason, when those before it take too long', async () => {
      const of = await make(SHOP);
      const report = await runPreflight(of, { signal });
      const programs = new Promise<never>(() => {});
      const limits = { withinMs: 1000, waitMs: 100 };
      await using other = new Rehearsals({ folder, programs, signal, isRequired: false, ...limits });
      const dump = { path: join(folder, 'none'), inventory: emptyInventory() };
      const both = [1, 2].map(() => other.rehearse(other.begin(of, report), dump));
      expect((await Promise.all(both)).map(({ record }) => record.reason)).to.deep.equal([
        'it took longer than 1.0 s',
        'it waited longer than 0.1 s for the rehearsals before it',
      ]);
    });
  });

/** The second of two triggers in front of the first one: a dump has no other sign of their order. */
function swapTriggers(dump: string): string {
  const [first, second] = [
    ...dump.matchAll(/^\/\*!50003 CREATE\*\/.*trigger (?:`?priced`?|`?named`?)[\s\S]*?;;$/gim),
  ].map(([text]) => text);
  const withoutOrder = (text: string) => text.replace(/ follows `?priced`?/i, '');
  return dump
    .replace(first!, '@1')
    .replace(second!, () => withoutOrder(first!))
    .replace('@1', () => withoutOrder(second!));
}
