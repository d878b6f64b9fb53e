import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sade, Workplace } from '../testing/cli/sade.ts';
import { type MariaDb, sharedMariaDb } from '../testing/databases/mariadb.ts';
import { freePort } from '../testing/free-port.ts';
import { HISTORY_STORES } from '../testing/history/history-stores.ts';
import { sampleRun } from '../testing/service/sample-runs.ts';
import { type ServiceHere, startServiceHere } from '../testing/service/service-here.ts';
import { bearer, createToken } from '../testing/service/tokens.ts';
import { until } from '../testing/until.ts';

// biome-ignore lint/suspicious/noExplicitAny: what GraphQL answers has another shape with each question
type Answer = any;

interface Named {
  readonly databaseName: string;
}

const PASSWORD = 'not to be $hown';
const DETAILS = 'databaseName state stage message cause { where why } isLeftover';

describe('a run that reports to the service', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  let place: Workplace;
  let env: Record<string, string>;
  let service: ServiceHere;
  let dead: number;

  before(async () => {
    mariadb = await sharedMariaDb();
    await mariadb.sql('create database run_reports; create table run_reports.t (id int primary key) engine = InnoDB');
    await mariadb.sql(`create user run_reports@'127.0.0.1' identified by '${PASSWORD}'`);
    await mariadb.sql("grant select, show view, trigger, event on run_reports.* to run_reports@'127.0.0.1'");
    await mariadb.sql("grant select on mysql.proc to run_reports@'127.0.0.1'");
    place = await Workplace.create([]);
    dead = await freePort();
    env = { STORAGE_DIR: join(place.folder, 'backups'), DATABASE_URL: await HISTORY_STORES[0]!.url(place.folder) };
    service = await startServiceHere(env);
  });
  after(async () => {
    await service.stop();
    await place[Symbol.asyncDispose]();
  });

  const small = (name: string, more: object = {}) => ({
    ...{ name, database_name: 'run_reports', db_host: mariadb.host, db_port: String(mariadb.port) },
    ...{ db_username: 'run_reports', db_password: PASSWORD },
    ...more,
  });
  const broken = (name: string) => small(name, { db_port: String(dead) });

  async function ask(query: string, token?: string) {
    const answer = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && bearer(token)) },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await answer.json()) as { data: Answer; errors?: unknown };
    expect(errors, query).to.equal(undefined);
    return data;
  }
  const runsOf = async (source: string, token?: string) =>
    (
      await ask(
        `{ runs(filter: { source: "${source}" }) { nodes {
      runId outcome exitCode host isPartial problem interruptedBy mysqldump counts { complete failed notDone } outcomes { ${DETAILS} } } } }`,
        token,
      )
    ).runs.nodes;
  const rosterOf = async (source: string, token?: string) =>
    (
      await ask(
        `{ rosters(filter: { source: "${source}" }) { nodes {
      databaseName every grace group goneAt lastAttempt { state } } } }`,
        token,
      )
    ).rosters.nodes;

  it('tells the result of each database, and all databases of the list, also with --only', async () => {
    const source = 'all';
    await place.list([
      small('well', { every: { cron: '30  1 * * *', timezone: 'Asia/Jakarta' }, grace: '2h', group: 'acme' }),
      broken('away'),
    ]);
    const { code } = await place.backup(service.url, ['--source', source]);
    expect(code).to.equal(1);
    const [run] = await runsOf(source);
    expect(run).to.include({ outcome: 'some_failed', exitCode: 1, host: hostname(), isPartial: false, problem: null });
    expect(run.mysqldump).to.match(/^mariadb \d/);
    expect(run.counts).to.deep.equal({ complete: 1, failed: 1, notDone: 0 });
    const where = `127.0.0.1:${dead}`;
    expect(run.outcomes[0]).to.deep.include({
      databaseName: 'away',
      state: 'failed',
      stage: 'dump',
      isLeftover: false,
    });
    expect(run.outcomes[0].cause).to.deep.equal({ where, why: 'refuses connections' });
    expect(run.outcomes[1]).to.include({ databaseName: 'well', state: 'complete', stage: null, message: null });
    const { database } = await ask(`{ database(name: "well") { lastAttempt { state backup { fileName }
      dumpBytes rows stageSeconds { dump upload } run { source } } } }`);
    expect(database.lastAttempt.run.source).to.equal(source);
    expect(database.lastAttempt.backup.fileName).to.match(/-well-/);
    expect(database.lastAttempt.stageSeconds.dump).to.be.at.least(0);
    expect(database.lastAttempt.stageSeconds.upload).to.be.greaterThan(0);

    await place.list([small('well'), broken('away'), small('never_run')]);
    expect((await place.backup(service.url, ['--source', source, '--only', 'well'])).code).to.equal(0);
    expect((await runsOf(source))[0]).to.include({ outcome: 'ok', isPartial: true });
    expect(await rosterOf(source)).to.deep.equal([
      { databaseName: 'away', every: null, grace: null, group: null, goneAt: null, lastAttempt: { state: 'failed' } },
      { databaseName: 'never_run', every: null, grace: null, group: null, goneAt: null, lastAttempt: null },
      { databaseName: 'well', every: null, grace: null, group: null, goneAt: null, lastAttempt: { state: 'complete' } },
    ]);
    const doctor = await sade(['doctor', '--source', source, '--only', 'well', ...place.args(service.url).slice(1)]);
    expect(doctor.stdout).to.match(
      /ok +service +source all: the last run that the service has a report of is that of .* it ended with exit code 0/,
    );
    expect(doctor.stdout).to.match(/ok +service +source all: its roster there equals the list here: 3 databases/);
  });

  it('a label that falls off the list is gone from the roster, and sade doctor shows the difference before', async () => {
    const source = 'falls';
    await place.list([broken('one'), broken('two')]);
    await place.backup(service.url, ['--source', source]);
    await place.list([broken('one'), broken('three')]);
    const doctor = await sade(['doctor', '--source', source, '--only', 'one', ...place.args(service.url).slice(1)]);
    expect(doctor.stdout).to.match(/warn +service +source falls: its roster there lacks three/);
    expect(doctor.stdout).to.match(/warn +service +source falls: its roster there also has two/);
    await place.backup(service.url, ['--source', source]);
    const roster: Array<{ databaseName: string; goneAt: string | null }> = await rosterOf(source);
    expect(roster.filter(({ goneAt }) => goneAt).map(({ databaseName }) => databaseName)).to.deep.equal(['two']);
  });

  it('a run that cannot begin reports why, and no secret', async () => {
    const source = 'broken';
    await place.list([{ name: 'x', database_name: 'x', db_username: 'u', db_password: PASSWORD }]);
    expect((await sade(place.args(service.url, '--source', source))).code).to.equal(3);
    await place.list([broken('y')]);
    const nowhere = ['--mysqldump', '/nowhere/mysqldump', '--mariadb-dump', '/nowhere/mariadb-dump'];
    expect((await sade(place.args(service.url, '--source', source, ...nowhere))).code).to.equal(3);
    // A person has typed these.
    expect((await sade(place.args(service.url, '--source', source, '--only', 'z'))).code).to.equal(3);
    await sade(place.args(service.url, '--source', source, '--dry-run'));
    const runs = await runsOf(source);
    expect(runs.map(({ outcome }: { outcome: string }) => outcome)).to.deep.equal(['broken', 'broken']);
    expect(runs[0].problem).to.include('/nowhere/mysqldump');
    expect(runs[1].problem).to.match(/databases\[0\].*db_host/);
    expect(JSON.stringify(runs)).to.not.include('$hown');
    expect((await rosterOf(source)).map(({ databaseName }: Named) => databaseName)).to.deep.equal(['y']);
  });

  it('reports wait while the service is away, and the next run sends them before its own', async () => {
    const source = 'waits';
    await place.list([broken('later')]);
    const away = `http://127.0.0.1:${dead}`;
    const { code, report } = await place.backup(away, ['--source', source]);
    expect(code).to.equal(2);
    expect(report.warnings?.join()).to.match(
      /the service does not know how this run went: .*The next run sends the report again/,
    );
    await place.backup(away, ['--source', source]);
    expect(await readdir(join(place.workDir, 'unsent-reports'))).to.have.length(2);
    expect((await place.backup(service.url, ['--source', source])).report.warnings).to.equal(undefined);
    expect((await runsOf(source)).map(({ exitCode }: { exitCode: number }) => exitCode)).to.deep.equal([2, 2, 2]);
    expect(await readdir(place.workDir)).to.not.include('unsent-reports');
  });

  it('a database that the token is not for is left out of the report: the mail says so once, and not each night', async () => {
    const token = await createToken(env, { name: 'quiet', role: 'upload', scope: ['quiet'] });
    await until('the service asks for a token', async () => (await fetch(service.url)).status === 401);
    await place.list([small('quiet'), small('foreign')]);
    const night = () =>
      sade(place.args(service.url, '--quiet', '--source', 'quiet', '--only', 'quiet'), { env: { SADE_TOKEN: token } });
    const first = await night();
    expect(first.code, first.stderr).to.equal(0);
    expect(first.stdout.replaceAll(/\s+/g, ' ')).to.include('its token (SADE_TOKEN) is not for foreign');
    const second = await night();
    expect(second).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    const admin = await createToken(env, { name: 'admin1', role: 'admin' });
    expect((await rosterOf('quiet', admin)).map(({ databaseName }: Named) => databaseName)).to.deep.equal(['quiet']);
  });

  it('databases that the token is not for are one cause in the mail, which has the command that makes a wider token', async () => {
    const token = await createToken(env, { name: 'narrow', role: 'upload', scope: ['narrow'] });
    await place.list([small('narrow'), small('other a'), small('other_b')]);
    const args = place.args(service.url, '--quiet', '--source', 'narrow');
    const { code, stdout } = await sade(args, { env: { SADE_TOKEN: token } });
    expect(code).to.equal(1);
    const mail = stdout.replaceAll(/\s+/g, ' ');
    expect(mail).to.include(
      `FAILED 2 ${service.url.replace(/\/$/, '')} refuses the token of SADE_TOKEN for what is not in its scope (narrow): 2 databases, other a, other_b (last good: not known)`,
    );
    expect(stdout, 'on one line').to.include("sudo lumbung token create --name NAME --role upload --scope 'NAMES'.\n");
    await place.list([small('narrow')]);
    await rm(place.workDir, { recursive: true });
  });

  it('databases with tokens of their own are reported with these, and none takes the others off the roster', async () => {
    const source = 'tokens';
    const admin = await createToken(env, { name: 'admin', role: 'admin' });
    const tokens = [];
    for (const name of ['a', 'b', 'c'])
      tokens.push(await createToken(env, { name, role: 'upload', scope: [`t_${name}*`] }));
    const [a, b, c] = tokens;
    const options = { env: { SADE_TOKEN: a! } };
    const run = () => place.backup(service.url, ['--source', source], options);
    await place.list([broken('t_a'), { ...broken('t_b'), token: b }, { ...broken('t_c'), token: c }]);
    await run();
    const runs = await runsOf(source, admin);
    expect(runs).to.have.length(3);
    expect(new Set(runs.map(({ runId }: { runId: string }) => runId)).size).to.equal(1);
    const names = async () =>
      (await rosterOf(source, admin)).map(
        (entry: { databaseName: string; goneAt: string }) => `${entry.goneAt ? '-' : ''}${entry.databaseName}`,
      );
    expect(await names()).to.deep.equal(['t_a', 't_b', 't_c']);
    await place.list([broken('t_a'), broken('t_a2'), { ...broken('t_b2'), token: b }, { ...broken('t_c'), token: c }]);
    await run();
    expect(await names()).to.deep.equal(['t_a', 't_a2', '-t_b', 't_b2', 't_c']);
    const mixed = sampleRun(['t_a', 't_b2'], { source, started_at: new Date().toISOString() });
    const report = { ...mixed, ended_at: mixed.started_at };
    const headers = { 'content-type': 'application/json', ...bearer(a!) };
    const answer = await fetch(`${service.url}/-/runs`, { method: 'POST', headers, body: JSON.stringify(report) });
    expect(answer.status).to.equal(403);
    expect(((await answer.json()) as { code: string }).code).to.equal('OUT_OF_SCOPE');
    expect(await runsOf(source, admin)).to.have.length(6);
    expect(await names()).to.deep.equal(['t_a', 't_a2', '-t_b', 't_b2', 't_c']);
    const doctor = await sade(['doctor', '--source', source, ...place.args(service.url).slice(1)], options);
    expect(doctor.stdout).to.match(/ok +service +source tokens: its roster there equals the list here: 4 databases/);
  });
});
