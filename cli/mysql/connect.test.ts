import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect as reach, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { CERTIFICATE, KEY } from '../../testing/databases/certificate.ts';
import { type MariaDb, sharedMariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { PASSWORD } from '../../testing/databases/source-server.ts';
import { SERVERS } from '../../testing/databases/source-servers.ts';
import { portOf } from '../../testing/free-port.ts';
import { until } from '../../testing/until.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError } from '../errors.ts';
import { connect } from './connect.ts';
import { ServerAway } from './explain-connecting.ts';

const signal = new AbortController().signal;

describe('connect', () => {
  let folder: string;
  let plain: MariaDb;
  let secure: MariaDb;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'lumbung-connect-'));
    const path = (name: string) => join(folder, name);
    await writeFile(path('key.pem'), KEY);
    await writeFile(path('certificate.pem'), CERTIFICATE);
    await writeFile(path('other-ca.pem'), rootCertificates[0]!);
    await writeFile(path('no-ca.pem'), 'this is no certificate');
    [plain, secure] = await Promise.all([
      sharedMariaDb(),
      startMariaDb([`--ssl-key=${path('key.pem')}`, `--ssl-cert=${path('certificate.pem')}`]),
    ]);
    for (const server of [plain, secure]) await server.sql('create or replace database connecting');
  });
  after(async () => {
    await secure.stop();
    await plain.sql(`drop database connecting; drop user if exists lumbung@'%'`);
    await rm(folder, { recursive: true });
  });

  const sourceOn = (server: { port: number }, more: Partial<DatabaseSource> = {}): DatabaseSource => ({
    ...{
      label: 'c',
      database: 'connecting',
      host: '127.0.0.1',
      port: server.port,
      user: 'lumbung',
      password: PASSWORD,
    },
    ...{ dumpOptions: [], shrinkLimitPercent: 50, ...more },
  });
  const asRoot = (server: MariaDb, more: Partial<DatabaseSource> = {}) =>
    sourceOn(server, { user: server.user, password: server.password, ...more });
  const user = (server: MariaDb, how: string) =>
    server.sql(`create or replace user lumbung@'%' ${how}; grant select on connecting.* to lumbung@'%'`);
  const refusal = async (source: DatabaseSource): Promise<ExplainedError> => {
    const error = await connect(source, { signal }).then(
      session => session[Symbol.dispose](),
      error => error,
    );
    expect(error).to.be.instanceOf(ExplainedError);
    expect(`${error.message} ${error.advice}`).not.to.contain(source.password);
    return error;
  };

  describe('over TLS', () => {
    const isEncrypted = async (source: DatabaseSource) => {
      using session = await connect(source, { signal });
      const [row] = await session.ask(`show session status like 'Ssl_cipher'`);
      expect(row![1] !== '', 'what the server says').to.equal(session.isEncrypted);
      return session.isEncrypted;
    };

    it('takes it where it is offered, unless it is told otherwise', async () => {
      expect(await isEncrypted(asRoot(secure))).to.equal(true);
      expect(await isEncrypted(asRoot(plain))).to.equal(false);
      expect(await isEncrypted(asRoot(secure, { ssl: 'off' }))).to.equal(false);
      expect(await isEncrypted(asRoot(secure, { ssl: 'require' }))).to.equal(true);
      expect(await isEncrypted(asRoot(plain, { socket: plain.socket, user: 'root', password: '' }))).to.equal(false);
    });

    it('takes a single connection to a server that offers none', async () => {
      const taken: Socket[] = [];
      const relay = createServer(from => {
        const to = reach(plain.port, '127.0.0.1');
        taken.push(from, to);
        for (const socket of [from, to]) socket.on('error', () => {});
        from.pipe(to).pipe(from);
      }).listen(0, '127.0.0.1');
      await once(relay, 'listening');
      expect(await isEncrypted(asRoot({ ...plain, port: portOf(relay) }))).to.equal(false);
      expect(taken.length / 2).to.equal(1);
      for (const socket of taken) socket.destroy();
      relay.close();
    });

    it('says when it is required and not offered', async () => {
      const error = await refusal(asRoot(plain, { ssl: 'require' }));
      expect(error.message).to.match(/: the server offers no TLS, but "ssl" is "require"$/);
      expect(error.advice).to.contain('"ssl": "off"');
      expect(error.sharedCause!.why).to.equal('offers no TLS');
    });

    it('verifies the certificate, and that it is of this host', async () => {
      const verify = (name: string, more: Partial<DatabaseSource> = {}) =>
        asRoot(secure, { ssl: 'verify', sslCa: join(folder, name), ...more });
      expect(await isEncrypted(verify('certificate.pem'))).to.equal(true);
      expect(await refusal(verify('other-ca.pem')))
        .to.have.property('advice')
        .that.contains('ssl_ca');
      const error = await refusal(verify('certificate.pem', { host: 'localhost' }));
      expect(error.message).to.match(/TLS could not be set up: .*altnames/);
      expect(error.sharedCause!.why).to.match(/^fails at TLS \(.*altnames/);
      for (const name of ['nowhere.pem', 'no-ca.pem']) {
        const unusable = await refusal(verify(name));
        expect(unusable.message, name).to.contain(`${name} can't be used`);
        expect(unusable.advice, name).to.contain('Check ssl_ca');
      }
    });

    it('says when the server or the user requires it, and does so by itself where it may', async () => {
      await user(secure, `identified by '${PASSWORD}' require ssl`);
      expect((await refusal(sourceOn(secure, { ssl: 'off' }))).advice).to.contain('"ssl": "require"');
      expect(await isEncrypted(sourceOn(secure))).to.equal(true);

      const root = await createConnection({ socketPath: secure.socket, user: 'root' });
      try {
        await root.query('set global require_secure_transport = on');
        expect((await refusal(asRoot(secure, { ssl: 'off' }))).advice).to.contain('"ssl": "require"');
        expect(await isEncrypted(asRoot(secure))).to.equal(true);
      } finally {
        await root.query('set global require_secure_transport = off');
        await root.end();
      }
    });
  });

  describe('explains', () => {
    it('a wrong password', async () => {
      const error = await refusal(asRoot(plain, { password: 'geheim' }));
      expect(error.message).to.match(/^can't connect to 127\.0\.0\.1:\d+: Access denied for user .* \(1045\)$/);
      expect(error.advice).to.contain('db_password');
      expect(error.sharedCause).to.deep.equal({ where: `127.0.0.1:${plain.port}`, why: 'refused the password' });
    });

    it('a database that is not there, or not for this user', async () => {
      expect((await refusal(asRoot(plain, { database: 'nowhere' }))).advice).to.contain('no such database');
      await user(plain, `identified by '${PASSWORD}'`);
      const error = await refusal(sourceOn(plain, { database: 'mysql' }));
      expect(error.message).to.contain('(1044)');
      expect(error.sharedCause, 'a fault of this one database').to.equal(undefined);
      expect(error.advice).to.contain('database_name').and.to.contain('GRANT SELECT, SHOW VIEW');
    });

    it('an unknown host', async () => {
      const error = await refusal(asRoot(plain, { host: 'no-such-host.invalid', port: 3306 }));
      expect(error.advice).to.contain('Check db_host');
      expect(error).to.be.instanceOf(ServerAway);
      expect(error.sharedCause!.where).to.equal('no-such-host.invalid:3306');
      expect(error.sharedCause!.why).to.match(/^can't be found/);
    });

    it('that nothing listens, also by a name with several addresses, and at a socket', async () => {
      for (const host of ['127.0.0.1', 'localhost']) {
        const error = await refusal(asRoot(plain, { host, port: 1 }));
        expect(error.message, host).to.contain('ECONNREFUSED');
        expect(error.advice, host).to.contain('db_port');
        expect(error, host).to.be.instanceOf(ServerAway);
        expect(error.sharedCause, host).to.deep.equal({ where: `${host}:1`, why: 'refuses connections' });
      }
      const error = await refusal(asRoot(plain, { socket: '/nowhere/mysqld.sock' }));
      expect(error.message).to.contain('/nowhere/mysqld.sock');
      expect(error.advice).to.contain('db_socket');
      expect(error.sharedCause).to.deep.equal({
        where: '/nowhere/mysqld.sock',
        why: "can't be found (no such socket)",
      });
    });

    it('a user that is let in by the socket only', async () => {
      await user(plain, 'identified via unix_socket');
      const error = await refusal(sourceOn(plain));
      expect(error.message).to.contain('(1698)');
      expect(error.advice).to.contain('socket');
    });

    it('a way to log in that is unknown here', async () => {
      await using server = await speaking(GREETING, switchPacket('auth_gssapi_client'));
      const error = await refusal(sourceOn(server));
      expect(error.message).to.contain("by auth_gssapi_client, which sade can't");
      expect(error.advice).to.contain('caching_sha2_password');
    });

    it('never sends the password in clear text, for any request of a server', async () => {
      await using server = await speaking(GREETING, switchPacket('mysql_clear_password'));
      expect((await refusal(sourceOn(server))).message).to.contain("by mysql_clear_password, which sade won't do here");
      expect(server.heard().toString('latin1')).not.to.contain(PASSWORD);
    });

    it('too many connections', async () => {
      await user(secure, `identified by '${PASSWORD}' with max_user_connections 1`);
      using _first = await connect(sourceOn(secure), { signal });
      const error = await refusal(sourceOn(secure));
      expect(error.message).to.match(/\((1203|1226)\)$/);
      expect(error.advice).to.contain('--dump-workers');
    });

    it('a server that is full, and one that does not accept this machine', async () => {
      for (const [number, text, advice, why] of [
        [1040, 'Too many connections', '--dump-workers', 'accepts no more connections'],
        [
          1130,
          "Host '10.0.0.7' is not allowed to connect to this MariaDB server",
          'for this host',
          'does not accept connections from this machine',
        ],
      ] as const) {
        await using server = await speaking(errorPacket(number, text));
        const error = await refusal(sourceOn(server));
        expect(error.message).to.contain(`${text} (${number})`);
        expect(error.advice).to.contain(advice);
        expect(error.sharedCause!.why).to.equal(why);
      }
    });

    it('what is not a database server, at once where it speaks first', async () => {
      for (const said of [
        'SSH-2.0-OpenSSH_9.2\r\n',
        '220 mail.example.com ESMTP\r\n',
        '\x05\0\0\0\x0b\x08\x05\x1a\0',
      ]) {
        await using server = await speaking(Buffer.from(said, 'latin1'));
        const error = await refusal(sourceOn(server));
        expect(error.message, said).to.contain('not a database server');
        expect(error.advice, said).to.contain('not as a database server does');
        expect(error.sharedCause!.why, said).to.equal('is not a database server');
      }
    });

    it('a connection that is cut before the greeting', async () => {
      await using server = await speaking(undefined);
      const error = await refusal(sourceOn(server));
      expect(error.advice).to.contain('not as a database server does');
    });
  });

  it('ends at once when aborted, before, while it connects and while it asks', async () => {
    const reason = (work: Promise<unknown>) => work.catch(error => error);
    expect(await reason(connect(asRoot(plain), { signal: AbortSignal.abort('stop') }))).to.equal('stop');

    await using silent = await speaking('nothing');
    const stop = new AbortController();
    setTimeout(() => stop.abort('stop'), 100);
    expect(await reason(connect(sourceOn(silent), { signal: stop.signal }))).to.equal('stop');

    const later = new AbortController();
    using session = await connect(asRoot(plain), { signal: later.signal });
    setTimeout(() => later.abort('stop'), 100);
    const started = performance.now();
    expect(await reason(session.ask('select sleep(10)'))).to.equal('stop');
    expect(performance.now() - started).to.be.below(5000);
  });

  it('fails a question for the reason for which the connection was lost before', async () => {
    using session = await connect(asRoot(plain), { signal });
    const [[id]] = (await session.ask('select connection_id()')) as [[number]];
    await plain.sql(`kill ${id}`);
    await until('the connection has ended', async () => {
      const error = await session.ask('select 1').catch(error => error);
      return error instanceof Error;
    });
    for (const ask of [() => session.ask('select 1'), () => session.run(Buffer.from('select 1'))]) {
      const error = await ask().catch(error => error);
      expect(error.message).not.to.contain('closed state').and.not.to.contain('no MySQL or MariaDB');
      expect(error.code).to.be.oneOf(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE']);
    }
  });

  it('fails a question when the connection is cut', async () => {
    using session = await connect(asRoot(plain), { signal });
    const [row] = await session.ask('select connection_id()');
    const asking = session.ask('select sleep(10)').catch(error => error);
    await plain.sql(`kill ${Number(row![0])}`);
    expect(await asking).to.be.instanceOf(Error);
  });

  for (const { name, open } of SERVERS.filter(({ flavour }) => flavour === 'mysql'))
    it(`logs in to ${name} by caching_sha2_password, with TLS and without, also when the server's cache is cold`, async function () {
      this.timeout(60_000);
      await using server = await open();
      if (!server) return this.skip();
      await server.sql('create database connecting');
      for (const ssl of ['off', 'require', undefined] as const) {
        await server.sql(
          `drop user if exists lumbung@'%'; create user lumbung@'%' identified by '${PASSWORD}'; grant select on connecting.* to lumbung@'%'`,
        );
        using session = await connect(server.source('connecting', ssl && { ssl }), { signal });
        expect(session.isEncrypted).to.equal(ssl !== 'off');
      }
      await server.sql('set global require_secure_transport = on');
      const error = await refusal(server.source('connecting', { ssl: 'off' }));
      expect(error.message).to.contain('(3159)');
      expect(error.advice).to.contain('"ssl": "require"');
    });
});

/** A server that sends each client the same, and more to one that answers; undefined: it hangs up. */
async function speaking(
  first: Buffer | 'nothing' | undefined,
  then?: Buffer,
): Promise<{ port: number; heard(): Buffer } & AsyncDisposable> {
  const open = new Set<Socket>();
  const heard: Buffer[] = [];
  const server: Server = createServer(socket => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('data', piece => heard.push(piece as Buffer));
    if (then) socket.once('data', () => socket.write(then));
    if (first === undefined) socket.destroy();
    else if (first !== 'nothing') socket.write(first);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    heard: () => Buffer.concat(heard),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function packet(sequence: number, ...parts: (string | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
  return Buffer.concat([Buffer.from([body.length, 0, 0, sequence]), body]);
}

/** Version 10 of the protocol, no TLS, mysql_native_password. */
const GREETING = packet(
  0,
  ...([
    [10],
    '10.11.0-MariaDB\0',
    [1, 0, 0, 0],
    'saltsalt',
    [0],
    [0x00, 0x82],
    [45],
    [2, 0],
    [0x08, 0x00],
    [21],
  ] as const),
  ...([Array<number>(10).fill(0), 'saltsaltsalt\0', 'mysql_native_password\0'] as const),
);

/** Asks to log in by another plugin. */
function switchPacket(plugin: string): Buffer {
  return packet(2, [0xfe], `${plugin}\0`, 'saltsaltsaltsaltsalt\0');
}

/** The packet in which a server refuses before it has greeted. */
function errorPacket(number: number, text: string): Buffer {
  return packet(0, [0xff, number & 0xff, number >> 8], text);
}
