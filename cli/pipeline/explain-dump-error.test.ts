import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type MariaDb, sharedMariaDb } from '../../test/support/mariadb.ts';
import { adviceFor } from './explain-dump-error.ts';

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
      [
        `mysqldump: Got error: 2002: "Can't connect to server on '127.0.0.1' (111)" when trying to connect`,
        /db_host, db_port/,
      ],
      [
        `mysqldump: Got error: 2003: Can't connect to MySQL server on '127.0.0.1:1' (111) when trying to connect`,
        /db_port/,
      ],
      [`mysqldump: Got error: 2005: "Unknown server host 'x' (-2)" when trying to connect`, /db_host/],
      [`mysqldump: Couldn't execute 'SHOW FIELDS FROM \`v\`': View 'd.v' references invalid table(s) (1356)`, /view/],
      [
        'mysqldump: Error 2013: Lost connection to server during query when dumping table `a` at row: 7',
        /ended the connection/,
      ],
      [
        "mysqldump: Error 2020: Got packet bigger than 'max_allowed_packet' bytes when dumping table `a` at row: 0",
        /max-allowed-packet/,
      ],
      [
        'mysqldump: Error 1412: Table definition has changed, please retry transaction when dumping table `a` at row: 0',
        /again/,
      ],
      [
        'mysqldump: Got error: 2026: "TLS/SSL error: SSL is required, but the server does not support it" when trying to connect',
        /TLS/,
      ],
      [
        "mysqldump: Got error: 2061: Authentication plugin 'caching_sha2_password' reported error: Authentication requires secure connection. when trying to connect",
        /"ssl": "require"/,
      ],
      [`mysqldump: Couldn't execute 'show events': Access denied for user 'a'@'b' to database 'd' (1044)`, /rights/],
      ['mysqldump: Got error: 1040: "Too many connections" when trying to connect', /connection/],
    ];
    for (const [message, advice] of messages) expect(adviceFor(message), message).to.match(advice);
  });

  it('takes the first number that it knows', () =>
    expect(adviceFor('Warning (9999)\nGot error: 1049: x\nGot error: 1045: y')).to.contain('database_name'));

  it('says nothing where nobody knows', () => {
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
    ): Promise<string> => {
      const { host, port, user, password, database } = {
        ...mariadb,
        port: String(mariadb.port),
        database: 'mysql',
        ...options,
      };
      const args = ['--no-defaults', `--host=${host}`, `--port=${port}`, '--protocol=tcp', `--user=${user}`, database];
      const error = await promisify(execFile)('mysqldump', args, {
        env: { PATH: process.env.PATH!, MYSQL_PWD: password },
      }).catch(error => error);
      return String(error.stderr);
    };

    it('wrong password', async () =>
      expect(adviceFor(await saidBy({ password: 'wrong' }))).to.contain('refuses this user or password'));

    it('unknown user', async () =>
      expect(adviceFor(await saidBy({ user: 'nobody' }))).to.contain('refuses this user or password'));

    it('unknown database', async () =>
      expect(adviceFor(await saidBy({ database: 'no_such_database' }))).to.contain('database_name'));

    it('unknown host', async () =>
      expect(adviceFor(await saidBy({ host: 'no-such-host.invalid' }))).to.contain('db_host'));

    it('nothing listens there', async () => {
      const closed = createServer().listen(0, '127.0.0.1');
      await once(closed, 'listening');
      const { port } = closed.address() as { port: number };
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
