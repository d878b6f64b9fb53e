import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { backUpAndLoad } from '../../../testing/databases/backed-up.ts';
import { PASSWORD, type SourceServer } from '../../../testing/databases/source-server.ts';
import { SERVERS } from '../../../testing/databases/source-servers.ts';

const [DATABASE, COPY] = ['pt_garbled', 'pt_garbled_copy'];

/** What the server shows of routines, triggers, events and views, by kind and in order. */
const FACTS = [
  ...[
    "'routine', routine_name, definer, routine_comment, dtd_identifier, sql_mode, security_type|routines|routine_schema",
  ],
  ...["'parameter', specific_name, parameter_name, dtd_identifier|parameters|specific_schema"],
  ...["'trigger', trigger_name, definer, action_statement, sql_mode|triggers|trigger_schema"],
  ...["'event', event_name, definer, event_comment, event_definition, sql_mode|events|event_schema"],
  ...["'view', table_name, definer, security_type|views|table_schema"],
].map(it => it.split('|') as [string, string, string]);

for (const { name, flavour, open } of SERVERS)
  describe(`names and comments of ${name}`, function () {
    this.timeout(60_000);
    let server: SourceServer;
    let folder: string;
    const isMaria = flavour === 'mariadb';
    before(async function () {
      const opened = await open();
      if (!opened) return this.skip();
      server = opened;
      folder = await mkdtemp(join(tmpdir(), 'lumbung-garbled-'));
      await server.sql(`drop user if exists lumbung@'%'; create user lumbung@'%' identified by '${PASSWORD}';
        grant all on *.* to lumbung@'%' with grant option; create user 'jürgen'@'%'`);
    });
    after(async () => {
      await server?.sql(`drop user if exists lumbung@'%', 'jürgen'@'%'; drop database if exists ${DATABASE};
        drop database if exists ${COPY}; drop database if exists \`größe\``);
      await server?.[Symbol.asyncDispose]();
      if (folder) await rm(folder, { recursive: true });
    });

    /** Creates each over a connection of its own, in a character set. */
    const createOver = async (charset: string, statements: readonly string[], database = DATABASE) => {
      await server.sql(
        `drop database if exists \`${database}\`; create database \`${database}\` character set utf8mb4; use \`${database}\`;
         create table t (id int, v varchar(20)); create table \`größe\` (id int)`,
      );
      const { port } = server;
      const login = { host: '127.0.0.1', port, user: 'lumbung', password: PASSWORD };
      const connection = await createConnection({ ...login, charset });
      try {
        await connection.changeUser({ charset, database });
        for (const statement of statements) await connection.query(statement);
      } finally {
        await connection.end();
      }
    };
    const factsOf = async (database: string) => {
      const facts: string[] = [];
      for (const [columns, view, schema] of FACTS)
        for (const row of (await server.sql(
          `select ${columns} from information_schema.${view} where ${schema} = '${database}' order by 1, 2, 3`,
        )) as object[])
          facts.push(JSON.stringify(Object.values(row)));
      return facts;
    };
    const trip = () => backUpAndLoad(server, DATABASE, { folder, copy: COPY });

    const each = {
      'procedure größe': { statement: 'create procedure `größe`() select 1', garbled: isMaria ? '' : 'name' },
      'procedure commented': { statement: "create procedure commented() comment 'größe' select 1", garbled: 'comment' },
      'procedure defined': {
        statement: "create definer = 'jürgen'@'%' procedure defined() select 1",
        garbled: isMaria ? '' : 'definer',
      },
      'function typed': {
        statement: "create function typed() returns enum('größe') deterministic return 'größe'",
        garbled: 'returned type',
      },
      'function fine': {
        statement:
          "create function fine(`größe` enum('größe')) returns varchar(20) deterministic return concat('größe', `größe`)",
        garbled: '',
      },
      'trigger größe': {
        statement: "create trigger `größe` before insert on t for each row set new.v = 'größe'",
        garbled: isMaria ? '' : 'name',
      },
      'trigger defined': {
        statement: "create definer = 'jürgen'@'%' trigger defined before insert on t for each row set new.v = 'x'",
        garbled: 'definer',
      },
      'trigger placed': {
        statement: 'create trigger placed before insert on `größe` for each row set new.id = 1',
        garbled: isMaria ? '' : 'table',
      },
      'event größe': { statement: 'create event `größe` on schedule every 1 day disable do select 1', garbled: 'name' },
      'event commented': {
        statement: "create event commented on schedule every 1 day disable comment 'größe' do select 1",
        garbled: 'comment',
      },
      'event defined': {
        statement: "create definer = 'jürgen'@'%' event defined on schedule every 1 day disable do select 1",
        garbled: 'definer',
      },
      'event fine': { statement: "create event fine on schedule every 1 day disable do set @a = 'größe'", garbled: '' },
      'view größe_v': {
        statement: "create definer = 'jürgen'@'%' view `größe_v` as select 'größe' as `größe`",
        garbled: '',
      },
    };
    for (const [label, { statement, garbled }] of Object.entries(each))
      it(`${garbled === '' ? 'come back and are no finding' : 'are told where they do not come back'}: ${label} made over latin1`, async () => {
        await createOver('latin1', [statement]);
        const { findings, error, state } = await trip();
        const isSame = JSON.stringify(await factsOf(COPY)) === JSON.stringify(await factsOf(DATABASE));
        expect(error === undefined && isSame).to.equal(garbled === '');
        const found = findings.map(({ code, message }) => `${code} ${/[^:]*$/.exec(message)![0].trim()}`);
        expect(found).to.deep.equal(garbled === '' ? [] : [`METADATA_GARBLED ${label} (${garbled}; latin1)`]);
        expect(state).to.equal(garbled === '' ? 'complete' : 'incomplete');
      });

    it('come back once the advice is followed, and are no finding', async () => {
      const statements = Object.values(each).map(({ statement }) => statement);
      await createOver('utf8mb4', statements);
      const { findings, error } = await trip();
      expect(error).to.equal(undefined);
      expect(findings).to.deep.equal([]);
      expect(await factsOf(COPY)).to.deep.equal(await factsOf(DATABASE));
      expect(await factsOf(COPY)).to.have.length.above(statements.length - 1);
    });

    const routines = isMaria ? ['размер', '能力', 'größe'] : [];
    for (const [charset, word] of [
      ['cp1251', routines[0]],
      ['gbk', routines[1]],
      ['cp850', routines[2]],
      ['latin2', routines[2]],
    ] as const)
      if (word !== undefined)
        it(`of routines and triggers are listed as they are, made over ${charset}`, async () => {
          await createOver(charset, [
            `create procedure \`${word}\`() select '${word}'`,
            `create trigger \`${word}\` before insert on t for each row set new.v = '${word}'`,
          ]);
          const { findings, error, inventory } = await trip();
          expect(error).to.equal(undefined);
          expect(await factsOf(COPY)).to.deep.equal(await factsOf(DATABASE));
          expect(findings).to.deep.equal([]);
          expect([inventory.procedures, inventory.triggers]).to.deep.equal([[word], [word]]);
        });

    if (isMaria)
      it('are read as the server does where a trigger names its database over latin1', async () => {
        await createOver(
          'latin1',
          ['create trigger `größe`.tr before insert on t for each row set new.id = 1'],
          'größe',
        );
        const { findings } = await backUpAndLoad(server, 'größe', { folder, copy: COPY });
        expect(findings.map(({ code, message }) => `${code} ${/[^:]*$/.exec(message)![0].trim()}`)).to.deep.equal([
          'DATABASE_NAME_HARDCODED trigger tr',
        ]);
      });

    const underMode = [
      ['procedure p', "create procedure p() comment 'C:\\temp' select 1", 'comment'],
      ['procedure p', "create procedure p() comment 'two\nlines' select 1", 'comment'],
      ['function f', "create function f() returns enum('a\\b') deterministic return 'a\\b'", 'returned type'],
      ['event e', "create event e on schedule every 1 day disable comment 'C:\\temp' do select 1", 'comment'],
      ['event e', "create event e on schedule every 1 day disable comment 'two\r\nlines' do select 1", 'comment'],
      ['procedure fine', "create procedure fine(a enum('a\\b')) comment 'it''s' select 'C:\\temp\\', \"x\"", ''],
      ['event fine', "create event fine on schedule every 1 day disable comment 'it''s' do set @a = 'C:\\temp\\'", ''],
      ['trigger fine', "create trigger fine before insert on t for each row set new.v = 'C:\\temp\\'", ''],
      ['view fine', "create view fine as select 'C:\\temp\\' as v", ''],
    ] as const;
    for (const [label, statement, garbled] of underMode)
      it(`${garbled === '' ? 'come back and are no finding' : 'are told where they do not come back'} under NO_BACKSLASH_ESCAPES: ${JSON.stringify(statement)}`, async () => {
        await createOver('utf8mb4', ["set sql_mode = 'NO_BACKSLASH_ESCAPES'", statement]);
        const { findings, error, state } = await trip();
        expect(error).to.equal(undefined);
        const isSame = JSON.stringify(await factsOf(COPY)) === JSON.stringify(await factsOf(DATABASE));
        expect(isSame).to.equal(garbled === '');
        const found = findings.map(({ code, message }) => `${code} ${/[^:]*$/.exec(message)![0].trim()}`);
        expect(found).to.deep.equal(garbled === '' ? [] : [`METADATA_GARBLED ${label} (${garbled})`]);
        expect(state).to.equal(garbled === '' ? 'complete' : 'incomplete');
      });

    it('come back with definers of any signs, roles, SQL modes and rights, and are no finding', async () => {
      const users = [
        'a*/b',
        'a/*b',
        "a'b",
        'a`b',
        'a"b',
        'a b',
        'a;b',
        'a\\b',
        'a\nb',
        'a-- b',
        'a#b',
        'a$$b',
        'a*/ b',
      ];
      const definers = users.map(user => `\`${user.replaceAll('`', '``')}\`@'%'`);
      await server.sql(definers.map(definer => `drop user if exists ${definer}; create user ${definer}`).join(';'));
      if (isMaria) await server.sql('create or replace role keeper; grant keeper to lumbung@"%"');
      const all = isMaria ? [...definers, 'keeper'] : definers;
      const block = 'begin set @a = 1; end';
      try {
        await createOver('utf8mb4', [
          ...all.flatMap((definer, i) => [
            `create definer = ${definer} procedure p${i}() select 1`,
            `create definer = ${definer} function f${i}() returns int deterministic return 1`,
            `create definer = ${definer} view v${i} as select 1 as a`,
            `create definer = ${definer} trigger t${i} before insert on t for each row ${block}`,
            `create definer = ${definer} event e${i} on schedule every 1 day disable do ${block}`,
          ]),
          "create definer = 'x'@'a*/b' procedure host() sql security invoker modifies sql data select 1",
          'create sql security invoker view secured as select 1 as a',
          ...['ANSI', 'NO_BACKSLASH_ESCAPES', 'PIPES_AS_CONCAT', ...(isMaria ? ['ORACLE'] : [])].flatMap(mode => [
            `set sql_mode = '${mode}'`,
            mode === 'ORACLE'
              ? 'create procedure in_oracle(a int) as b int; begin b := a; end'
              : `create procedure in_${mode}(a int) select 'a' || 'b'`,
            `create trigger in_${mode} before insert on t for each row ${block}`,
            `create event in_${mode} on schedule every 1 day disable do ${block}`,
          ]),
        ]);
        const { findings, error } = await trip();
        expect(error).to.equal(undefined);
        expect(await factsOf(COPY)).to.deep.equal(await factsOf(DATABASE));
        expect(findings).to.deep.equal([]);
      } finally {
        await server.sql(definers.map(definer => `drop user ${definer}`).join(';'));
        if (isMaria) await server.sql('drop role keeper');
      }
    });

    it('are no finding where ASCII says it all', async () => {
      await createOver('latin1', [
        "create definer = lumbung@'%' procedure plain() comment 'it''s plain' select 1",
        "create event plain on schedule every 1 day disable comment 'plain' do select 1",
        'create trigger plain before insert on t for each row set new.id = 1',
      ]);
      const { findings, error } = await trip();
      expect([findings, error]).to.deep.equal([[], undefined]);
      expect(await factsOf(COPY)).to.deep.equal(await factsOf(DATABASE));
    });
  });
