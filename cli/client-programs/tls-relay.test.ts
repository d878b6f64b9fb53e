import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { CERTIFICATE, KEY } from '../../testing/databases/certificate.ts';
import { dump, dumpDatabase } from '../../testing/databases/dump-database.ts';
import { type MariaDb, sharedMariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { SERVERS } from '../../testing/databases/source-servers.ts';
import { portOf } from '../../testing/free-port.ts';
import { OwnTime } from '../../testing/own-time.ts';
import { startStrippingProxy } from '../../testing/proxies/stripping-proxy.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError } from '../errors.ts';
import { runPreflight } from '../preflight/preflight.ts';
import { findMysqldump, type MysqldumpClient } from './mysqldump-client.ts';

const never = new AbortController().signal;

describe('the connection that dumps', () => {
  let folder: string;
  let plain: MariaDb;
  let secure: MariaDb;
  let client: MysqldumpClient;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'lumbung-tls-relay-'));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    await writeFile(key, KEY);
    await writeFile(certificate, CERTIFICATE);
    await writeFile(join(folder, 'other-ca.pem'), rootCertificates[0]!);
    [plain, secure, client] = await Promise.all([
      sharedMariaDb(),
      startMariaDb([`--ssl-key=${key}`, `--ssl-cert=${certificate}`]),
      findMysqldump('mysqldump'),
    ]);
    for (const server of [plain, secure])
      await server.sql(`create or replace database tls; create table tls.t (v varchar(40));
        insert into tls.t values ('a row of the table')`);
  });
  after(async () => {
    await secure.stop();
    await plain.sql('drop database tls');
    await rm(folder, { recursive: true });
  });

  const sourceOn = (
    { port, user = 'root', password }: { port: number; user?: string; password: string },
    more: Partial<DatabaseSource> = {},
  ): DatabaseSource => ({
    ...{ label: 'tls', database: 'tls', host: '127.0.0.1', port, user, password },
    ...{ dumpOptions: [], shrinkLimitPercent: 50, ...more },
  });
  const refusal = async (work: Promise<unknown>): Promise<ExplainedError> => {
    const error = await work.then(
      () => undefined,
      error => error,
    );
    expect(error).to.be.instanceOf(ExplainedError);
    return error;
  };
  const dumpOf = async (source: DatabaseSource, by = client, signal = never): Promise<string> => {
    const path = join(folder, 'dump.sql');
    try {
      await dump(source, path, { client: by, signal });
      return await readFile(path, 'utf8');
    } finally {
      await rm(path, { force: true });
    }
  };
  const verify = (ca: string): Partial<DatabaseSource> => ({ ssl: 'verify', sslCa: join(folder, ca) });

  it('uses TLS with "require", and never works without it', async () => {
    expect(await dumpOf(sourceOn(secure, { ssl: 'require' }))).to.contain('a row of the table');
    const error = await refusal(dumpOf(sourceOn(plain, { ssl: 'require' })));
    expect(error.message).to.equal(
      `can't connect to 127.0.0.1:${plain.port}: the server offers no TLS, but "ssl" is "require"`,
    );
    expect(error.advice).to.contain('"ssl": "off"');
    expect((await readdir(folder)).filter(name => !name.endsWith('.pem'))).to.deep.equal([]);
  });

  it('accepts with "verify" only the right CA and a certificate for this host', async () => {
    expect(await dumpOf(sourceOn(secure, verify('certificate.pem')))).to.contain('a row of the table');
    expect((await refusal(dumpOf(sourceOn(secure, verify('other-ca.pem'))))).advice).to.contain('TLS');
    for (const more of [verify('nowhere.pem'), { ...verify('certificate.pem'), host: 'localhost' }])
      await refusal(dumpOf(sourceOn(secure, more)));
    await refusal(dumpOf(sourceOn(plain, verify('certificate.pem'))));
  });

  it('may be in clear text with "off" and with nothing at all', async () => {
    for (const server of [plain, secure])
      for (const more of [{}, { ssl: 'off' } as const])
        expect(await dumpOf(sourceOn(server, more))).to.contain('a row of the table');
  });

  it('asks for no TLS on a socket, which does not leave the machine', async () =>
    expect(await dumpOf(sourceOn(plain, { ssl: 'require', socket: plain.socket, password: '' }))).to.contain(
      'TABLE `t`',
    ));

  it('reports with "require" the same errors as without: a refused port, a wrong password, a server that is full', async () => {
    const closed = await refusal(dumpOf(sourceOn(secure, { ssl: 'require', port: 1 })));
    expect(closed.message).to.match(/^can't connect to 127\.0\.0\.1:1: .*ECONNREFUSED/);
    expect(closed.advice).to.contain('db_port');
    const wrong = await refusal(dumpOf(sourceOn(secure, { ssl: 'require', password: 'geheim' })));
    expect(wrong.message).to.contain(`127.0.0.1:${secure.port}: Got error: 1045`).and.not.to.contain('geheim');
    expect(wrong.advice).to.contain('db_password');
    await using full = await saying(
      Buffer.from([0x17, 0, 0, 0, 0xff, 0x10, 0x04, ...Buffer.from('Too many connections')]),
    );
    expect((await refusal(dumpOf(sourceOn(secure, { ssl: 'require', port: full.port })))).message).to.contain('1040');
    await using stranger = await saying(Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'));
    expect((await refusal(dumpOf(sourceOn(secure, { ssl: 'require', port: stranger.port })))).message).to.contain(
      'what answers there is not a database server',
    );
  });

  it('ends at once when the run is aborted, also before the server has said anything', async () => {
    await using silent = await saying();
    const stop = new AbortController();
    setTimeout(() => stop.abort('stop'), 100);
    using time = new OwnTime();
    const dumping = dumpOf(sourceOn(plain, { port: silent.port, ssl: 'require' }), client, stop.signal);
    expect(await dumping.catch(error => error)).to.equal('stop');
    expect(time.ms).to.be.below(2500);
  });

  describe('when a man in the middle takes TLS away after the preflight', () => {
    const dumpThrough = async (
      server: { port: number; password: string },
      by: MysqldumpClient,
      more: Partial<DatabaseSource>,
    ) => {
      await using proxy = await startStrippingProxy(server);
      const path = join(folder, 'stripped.sql');
      const source = sourceOn({ ...server, port: proxy.port }, more);
      const error = await dumpDatabase(source, path, {
        clients: { all: [by], for: () => by },
        signal: never,
        preflight: async (...args) => {
          const report = await runPreflight(...args);
          expect(report.isEncrypted).to.equal(true);
          proxy.strip();
          return report;
        },
      }).then(
        () => undefined,
        error => error as ExplainedError,
      );
      await rm(path, { force: true });
      expect(proxy.stripped, 'how often he was in the middle').to.be.above(0);
      return { error, overheard: proxy.overheard() };
    };

    it('MariaDB\'s client dumps nothing with "require" and with "verify"', async () => {
      for (const more of [{ ssl: 'require' } as const, verify('certificate.pem')]) {
        const { error, overheard } = await dumpThrough(secure, client, more);
        expect(error, more.ssl).to.be.instanceOf(ExplainedError);
        expect(error?.message, more.ssl).to.match(/TLS|SSL/);
        expect(overheard, more.ssl).not.to.contain('a row of the table').and.not.to.contain('CREATE TABLE');
      }
    });

    it('a client that was promised nothing dumps, so the man in the middle is a real one', async () => {
      const { error, overheard } = await dumpThrough(secure, client, {});
      expect(error).to.equal(undefined);
      expect(overheard).to.contain('a row of the table');
    });

    for (const { open } of SERVERS.filter(({ flavour }) => flavour === 'mysql'))
      it('MySQL\'s client dumps nothing with "require"', async function () {
        this.timeout(60_000);
        await using mysql = await open();
        if (!mysql) return this.skip();
        await mysql.sql(`create database tls; create table tls.t (v varchar(40)); insert into tls.t values ('a row of the table');
        create user lumbung@'%' identified by 'secret#1'; grant all on *.* to lumbung@'%'`);
        const { user, password } = mysql.source('tls');
        const { error, overheard } = await dumpThrough({ port: mysql.port, password }, mysql.client, {
          user,
          ssl: 'require',
        });
        expect(error?.message).to.match(/SSL/);
        expect(overheard).not.to.contain('a row of the table');
        expect(await dumpOf({ ...mysql.source('tls'), ssl: 'require' }, mysql.client)).to.contain('a row of the table');
      });
  });
});

/** A server that says one thing to all who come, or nothing. */
async function saying(words?: Buffer): Promise<{ port: number } & AsyncDisposable> {
  const server: Server = createServer(socket => {
    socket.on('error', () => {});
    if (words) socket.end(words);
    else server.once('close', () => socket.destroy());
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  return {
    port: portOf(server),
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}
