import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createEverything } from '../../testing/databases/everything/everything.ts';
import { hasMySql9, mySql9Server } from '../../testing/databases/mysql9.ts';
import { rehearsed } from '../../testing/databases/rehearsed.ts';
import { SERVERS, type SourceServer } from '../../testing/databases/source-server.ts';
import type { DumpClients } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { connect } from '../mysql/connect.ts';
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
        expect(await readdir(folder), 'nothing is left').to.deep.equal([]);
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
  });
