import { once } from 'node:events';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { unwrapped } from '../testing/cli/fault-trial.ts';
import { beforeItEnds, sade, startSade, Workplace } from '../testing/cli/sade.ts';
import { createBackupUser, entryOf, grantBackup } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { portOf } from '../testing/free-port.ts';
import { startFaultyProxy } from '../testing/proxies/faulty-proxy.ts';
import { startService } from '../testing/service/service.ts';
import { type ServiceHere, startServiceHere } from '../testing/service/service-here.ts';
import { until } from '../testing/until.ts';

const DATABASES = Array.from({ length: 8 }, (_, index) => `client_${index + 1}`);

/** Enough random bytes for an upload to be cut in the middle of it. */
const LARGE = 'large_client';

let mariadb: MariaDb;
let place: Workplace;
let service: ServiceHere;

const entry = (database: string) => entryOf(mariadb, database);
const storage = () => join(place.folder, 'backups');
const settings = () => ({ STORAGE_DIR: storage(), DATABASE_URL: `sqlite:${place.folder}/history.sqlite` });
const spooled = async () => (await readdir(place.workDir)).filter(name => name.startsWith('mysql-'));
const stored = async () => (await readdir(storage(), { recursive: true })).filter(name => /\.(?:zip|part)$/.test(name));

describe('when something goes wrong', function () {
  this.timeout(60_000);

  before(async () => {
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    for (const database of [...DATABASES, LARGE]) {
      await mariadb.sql(`create database \`${database}\``);
      await mariadb.sql(
        `create table t (id int primary key, v varchar(50)); insert into t values (1, 'a'), (2, 'b')`,
        database,
      );
      await grantBackup(mariadb, database);
    }
    await mariadb.sql(
      'create table noise (id int primary key, v mediumblob); insert into noise select seq, random_bytes(1024) from seq_1_to_8000',
      LARGE,
    );
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

  it('backs up eight of ten when two are broken, says why, and exits with 1', async () => {
    const wrong = { ...entry('client_1'), name: 'wrong_password', db_password: 'not it' };
    const unreachable = { ...entry('client_1'), name: 'no_such_host', db_host: '127.0.0.1', db_port: '1' };
    await place.list([...DATABASES.slice(0, 4).map(entry), wrong, unreachable, ...DATABASES.slice(4).map(entry)]);
    const { code, report, stderr } = await place.backup(service.url);
    expect(code).to.equal(1);
    expect(report.outcomes.filter(outcome => outcome.state === 'complete')).to.have.length(8);
    expect(stderr).to.contain('2 of 10 databases need attention (8 ok)').and.contain('\nFAILED 2\n');
    const said = unwrapped(stderr);
    expect(said).to.match(/wrong_password: dump: .*can't connect to [\d.:]+: .*1045.*Access denied/);
    const causes = report.outcomes.flatMap(({ failure }) => (failure?.cause ? [failure.cause] : []));
    expect(causes).to.have.deep.members([
      { where: `127.0.0.1:${mariadb.port}`, why: 'refused the password' },
      { where: '127.0.0.1:1', why: 'refuses connections' },
    ]);
    expect(said).to.contain('Check db_username and db_password');
    expect(said).to.contain('no_such_host: 127.0.0.1:1 refuses connections (last good: never)');
    expect(said).to.contain("no_such_host: dump: can't connect to 127.0.0.1:1: ");
    expect(said).to.contain('Check db_host and db_port');
    expect(stderr).not.to.contain('not it');
    expect(await spooled()).to.deep.equal([]);
  });

  it('exits with 2 when no database was backed up', async () => {
    await place.list([{ ...entry('client_1'), db_password: 'not it' }]);
    expect((await place.backup(service.url)).code).to.equal(2);
  });

  it('keeps the zips while the service is down, and the next run delivers them first', async () => {
    await service.stop();
    const down = await place.backup(service.url, ['--retries', '0']);
    expect(down.code).to.equal(2);
    expect(down.report.kept).to.have.length(8);
    expect(down.stderr).to.contain("can't be reached").and.contain(`8 zips wait in ${place.workDir}`);
    expect((await spooled()).filter(name => name.endsWith('.zip'))).to.have.length(8);

    service = await startServiceHere(settings());
    const up = await place.backup(service.url, ['--upload-workers', '1']);
    expect(up.code, up.stderr).to.equal(0);
    expect(up.report.outcomes.map(outcome => outcome.is_leftover)).to.deep.equal([
      ...DATABASES.map(() => true),
      ...DATABASES.map(() => false),
    ]);
    expect(up.stderr).to.contain('8 zips of an earlier run are at the service now');
    expect(await spooled()).to.deep.equal([]);
    expect(await stored()).to.have.length(16);
  });

  it('delivers all in the same run when the service was out for some of it', async () => {
    let isOut = true;
    await using proxy = await startFaultyProxy(
      () => service.url,
      ({ direction }) => (isOut && direction === 'up' ? 'break' : 'pass'),
    );
    const backup = place.backup(proxy.url, ['--retries', '1', '--dump-workers', '1']);
    await until(
      'the first zips wait',
      async () => (await spooled().catch(() => [])).filter(name => name.endsWith('.zip')).length > 3,
    );
    isOut = false;
    const { code, report, stderr } = await backup;
    expect(code, stderr).to.equal(0);
    expect(report.outcomes.map(({ state }) => state)).to.deep.equal(DATABASES.map(() => 'complete'));
    expect(await spooled()).to.deep.equal([]);
    expect(await stored()).to.have.length(8);
  });

  it('tries again when the line breaks in the middle of an upload', async () => {
    await place.list([entry(LARGE)]);
    await using proxy = await startFaultyProxy(
      () => service.url,
      ({ direction, bytesSoFar, connection }) =>
        direction === 'up' && connection === 1 && bytesSoFar > 2_000_000 ? 'break' : 'pass',
    );
    const { code, stderr } = await place.backup(proxy.url);
    expect(code, stderr).to.equal(0);
    expect(proxy.connections).to.be.greaterThan(1);
    expect(await stored()).to.have.length(1);
  });

  it('tries again when the answer is lost, and the service keeps one backup', async () => {
    await place.list([entry('client_1')]);
    await using proxy = await startFaultyProxy(
      () => service.url,
      ({ direction, connection }) => (direction === 'down' && connection === 1 ? 'break' : 'pass'),
    );
    const { code, stderr } = await place.backup(proxy.url);
    expect(code, stderr).to.equal(0);
    // The upload twice, and the report of the run.
    expect(proxy.connections).to.equal(3);
    expect(await stored()).to.have.length(1);
  });

  it('survives a kill -9 of the service in the middle of an upload', async () => {
    await place.list([entry(LARGE)]);
    const reached = Promise.withResolvers<void>();
    const restarted = Promise.withResolvers<void>();
    await service.stop();
    await using killed = await startService(settings());
    let url = killed.url;
    await using proxy = await startFaultyProxy(
      () => url,
      async ({ direction, bytesSoFar, connection }) => {
        if (connection === 1 && (direction === 'down' || bytesSoFar <= 2_000_000)) return 'pass';
        reached.resolve();
        await restarted.promise;
        return connection === 1 ? 'break' : 'pass';
      },
    );
    const backup = place.backup(proxy.url);
    await beforeItEnds(reached.promise, backup);
    await until('half of a zip in the storage', async () => (await stored()).some(name => name.endsWith('.part')));
    await killed.kill();
    service = await startServiceHere(settings());
    url = service.url;
    expect(await stored(), 'after the restart').to.deep.equal([]);
    expect(await (await fetch(service.url)).json())
      .to.have.property('data')
      .that.deep.equals([]);
    restarted.resolve();
    const { code, stderr } = await backup;
    expect(code, stderr).to.equal(0);
    expect(await stored()).to.have.length(1);
    expect((await stored())[0]).to.match(/\.sql\.zip$/);
  });

  it('lets no second run into the same work folder, and is not blocked by a run that crashed', async () => {
    const hanging = await hangingMysqldump();
    const first = startSade(place.args(service.url, '--mysqldump', hanging));
    await untilDumping();
    const second = await sade(place.args(service.url));
    expect(second.code).to.equal(4);
    expect(second.stderr)
      .to.contain(`process ${first.child.pid}`)
      .and.match(/started \d+ \w{3} \d{4} /);

    first.child.kill('SIGKILL');
    await first.ended;
    await until('its dumps end with it', async () => (await dumpsUnderWay()).length === 0);
    const third = await place.backup(service.url);
    expect(third.code, third.stderr).to.equal(0);
    expect(await spooled()).to.deep.equal([]);
  });

  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    it(`stops on ${signal}: children ended, half-done files removed, and says what was not done`, async () => {
      const hanging = await hangingMysqldump();
      const run = startSade(place.args(service.url, '--mysqldump', hanging));
      await untilDumping();
      run.child.kill(signal);
      const { code, stdout } = await run.ended;
      expect(code).to.equal(exitCode);
      expect(stdout).to.contain(`Interrupted (${signal}): 8 of 8 databases not done, `);
      expect(stdout).to.contain('\nNOT DONE 8\n  client_1, client_2');
      expect(await spooled()).to.deep.equal([]);
      expect(await dumpsUnderWay()).to.deep.equal([]);
      const query = '{ runs(first: 1) { nodes { outcome exitCode interruptedBy counts { notDone } } } }';
      const { data } = await (await fetch(`${service.url}/graphql?query=${encodeURIComponent(query)}`)).json();
      const [reported] = data.runs.nodes;
      expect(reported).to.deep.include({ outcome: 'interrupted', exitCode, interruptedBy: signal });
      expect(reported.counts).to.deep.equal({ notDone: 8 });
    });

  it('gives up on a database that takes too long, and goes on with the others', async () => {
    const hanging = await hangingMysqldump('client_3');
    const { code, stderr } = await place.backup(service.url, ['--mysqldump', hanging, '--timeout', '6s']);
    expect(code).to.equal(1);
    expect(stderr).to.contain('\nFAILED 1\n  client_3: dump: it took longer than the 6 s');
    expect(stderr).to.contain('1 of 8 databases needs attention (7 ok)');
    expect(await dumpsUnderWay()).to.deep.equal([]);
  });

  it('ends although a server took the connection and came to a standstill: it never closes it', async () => {
    const still = createServer({ allowHalfOpen: true }, socket => socket.on('error', () => {}).resume());
    await once(still.listen(0, '127.0.0.1'), 'listening');
    const port = portOf(still);
    await place.list([{ ...entry('client_1'), db_port: String(port) }]);
    const run = startSade(place.args(service.url, '--timeout', '1s'));
    const ended = await Promise.race([run.ended, sleep(45_000)]);
    run.child.kill('SIGKILL');
    still.close();
    expect(ended).to.include({ code: 2 }).with.property('stdout').that.contains('it took longer than the 1 s');
  });

  it('says each time that a dump is partial, where dump_options want it so', async () => {
    await place.list([{ ...entry('client_1'), dump_options: ['--no-data'] }]);
    const { code, stderr } = await place.backup(service.url, ['--quiet']);
    expect(code).to.equal(0);
    expect(stderr).to.contain('client_1: partial, as dump_options wants it: --no-data');
  });

  it('fails for a dump that is cut off although mysqldump exited with 0', async () => {
    const cut = await script(
      `case "$*" in *--version*|*--help*) exec mysqldump "$@";; *) mysqldump "$@" | head -c -60; exit 0;; esac`,
    );
    const { code, stderr } = await place.backup(service.url, ['--mysqldump', cut]);
    expect(code).to.equal(2);
    expect(stderr).to.contain('the dump is cut off');
    expect(await stored()).to.deep.equal([]);
  });

  it('shows all mistakes of databases.json at once and exits with 3', async () => {
    await place.list([
      { ...entry('client_1'), db_port: 'x' },
      { database_name: 'b', db_host: 'h', db_username: 'u', db_password: 'hidden', db_sockt: '' },
    ]);
    const { code, stderr } = await sade(place.args(service.url));
    expect(code).to.equal(3);
    expect(stderr).to.contain('databases[0].db_port').and.contain('databases[1]').and.contain('db_sockt');
    expect(stderr).not.to.contain('hidden');
  });
});

async function script(body: string): Promise<string> {
  const path = join(place.folder, 'mysqldump');
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

/** Under a name of this run's own: others may run beside it. */
const SLEEP = `sleep 3${process.pid}`;

/** A mysqldump that writes the beginning of a dump and then hangs, for one database or for all. */
function hangingMysqldump(database = '*'): Promise<string> {
  return script(
    `case "$*" in *--version*|*--help*) exec mysqldump "$@";; *${database}) echo "-- MariaDB dump"; exec ${SLEEP};; *) exec mysqldump "$@";; esac`,
  );
}

async function untilDumping(): Promise<void> {
  const files = () => readdir(place.workDir).catch(() => []);
  await until('a dump in the work folder', async () => (await files()).some(name => name.endsWith('.sql')));
}

/** The process ids of what `hangingMysqldump` has become, or runs. */
async function dumpsUnderWay(): Promise<number[]> {
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number);
  const running = await Promise.all(ids.map(id => readFile(`/proc/${id}/cmdline`, 'latin1').catch(() => '')));
  return ids.filter(
    (_, index) =>
      running[index] === `${SLEEP.replace(' ', '\0')}\0` || running[index]!.includes(`${place.folder}/mysqldump`),
  );
}
