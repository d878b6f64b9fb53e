import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { type MariaDb, sharedMariaDb, startMariaDb } from '../../test/support/mariadb.ts';
import type { DatabaseSource } from '../config.ts';
import { CERTIFICATE, KEY } from '../preflight/testing/certificate.ts';
import { ExplainedError } from '../problems.ts';
import { dump } from './dump.ts';
import { findMysqldump, type MysqldumpClient } from './mysqldump-client.ts';
import { requireTls } from './require-tls.ts';

describe('require-tls', () => {
  let folder: string;
  let plain: MariaDb;
  let secure: MariaDb;
  let client: MysqldumpClient;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'lumbung-require-tls-'));
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
      await server.sql('create or replace database tls; create table tls.t (i int)');
  });
  after(async () => {
    await secure.stop();
    await plain.sql('drop database tls');
    await rm(folder, { recursive: true });
  });

  const sourceOn = ({ host, port, user, password }: MariaDb, more: Partial<DatabaseSource> = {}): DatabaseSource => ({
    ...{ label: 'tls', database: 'tls', host, port, user, password, dumpOptions: [], shrinkLimitPercent: 50 },
    ...more,
  });
  const refusal = async (work: Promise<unknown>): Promise<ExplainedError> => {
    const error = await work.then(
      () => undefined,
      error => error,
    );
    expect(error).to.be.instanceOf(ExplainedError);
    return error;
  };

  it('is content with a server that has TLS', () => requireTls(sourceOn(secure)));

  it('names the lack of it, and the way out', async () => {
    const error = await refusal(requireTls(sourceOn(plain)));
    expect(error.message).to.match(/^can't connect to [\d.:]+: the server offers no TLS, but "ssl" is "require"$/);
    expect(error.advice).to.contain('"ssl": "off"');
  });

  it('does not mind a socket, which leaves no machine', () => requireTls({ ...sourceOn(plain), socket: plain.socket }));

  it('says what to do about a wrong password, as the dump would', async () => {
    const error = await refusal(requireTls(sourceOn(secure, { password: 'geheim' })));
    expect(error.message).to.contain('Access denied').and.not.to.contain('geheim');
    expect(error.advice).to.contain('db_password');
  });

  it('says why a server can not be reached, also by a name with several addresses', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const error = await refusal(requireTls(sourceOn(plain, { host, port: 1 })));
      expect(error.message, host).to.match(/ECONNREFUSED/);
    }
  });

  it('ends at once when the run is aborted', async () => {
    // Takes the connection and says nothing, as a firewall or another service does.
    const silent = createServer().listen(0, '127.0.0.1');
    try {
      await new Promise(resolve => silent.once('listening', resolve));
      const { port } = silent.address() as { port: number };
      const stop = new AbortController();
      setTimeout(() => stop.abort('stop'), 100);
      const started = performance.now();
      const dumping = dump(sourceOn(plain, { port, ssl: 'require' }), join(folder, 'aborted.sql'), {
        client,
        signal: stop.signal,
      });
      const outcome = await Promise.race([
        dumping.catch(error => error),
        new Promise(resolve => setTimeout(resolve, 3000, 'still at it')),
      ]);
      expect(outcome).to.equal('stop');
      expect(performance.now() - started).to.be.below(2500);
    } finally {
      silent.close();
    }
  });

  describe('in a dump', () => {
    const dumpOn = async (server: MariaDb, more: Partial<DatabaseSource>): Promise<string> => {
      const path = join(folder, 'dump.sql');
      try {
        await dump(sourceOn(server, more), path, { client, signal: new AbortController().signal });
        return await readFile(path, 'utf8');
      } finally {
        await rm(path, { force: true });
      }
    };

    it('"require" dumps over TLS, and never without it', async () => {
      expect(await dumpOn(secure, { ssl: 'require' })).to.contain('CREATE TABLE');
      await refusal(dumpOn(plain, { ssl: 'require' }));
      expect((await readdir(folder)).filter(name => name.endsWith('.sql'))).to.deep.equal([]);
    });

    it('"verify" takes the right CA only', async () => {
      expect(await dumpOn(secure, { ssl: 'verify', sslCa: join(folder, 'certificate.pem') })).to.contain(
        'CREATE TABLE',
      );
      const error = await refusal(dumpOn(secure, { ssl: 'verify', sslCa: join(folder, 'other-ca.pem') }));
      expect(error.advice).to.contain('TLS');
      await refusal(dumpOn(secure, { ssl: 'verify', sslCa: join(folder, 'nowhere.pem') }));
    });

    it('"verify" is never content without TLS', async () => {
      await refusal(dumpOn(plain, { ssl: 'verify', sslCa: join(folder, 'certificate.pem') }));
    });

    it('"off" and nothing at all work on both', async () => {
      for (const server of [plain, secure])
        for (const more of [{}, { ssl: 'off' } as const]) expect(await dumpOn(server, more)).to.contain('CREATE TABLE');
    });
  });
});
