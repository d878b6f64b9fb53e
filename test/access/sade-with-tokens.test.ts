import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { probeService } from '../../cli/upload/probe-service.ts';
import { loadConfig } from '../../server/config.ts';
import { AuditEntry } from '../../server/entities/audit-entry.entity.ts';
import { openHistory } from '../../server/history/orm.ts';
import { giveUpHistory, openStoresBeside } from '../../server/start/stores.ts';
import { TokenStore } from '../../server/tokens/token-store.ts';
import { unwrapped } from '../../testing/cli/fault-trial.ts';
import { sade, Workplace } from '../../testing/cli/sade.ts';
import { createBackupUser, entryOf, grantBackup } from '../../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { portOf } from '../../testing/free-port.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { createToken, tokenCommand } from '../../testing/service/tokens.ts';
import { until } from '../../testing/until.ts';

const DATABASES = ['acme_shop', 'acme_blog', 'toko'];

const RESTORER = { restore_username: 'loader', restore_password: 'only for loading' };

/** A revoked token ends within a second; a busy machine may need longer. */
const REVOKED_MS = 1500;

describe('sade and the service that asks for tokens', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  let place: Workplace;
  let service: ServiceHere;

  before(async () => {
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    await mariadb.sql(
      `create user ${RESTORER.restore_username}@'127.0.0.1' identified by '${RESTORER.restore_password}'; grant all on *.* to ${RESTORER.restore_username}@'127.0.0.1'`,
    );
    for (const database of DATABASES) {
      await mariadb.sql(`create database ${database}`);
      await mariadb.sql('create table t (id int primary key); insert into t values (1), (2)', database);
      await grantBackup(mariadb, database);
    }
  });
  after(() => mariadb.stop());

  beforeEach(async () => {
    place = await Workplace.create(DATABASES.map(entry));
    service = await startServiceHere(settings());
  });
  afterEach(async () => {
    await service[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  const entry = (database: string) => entryOf(mariadb, database);
  const settings = () => ({
    STORAGE_DIR: join(place.folder, 'backups'),
    DATABASE_URL: `sqlite:${place.folder}/history.sqlite`,
  });
  const waiting = async () => (await readdir(place.workDir)).filter(name => name.endsWith('.zip'));

  /** @returns the path of a file with a new token */
  const tokenFile = async (name: string, role: string, ...scope: string[]): Promise<string> => {
    const path = join(place.folder, name);
    await writeFile(path, `${await createToken(settings(), { name, role, scope })}\n`, { mode: 0o600 });
    return path;
  };
  /** @returns what the audit trail has of refused requests, once the service has ended */
  const refusals = async (): Promise<string[]> => {
    await service.stop();
    const history = await openHistory(settings().DATABASE_URL);
    const entries = await history.em.fork().find(AuditEntry, { result: 'refused' });
    await history.close();
    return entries
      .map(({ action, token, databaseName, detail }) =>
        [action, token, databaseName, JSON.parse(detail ?? '{}').code].filter(Boolean).join(' '),
      )
      .toSorted();
  };
  const backup = (file: string, url = service.url) =>
    place.backup(url, ['--rehearse', 'off', '--retries', '0'], { env: { SADE_TOKEN_FILE: file } });
  const call = (file: string, ...args: string[]) => sade([...args, '--server', service.url, '--token-file', file]);
  const ofList = () => ['--config', join(place.folder, 'databases.json'), '--work-dir', place.workDir];

  it('backs up with a token for uploads alone, which shows and fetches nothing', async () => {
    const file = await tokenFile('machine', 'upload', '*');
    const { code, report, stdout, stderr } = await backup(file);
    expect([code, report.warnings], stderr).to.deep.equal([0, undefined]);
    for (const command of [
      ['list'],
      ['history', 'toko'],
      ['show', '1'],
      ['download', '1'],
      ['find', 'toko', '--table', 't'],
    ]) {
      const refused = await call(file, ...command);
      expect([refused.code, refused.stdout], command.join(' ')).to.deep.equal([1, '']);
      expect(unwrapped(refused.stderr), command.join(' '))
        .to.contain('403 FORBIDDEN')
        .and.contain('need read')
        .and.contain('--role read');
    }
    const accepted = await call(file, 'accept', '1', '--reason', 'x');
    expect(unwrapped(accepted.stderr)).to.contain('Use a token of the role operator').and.contain('--role operator');
    expect(`${stdout}${stderr}`).to.not.contain('lmb_');
  });

  it('asks for a token where none is given, and keeps the zips for a run that has one', async () => {
    await tokenFile('machine', 'upload', '*');
    // The first token closes the service within a second.
    await until('a request without a token is refused', async () => (await fetch(service.url)).status === 401);
    const without = await place.backup(service.url, ['--rehearse', 'off', '--retries', '3']);
    expect(without.code).to.equal(2);
    expect(unwrapped(without.stderr)).to.contain('asks for a token, and none was given').and.contain('SADE_TOKEN_FILE');
    expect(await waiting()).to.have.length(3);
    const later = await backup(join(place.folder, 'machine'));
    expect([later.code, await waiting()], later.stderr).to.deep.equal([0, []]);
    expect(later.report.outcomes.filter(({ is_leftover }) => is_leftover)).to.have.length(3);
  });

  it('says of an expired token that it has expired, and from which file it is', async () => {
    const path = await tokenFile('other', 'upload', '*');
    const stores = await openStoresBeside(loadConfig(settings()));
    const made = await new TokenStore(stores).create({ name: 'machine', role: 'upload', scope: ['*'], lifetimeMs: 1 });
    await giveUpHistory(stores.history);
    await writeFile(path, made.text);
    const { code, stderr } = await call(path, 'list');
    expect(code).to.equal(1);
    expect(unwrapped(stderr))
      .to.contain(`does not accept the token of ${path}`)
      .and.match(/401 UNAUTHENTICATED: .*expired/);
  });

  it('loses only the database that the token is not for, and says so in exit code and mail', async () => {
    const file = await tokenFile('acme', 'upload', 'acme_*');
    const { code, report, stderr } = await backup(file);
    expect(code).to.equal(1);
    const states = report.outcomes.map(({ database, state }) => `${database} ${state}`).toSorted();
    expect(states).to.deep.equal(['acme_blog complete', 'acme_shop complete', 'toko failed']);
    const mail = unwrapped(stderr);
    expect(mail).to.contain(`the token of ${file} is not for toko`).and.contain('403 OUT_OF_SCOPE');
    expect(mail)
      .to.contain('what this report says of earlier backups is from the work folder')
      .and.contain('sade accept the role operator');
    expect(await waiting()).to.have.length(1);
    expect(await refusals(), 'nothing but what its list is wrong about').to.deep.equal([
      'run_report acme OUT_OF_SCOPE',
      'upload acme toko OUT_OF_SCOPE',
    ]);
  });

  it('asks how a service is, and of a token for uploads nothing that it may not', async () => {
    const probe = async (role: string) => {
      const from = await tokenFile(role, role, '*');
      const token = { from, text: (await readFile(from, 'utf8')).trim() };
      return probeService({ server: new URL(`${service.url}/`), token }, new AbortController().signal);
    };
    expect(await probe('upload')).to.deep.equal({ status: 200, freeBytes: undefined });
    expect((await probe('admin'))?.freeBytes).to.be.greaterThan(0);
    expect(await refusals()).to.deep.equal([]);
  });

  it('loses only what a token may not store today: the zip waits, other tokens go on, and a later run uploads it', async () => {
    await tokenFile('acme', 'upload', 'acme_*');
    await tokenFile('toko', 'upload', 'toko');
    await place.list(DATABASES.map(name => ({ ...entry(name), token_file: name === 'toko' ? 'toko' : 'acme' })));
    await service.stop();
    await using small = await startServiceHere({ ...settings(), MAX_BYTES_PER_DAY_PER_TOKEN: '30000' });
    const { code, report, stderr } = await place.backup(small.url, ['--rehearse', 'off', '--retries', '3']);
    expect(code, stderr).to.equal(1);
    const failed = report.outcomes.filter(({ state }) => state !== 'complete');
    expect(failed.map(({ database }) => database.slice(0, 5))).to.deep.equal(['acme_']);
    expect(unwrapped(stderr))
      .to.contain('429 TOO_MANY_BYTES: The token acme may store 29.3 KiB within 24 hours')
      .and.contain('check who else has this token')
      .and.contain('1 zip waits in');
    expect(await waiting()).to.have.length(1);
    await small.stop();
    service = await startServiceHere(settings());
    const later = await place.backup(service.url, ['--rehearse', 'off']);
    expect([later.code, await waiting()], later.stderr).to.deep.equal([0, []]);
    expect(later.report.outcomes.filter(({ is_leftover }) => is_leftover)).to.have.length(1);
  });

  it('sends each database with the token of its entry', async () => {
    await tokenFile('acme', 'upload', 'acme_*');
    await tokenFile('toko', 'upload', 'toko');
    await place.list(DATABASES.map(name => ({ ...entry(name), token_file: name === 'toko' ? 'toko' : 'acme' })));
    const { code, stderr } = await place.backup(service.url, ['--rehearse', 'off']);
    expect(code, stderr).to.equal(0);
  });

  it('loses what it sends after its token was revoked in the middle of a run, and nothing before', async () => {
    const file = await tokenFile('machine', 'upload', '*');
    let uploads = 0;
    const proxy = createServer(async (request, response) => {
      if (request.method === 'POST' && request.url !== '/-/runs' && ++uploads === 2) {
        await tokenCommand(settings(), 'revoke', 'machine');
        await sleep(REVOKED_MS);
      }
      const { method, url, headers } = request;
      const onward = forward(new URL(url!, service.url), { method, headers }, answer => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward.on('error', () => response.destroy()));
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    try {
      const url = `http://127.0.0.1:${portOf(proxy)}`;
      const { code, report, stderr } = await place.backup(url, ['--rehearse', 'off', '--upload-workers', '1'], {
        env: { SADE_TOKEN_FILE: file },
      });
      expect(code).to.equal(1);
      expect(report.outcomes.map(({ state }) => state).toSorted()).to.deep.equal(['complete', 'failed', 'failed']);
      expect(unwrapped(stderr)).to.contain(`does not accept the token of ${file}`);
      expect([uploads, (await waiting()).length]).to.deep.equal([2, 2]);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('restores with a token for reading, and the service gets the report', async () => {
    await backup(await tokenFile('machine', 'upload', '*'));
    const reader = await tokenFile('reader', 'read', 'acme_*');
    const list = DATABASES.map(name => ({ ...entry(name), ...RESTORER }));
    await place.list(list);
    const restored = await call(reader, 'restore', 'acme_shop', '--into', 'acme_copy', '--yes', ...ofList());
    expect([restored.code, restored.stderr.includes('not in the history')], restored.stderr).to.deep.equal([0, false]);
  });

  it('replaces a database with a token for reading, and keeps what it replaced in the work folder', async () => {
    await backup(await tokenFile('machine', 'upload', '*'));
    const reader = await tokenFile('reader', 'read', 'acme_*');
    await place.list(DATABASES.map(name => ({ ...entry(name), ...RESTORER })));
    const replaced = await call(reader, 'restore', 'acme_shop', '--replace', '--yes', ...ofList());
    expect(replaced.code, replaced.stderr).to.equal(0);
    expect(await waiting()).to.have.length(1);
    // With a token for uploads in its entry beside the one for reading, the service gets it.
    await mariadb.sql('drop database acme_shop__lumbung_old');
    await place.list(DATABASES.map(name => ({ ...entry(name), ...RESTORER, token_file: 'machine' })));
    const again = await call(reader, 'restore', 'acme_shop', '--replace', '--yes', ...ofList());
    expect([again.code, (await waiting()).length], again.stderr).to.deep.equal([0, 1]);
  });

  it('is told by sade doctor what its token may do, and what could not be checked', async () => {
    const upload = await call(await tokenFile('acme', 'upload', 'acme_*'), 'doctor', '--rehearse', 'off', ...ofList());
    const said = unwrapped(upload.stdout);
    expect(upload.code).to.equal(1);
    expect(said).to.match(/ok +service .*: the token acme of \S+ has the role upload for acme_\*, without an end/);
    expect(said).to.match(/FAIL +service .*: the token acme of \S+ is not for toko: every upload is refused/);
    expect(said).to.contain('not checked, since the token may only upload');
    const admin = await call(await tokenFile('boss', 'admin'), 'doctor', '--rehearse', 'off', ...ofList());
    expect(unwrapped(admin.stdout)).to.match(/warn +service .*can do more than a backup needs/);
    expect(admin.stdout).to.match(/ok +newest backup/);
  });
});
