import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { CERTIFICATE, KEY } from '../../testing/databases/certificate.ts';
import { dump } from '../../testing/databases/dump-database.ts';
import { CHALLENGE, type Hostility, startHostileDatabase } from '../../testing/databases/hostile-database.ts';
import { hasMySql9, mySql9Program } from '../../testing/databases/mysql9.ts';
import { findMysqldump, type MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import type { ExplainedError } from '../errors.ts';
import { connect } from './connect.ts';
import { sign } from './ed25519-login.ts';

const PASSWORD = 'the password of the backups';
const SECRET = 'what stands in a file of this machine';
const TLS = { tls: { key: KEY, cert: CERTIFICATE } };
const never = new AbortController().signal;

describe('a hostile database server', () => {
  let folder: string;
  let dumps = 0;
  let ways: { name: string; come(source: DatabaseSource): Promise<unknown> }[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-hostile-logins-'));
    await writeFile(join(folder, 'secret.txt'), SECRET);
    await writeFile(join(folder, 'ca.pem'), CERTIFICATE);
    await writeFile(join(folder, 'other-ca.pem'), rootCertificates[0]!);
    const paths = [hasMySql9() ? mySql9Program('mysqldump') : 'mysqldump'];
    const clients = await Promise.all(paths.map(path => findMysqldump(path)));
    ways = [
      ...clients.map(client => ({ name: client.flavour, come: (source: DatabaseSource) => dumpBy(client, source) })),
      { name: 'preflight', come: askBy },
    ];
  });
  afterEach(async () => expect((await readdir(folder)).filter(name => name.startsWith('.'))).to.deep.equal([]));
  after(() => rm(folder, { recursive: true }));

  async function dumpBy(client: MysqldumpClient, source: DatabaseSource): Promise<void> {
    const path = join(folder, `${++dumps}.sql`);
    await dump(source, path, { client, signal: never }).finally(() => rm(path, { force: true }));
  }

  async function askBy(source: DatabaseSource): Promise<void> {
    using session = await connect(source, { signal: never });
    await session.ask('select 1');
  }

  /** Comes to a hostile server in one way. @returns what it got of that, and what was said of it here */
  const meet = async (come: (source: DatabaseSource) => Promise<unknown>, hostility: Hostility, more = {}) => {
    await using server = await startHostileDatabase(hostility);
    const source: DatabaseSource = {
      ...{ label: 'h', database: 'd', host: '127.0.0.1', port: server.port, user: 'backups', password: PASSWORD },
      ...{ dumpOptions: [], shrinkLimitPercent: 50, ...more },
    };
    const error = await come(source).then(
      () => undefined,
      error => error as ExplainedError,
    );
    return {
      heard: server.heard(),
      connections: server.connections,
      error,
      said: `${error?.message}\n${error?.advice}`,
    };
  };
  const inAllWays = (more: Partial<DatabaseSource>[], hostility: Hostility) =>
    ways.flatMap(({ name, come }) =>
      more.map(async more => ({ name: `${name} ${more.ssl ?? 'unset'}`, ...(await meet(come, hostility, more)) })),
    );

  for (const plugin of ['mysql_clear_password', 'dialog'])
    it(`that asks to log in by ${plugin} gets no password, with TLS of its own and without`, async function () {
      this.timeout(60_000);
      const met = [
        ...inAllWays([{}, { ssl: 'off' }], { plugin }),
        ...inAllWays([{}, { ssl: 'require' }], { plugin, ...TLS }),
      ];
      for (const { name, heard, connections, said } of await Promise.all(met)) {
        expect(connections, name).to.be.above(0);
        expect(heard, name).to.contain('backups').and.not.to.contain(PASSWORD);
        expect(said, `${name}: ${said}`).to.contain(plugin).and.to.contain('"ssl": "verify"');
      }
    });

  it('gets it by mysql_clear_password once it is verified, so that it would be heard', async () => {
    const verified = { ssl: 'verify', sslCa: join(folder, 'ca.pem') } as const;
    for (const { name, heard } of await Promise.all(inAllWays([verified], { plugin: 'mysql_clear_password', ...TLS })))
      expect(heard, name).to.contain(`${PASSWORD}\0`);
  });

  it('that shows the certificate of another CA learns not even the name of the user with "verify"', async () => {
    const verified = { ssl: 'verify', sslCa: join(folder, 'other-ca.pem') } as const;
    for (const plugin of ['mysql_native_password', 'mysql_clear_password'])
      for (const { name, heard, connections } of await Promise.all(inAllWays([verified], { plugin, ...TLS }))) {
        expect(connections, name).to.be.above(0);
        expect(heard, name).not.to.contain('backups').and.not.to.contain(PASSWORD);
      }
  });

  it('that takes the offer of TLS away hears nothing of the user with "require"', async () => {
    for (const { name, heard, said } of await Promise.all(inAllWays([{ ssl: 'require' }], { plugin: 'dialog' }))) {
      expect(heard, name).not.to.contain('backups');
      expect(said, name).to.match(/TLS|SSL/);
    }
  });

  it('gets no file by LOAD DATA LOCAL, for any answer of the server', async () => {
    const hostility = { plugin: 'mysql_native_password', infile: join(folder, 'secret.txt') };
    for (const { name, heard, error } of await Promise.all(inAllWays([{}, { ssl: 'off' }], hostility))) {
      expect(error, name).to.be.instanceOf(Error);
      expect(heard, name).not.to.contain(SECRET);
    }
  });

  it('is logged in to by ed25519 anyway, which tells no password', async () => {
    const signature = sign(Buffer.from(CHALLENGE), Buffer.from(PASSWORD)).toString('latin1');
    for (const { name, come } of ways.filter(({ name }) => name !== 'mysql'))
      for (const more of [{}, { ssl: 'off' }, { ssl: 'require' }]) {
        const { heard } = await meet(come, { plugin: 'client_ed25519', ...TLS }, more);
        expect(heard.includes(signature), `${name} ${JSON.stringify(more)}`).to.equal(true);
        expect(heard, name).not.to.contain(PASSWORD);
      }
  });
});
