import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { startMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMySql9, mySql9Program, startMySql9, testsMySql9 } from '../../testing/databases/mysql9.ts';
import { blocksRunBy } from '../../testing/docs/pages.ts';

const run = promisify(execFile);
const OPTIONS = [
  '--single-transaction',
  '--quick',
  '--routines',
  '--events',
  '--triggers',
  '--hex-blob',
  '--no-tablespaces',
];

const SOURCE = [
  'create database pt_xyz character set utf8mb4',
  'create user keeper@localhost',
  'grant all on pt_xyz.* to keeper@localhost',
  'use pt_xyz',
  'create table item (id int primary key, title varchar(100))',
  "insert into item values (1, 'one'), (2, 'it''s two')",
  'create definer = keeper@localhost view cheap as select id from item',
  'create definer = keeper@localhost trigger shout before insert on item for each row begin /* loud */ set new.title = upper(new.title); end',
  "create definer = keeper@localhost function two_lines() returns varchar(20) deterministic return 'one\r\ntwo'",
  "create definer = keeper@localhost procedure restock() begin -- it's\r\n select 1; /* none */ end",
  "create definer = keeper@localhost event nightly on schedule every 1 day starts '2037-01-01' do call restock()",
];

/** What a server could put behind a table: a restore as root would obey each. */
const EVIL = [
  "create user evil@'%';",
  'grant all on *.* to lumbung_restore@localhost;',
  'create database evil;',
  'use evil_neighbour;\ndrop table precious;',
  'drop table evil_neighbour.precious;',
  'set global general_log = 1;',
  "select 1 into outfile 'EVIL';",
  '\\! touch EVIL',
  'system touch EVIL;',
];

interface Server {
  readonly socketPath: string;
  readonly client: string;
  readonly dump: readonly string[];
}

/** The statements and the command that docs/how-to/restore-a-database.md has, run as they stand there. */
describe('the documented restore', function () {
  this.timeout(120_000);
  let docs: string;
  before(async () => {
    docs = await readFile(join(import.meta.dirname, '../../docs/how-to/restore-a-database.md'), 'utf8');
  });

  const grantsFor = (flavour: 'MariaDB' | 'MySQL') =>
    new RegExp(`\\n${flavour}[^\\n]*:\\n\\n\`\`\`sql\\n(CREATE DATABASE pt_xyz_restored.*?)\`\`\``, 's')
      .exec(docs)![1]!
      .split('\n')
      .map(line => line.replace(/;[^;']*$/, ''))
      .filter(line => line !== '');
  const command = (client: 'mariadb' | 'mysql') => {
    const command = new RegExp(`\\n *${client} -u lumbung_restore -p (.* pt_xyz_restored)\\n`);
    const found = blocksRunBy('test/restore/restore.test.ts')
      .map(({ text }) => command.exec(text.replaceAll(/\\\n */g, ''))?.[1])
      .filter(options => options !== undefined);
    expect(found, client).to.have.length(1);
    return found[0]!;
  };

  /** Loads a dump by a user that has just the rights which the docs give it. */
  function load({ socketPath, client }: Server, dump: Buffer | string, options: string) {
    const env = { ...process.env, MYSQL_PWD: 'a long password for restores', HOME: '/nonexistent' };
    const shell = `exec '${client}' --no-defaults -u lumbung_restore --socket='${socketPath}' ${options}`;
    return spawnSync('sh', ['-c', shell], { input: dump, env, encoding: 'utf8', timeout: 60_000 });
  }

  async function restoresAndObeysNothingElse(server: Server, flavour: 'MariaDB' | 'MySQL', options: string) {
    await using root = await createConnection({ socketPath: server.socketPath, user: 'root', charset: 'utf8mb4' });
    const rows = async (sql: string) => (await root.query<RowDataPacket[]>(sql))[0];
    for (const statement of SOURCE) await root.query(statement);
    const [program, ...more] = server.dump;
    const dumped = await run(program!, [
      '--no-defaults',
      '-uroot',
      `--socket=${server.socketPath}`,
      ...more,
      ...OPTIONS,
      'pt_xyz',
    ]);
    for (const statement of grantsFor(flavour)) await root.query(statement);

    const { status, stderr } = load(server, dumped.stdout, options);
    expect({ status, said: stderr.trim() }).to.deep.equal({ status: 0, said: '' });
    for (const what of [
      'view cheap',
      'trigger shout',
      'function two_lines',
      'procedure restock',
      'event nightly',
      'table item',
    ]) {
      const of = async (database: string) => {
        const [kind, name] = what.split(' ');
        const [row] = await rows(`show create ${kind} ${database}.${name}`);
        const text = row!['SQL Original Statement'] ?? row![`Create ${kind![0]!.toUpperCase()}${kind!.slice(1)}`];
        return String(text)
          .replaceAll(`\`${database}\`.`, '')
          .replaceAll(/\*\/ |\s+/g, ' ')
          .replaceAll('*/', '');
      };
      expect(await of('pt_xyz_restored'), what)
        .to.equal(await of('pt_xyz'))
        .and.to.match(/\w/);
    }
    const [restored] = await rows(
      "select hex(routine_definition) as it from information_schema.routines where routine_schema = 'pt_xyz_restored' and routine_name = 'two_lines'",
    );
    // MariaDB tells it with the line end as an escape.
    expect(Buffer.from(String(restored!.it), 'hex').toString()).to.match(/one(?:\r\n|\\r\\n)two/);

    const place = await mkdtemp(join(tmpdir(), 'lumbung-evil-'));
    await root.query('create database evil_neighbour');
    await root.query('create table evil_neighbour.precious (id int)');
    for (const evil of EVIL) {
      const hostile = evil.replace('EVIL', join(place, 'evil'));
      expect(load(server, `create table before_it (id int);\n${hostile}\n`, options).status, evil).to.not.equal(0);
      expect(
        await rows("select table_name from information_schema.tables where table_name = 'precious'"),
        evil,
      ).to.have.length(1);
      expect(await rows("select user from mysql.user where user = 'evil'"), evil).to.deep.equal([]);
      expect(
        await rows("select schema_name from information_schema.schemata where schema_name = 'evil'"),
        evil,
      ).to.deep.equal([]);
      expect(existsSync(join(place, 'evil')), evil).to.equal(false);
      await root.query('drop table pt_xyz_restored.before_it');
    }
    await rm(place, { recursive: true });
  }

  it('loads a dump of MariaDB with a user that has rights on one database, keeps the definers, and obeys nothing else', async function () {
    if (testsMySql9) return this.skip(); // `npm test` has done it
    await using mariadb = await startMariaDb(['--log-bin=log']);
    await using root = await createConnection({ socketPath: mariadb.socket, user: 'root' });
    await root.query('set global general_log = 0');
    const [, binaryLog] = /\nMariaDB with its binary log on.*?```sql\n(SET GLOBAL .*?;)\n/s.exec(docs)!;
    await root.query(binaryLog!);
    await restoresAndObeysNothingElse(
      { socketPath: mariadb.socket, client: 'mariadb', dump: ['mariadb-dump'] },
      'MariaDB',
      command('mariadb'),
    );
  });

  if (testsMySql9)
    it('loads one of MySQL 9 so', async function () {
      if (!hasMySql9()) return this.skip();
      await using mysql = await startMySql9();
      await restoresAndObeysNothingElse(
        {
          socketPath: mysql.socket,
          client: mySql9Program('mysql'),
          dump: [mySql9Program('mysqldump'), '--set-gtid-purged=OFF', '--column-statistics=0'],
        },
        'MySQL',
        command('mysql'),
      );
    });
});
