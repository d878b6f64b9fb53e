import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { portOf } from '../../testing/free-port.ts';
import { adviceFor } from './error-advice.ts';

describe('explain-dump-error', () => {
  it('knows the messages of both clients', () => {
    const messages: [string, RegExp][] = [
      [
        `mysqldump: Got error: 1045: "Access denied for user 'a'@'b' (using password: YES)" when trying to connect`,
        /password/,
      ],
      [
        `mysqldump: Got error: 1045: Access denied for user 'a'@'b' (using password: YES) when trying to connect`,
        /password/,
      ],
      [`mysqldump: Got error: 1698: "Access denied for user 'root'@'localhost'" when trying to connect`, /user/],
      [`mysqldump: Got error: 1049: "Unknown database 'x'" when selecting the database`, /database_name/],
      [`mysqldump: Got error: 1049: Unknown database 'no'such' when selecting the database`, /Check database_name/],
      [`mysqldump: Got error: 1049: "Unknown database 'it\\'s'" when selecting the database`, /Rename the database/],
      [`mysqldump: Got error: 1049: "Unknown database 'a\\"b'" when selecting the database`, /Rename the database/],
      [
        `mysqldump: Got error: 2002: "Can't connect to server on '127.0.0.1' (111)" when trying to connect`,
        /db_host, db_port/,
      ],
      [
        `mysqldump: Got error: 2003: Can't connect to MySQL server on '127.0.0.1:1' (111) when trying to connect`,
        /db_port/,
      ],
      [`mysqldump: Got error: 2005: "Unknown server host 'x' (-2)" when trying to connect`, /db_host/],
      [
        `mysqldump: Couldn't execute 'SHOW FIELDS FROM \`v\`': View 'd.v' references invalid table(s) (1356)`,
        /The view d\.v .*Bring that back, .*SHOW CREATE VIEW `d`\.`v` .*Only if .*CREATE OR REPLACE VIEW/,
      ],
      [
        'mysqldump: Error 2013: Lost connection to server during query when dumping table `a` at row: 7',
        /ended the connection in the middle \(table a, at row 7\)/,
      ],
      [
        "mysqldump: Error 2020: Got packet bigger than 'max_allowed_packet' bytes when dumping table `a` at row: 0",
        /max-allowed-packet/,
      ],
      [
        'mysqldump: Error 1412: Table definition has changed, please retry transaction when dumping table `a` at row: 0',
        /^Table a was changed.*again/,
      ],
      [
        'mysqldump: Got error: 2026: "TLS/SSL error: SSL is required, but the server does not support it" when trying to connect',
        /TLS/,
      ],
      [
        "mysqldump: Got error: 2061: Authentication plugin 'caching_sha2_password' reported error: Authentication requires secure connection. when trying to connect",
        /"ssl": "require"/,
      ],
      [
        `mysqldump: Couldn't execute 'show events': Access denied for user 'a'@'b' to database 'd_1' (1044)`,
        /GRANT EVENT ON `d\\_1`\.\* TO 'a'@'b'/,
      ],
      [
        `mysqldump: Got error: 1044: "Access denied for user 'a'@'b' to database 'd'" when using LOCK TABLES`,
        /GRANT LOCK TABLES ON `d`\.\* TO 'a'@'b'/,
      ],
      [
        `mysqldump: Got error: 1044: "Access denied for user 'a'@'b' to database 'd'" when selecting the database`,
        /GRANT SELECT, SHOW VIEW, .* ON `d`\.\* TO 'a'@'b';/,
      ],
      [
        "mysqldump: Couldn't execute 'show create table `v`': SHOW VIEW command denied to user 'a'@'b' for table `d`.`v` (1142)",
        /the right SHOW VIEW on the table or view `d`\.`v`/,
      ],
      [
        "mysqldump: Couldn't execute 'show fields from `t`': SELECT command denied to user 'a'@'b' for table 't' (1142)",
        /the right SELECT on the table or view 't'/,
      ],
      [
        "mysqldump: Couldn't execute 'FLUSH TABLES': Access denied; you need (at least one of) the RELOAD privilege(s) for this operation (1227)",
        /the right RELOAD/,
      ],
      [
        "mysqldump: Couldn't execute 'SHOW FIELDS FROM `v`': The user specified as a definer ('gone'@'localhost') does not exist (1449)",
        /'gone'@'localhost', who is gone/,
      ],
      [
        'mysqldump: Error 2006: Server has gone away when dumping table `a` at row: 9',
        /gone away \(table a, at row 9\)/,
      ],
      [
        `mysqldump: Got error: 145: "Table './d/t' is marked as crashed and should be repaired" when using LOCK TABLES`,
        /^Table d\.t is damaged.*REPAIR TABLE/,
      ],
      [
        "mysqldump: Couldn't execute 'show create table `t`': Table 't' is marked as crashed and should be repaired (1194)",
        /^Table t is damaged.*REPAIR TABLE/,
      ],
      [
        `mysqldump: Couldn't execute 'SHOW TRIGGERS': Error writing file '/tmp/MYfd=35' (Errcode: 28 "No space left on device") (3)`,
        /disk of the database server is full/,
      ],
      [
        "mysqldump: Couldn't execute 'show create table `t`': Can't find file: './d/t.MYI' (errno: 2 \"No such file or directory\") (1017)",
        /table d\.t is gone/,
      ],
      [
        `mysqldump: Got error: 2059: "Authentication plugin 'caching_sha2_password' cannot be loaded: no such file" when trying to connect`,
        /no plugin caching_sha2_password/,
      ],
      [
        `mysqldump: Got error: 1130: "Host '10.0.0.1' is not allowed to connect to this server" when trying to connect`,
        /this host/,
      ],
      [
        'mysqldump: Got error: 3159: Connections using insecure transport are prohibited while --require_secure_transport=ON. when trying to connect',
        /"ssl": "require"/,
      ],
      ['mysqldump: Got error: 1040: "Too many connections" when trying to connect', /connection/],
    ];
    for (const [message, advice] of messages) expect(adviceFor(message), message).to.match(advice);
  });

  it('takes the first number that it knows', () =>
    expect(adviceFor('Warning (9999)\nGot error: 1049: x\nGot error: 1045: y')).to.contain('database_name'));

  it('gives no advice for an unknown error', () => {
    for (const message of [
      '',
      'Killed',
      'table `1045`',
      'at row: 1045',
      "Unknown database 'db_1049'",
      'Got error: 31045: x',
    ])
      expect(adviceFor(message), message).to.equal(undefined);
  });

  describe('of the real client', () => {
    let mariadb: MariaDb;
    before(async function () {
      this.timeout(60_000);
      mariadb = await sharedMariaDb();
    });

    const saidBy = async (
      options: Partial<Record<'host' | 'port' | 'user' | 'password' | 'database', string>>,
      ...more: string[]
    ): Promise<string> => {
      const { host, port, user, password, database } = {
        ...mariadb,
        port: String(mariadb.port),
        database: 'mysql',
        ...options,
      };
      const args = [
        '--no-defaults',
        `--host=${host}`,
        `--port=${port}`,
        '--protocol=tcp',
        `--user=${user}`,
        ...more,
        database,
      ];
      const error = await promisify(execFile)('mysqldump', args, {
        env: { PATH: process.env.PATH!, MYSQL_PWD: password },
      }).catch(error => error);
      return String(error.stderr);
    };

    it('wrong password', async () =>
      expect(adviceFor(await saidBy({ password: 'wrong' }))).to.contain('refuses this user or password'));

    it('unknown user', async () =>
      expect(adviceFor(await saidBy({ user: 'no_such_user' }))).to.contain('refuses this user or password'));

    it('unknown database', async () =>
      expect(adviceFor(await saidBy({ database: 'no_such_database' }))).to.contain('database_name'));

    it('events in a database whose name has a quote in it', async () => {
      await mariadb.sql("create or replace database `it's`; create event `it's`.e on schedule every 1 day do select 1");
      expect(adviceFor(await saidBy({ database: "it's" }, '--events'))).to.contain('Rename the database');
      expect(await saidBy({ database: "it's" }), 'without events').to.equal('');
      await mariadb.sql("drop database `it's`");
      expect(adviceFor(await saidBy({ database: "it's" }, '--events'))).to.contain('Check database_name');
    });

    it('unknown host', async () =>
      expect(adviceFor(await saidBy({ host: 'no-such-host.invalid' }))).to.contain('db_host'));

    it('nothing listens there', async () => {
      const closed = createServer().listen(0, '127.0.0.1');
      await once(closed, 'listening');
      const port = portOf(closed);
      closed.close();
      await once(closed, 'close');
      expect(adviceFor(await saidBy({ port: String(port) }))).to.contain('db_port');
    });

    it('a socket that is not there', async () => {
      const args = ['--no-defaults', '--socket=/nowhere/mysqld.sock', '--protocol=socket', 'mysql'];
      const error = await promisify(execFile)('mysqldump', args).catch(error => error);
      expect(adviceFor(error.stderr)).to.contain('db_socket');
    });
  });
});
