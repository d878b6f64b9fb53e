import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Finding } from '../../protocol/finding.ts';
import { dumpDatabase } from '../../testing/databases/dump-database.ts';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { findMysqldump, type MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError } from '../errors.ts';
import { ServerAway } from '../mysql/explain-connecting.ts';
import { type Preflight, runPreflight } from '../preflight/preflight.ts';

const signal = new AbortController().signal;

describe('a dump and its plan', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  let client: MysqldumpClient;
  let folder: string;
  before(async () => {
    mariadb = await sharedMariaDb();
    client = await findMysqldump('mysqldump');
    folder = await mkdtemp(join(tmpdir(), 'lumbung-take-dump-'));
    await mariadb.sql(
      'create or replace database taken; create table taken.t (i int); create view taken.v as select 1',
    );
  });
  after(async () => {
    await mariadb.sql('drop database taken');
    await rm(folder, { recursive: true });
  });

  const findingsOf = async (dumpOptions: string[], look: Preflight = runPreflight): Promise<readonly Finding[]> => {
    const { host, port, user, password } = mariadb;
    const source: DatabaseSource = {
      ...{ label: 'd', database: 'taken', host, port, user, password, dumpOptions, shrinkLimitPercent: 50 },
    };
    const path = join(folder, 'dump.sql');
    const clients = { for: () => client, all: [client] };
    const { findings } = await dumpDatabase(source, path, { clients, preflight: look, signal });
    await rm(path);
    return findings;
  };

  it('names what dump_options leaves out, and shows the value of no other option', async () => {
    const findings = await findingsOf([
      '--ignore-table=TAKEN.T',
      '--ignore-table-data=taken.gone',
      '--where=1234=1234',
    ]);
    expect(findings.map(({ code, message, advice }) => [code, message, advice])).to.deep.equal([
      ['PARTIAL_BY_CONFIG', 'partial, as dump_options wants it: --ignore-table=TAKEN.T', 'It leaves out t.'],
      ['PARTIAL_BY_CONFIG', 'partial, as dump_options wants it: --ignore-table-data=taken.gone', undefined],
      ['PARTIAL_BY_CONFIG', 'partial, as dump_options wants it: --where', undefined],
    ]);
  });

  it('gets in with a password beyond ASCII, and names the encoding where such a one is refused', async () => {
    const { host, port } = mariadb;
    const of = (password: string): DatabaseSource => ({
      ...{
        label: 'd',
        database: 'taken',
        host,
        port,
        user: 'umlaut',
        password,
        dumpOptions: [],
        shrinkLimitPercent: 50,
      },
    });
    const clients = { for: () => client, all: [client] };
    const path = join(folder, 'dump.sql');
    await mariadb.sql("create or replace user umlaut identified by 'pässwörd€'; grant all on *.* to umlaut");
    const attempt = (password: string, look: Preflight) =>
      dumpDatabase(of(password), path, { clients, preflight: look, signal });
    try {
      await attempt('pässwörd€', runPreflight);
      await rm(path);
      const inTheDark: Preflight = async () => {
        throw new ExplainedError('could not look');
      };
      for (const look of [runPreflight, inTheDark]) {
        const refused = await attempt('pässwörd', look).catch(error => error);
        expect(refused.advice).to.contain('which sade sends in UTF-8');
        expect((await attempt('plain', look).catch(error => error)).advice).not.to.contain('UTF-8');
      }
      const seen = await runPreflight(of('pässwörd'), { signal }).catch(error => error);
      expect(seen.advice).to.contain('which sade sends in UTF-8');
    } finally {
      await mariadb.sql('drop user umlaut');
    }
  });

  it('says the same of it where the server could not be asked: by the sentence backups are known to be alike', async () => {
    const [asked] = await findingsOf(['--ignore-table=taken.v']);
    const fails: Preflight = () => Promise.reject(new ExplainedError('the server does not answer'));
    const findings = await findingsOf(['--ignore-table=taken.v'], fails);
    expect(findings.map(({ code }) => code)).to.deep.equal(['RIGHTS_UNKNOWN', 'PARTIAL_BY_CONFIG']);
    expect(findings[1]!.message).to.equal(asked!.message);
  });

  it('does not let mysqldump wait for a server that says nothing', async () => {
    const silent: Preflight = () => Promise.reject(new ServerAway('it says nothing'));
    expect(await findingsOf([], silent).catch(error => error)).to.be.instanceOf(ServerAway);
  });

  it('says of a server that refuses connections where it is and what all its databases share', async () => {
    const elsewhere: Preflight = (source, options) => runPreflight({ ...source, port: 1 }, options);
    const error = await findingsOf([], elsewhere).catch(error => error);
    expect(error.message).to.match(/^can't connect to 127\.0\.0\.1:1: .*ECONNREFUSED/);
    expect(error.sharedCause).to.deep.equal({ where: '127.0.0.1:1', why: 'refuses connections' });
  });
});
