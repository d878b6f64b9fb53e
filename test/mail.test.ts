import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXIT } from '../cli/errors.ts';
import type { RunReportJson } from '../cli/report/run-report.ts';
import { spoiledDumpProgram } from '../testing/cli/fake-mysqldump.ts';
import { FaultScene } from '../testing/cli/fault-scene.ts';
import { type FaultTrial, unwrapped } from '../testing/cli/fault-trial.ts';
import { sade } from '../testing/cli/sade.ts';
import { Terminal } from '../testing/cli/terminal.ts';
import { until } from '../testing/until.ts';

const SADE = join(import.meta.dirname, '../cli/main.ts');

describe('the mail of sade backup', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  before(async () => {
    scene = await FaultScene.open();
  });
  after(() => scene[Symbol.asyncDispose]());

  /** Runs it as cron does. */
  const cron = (trial: FaultTrial, more: string[] = [], server = trial.url) => sade(trial.place.args(server, ...more));
  const lastRun = async (trial: FaultTrial) =>
    JSON.parse(await readFile(join(trial.place.workDir, 'last-run.json'), 'utf8')) as RunReportJson;

  it('says nothing with --quiet when all is well, and no warning again that was in a mail last night', async () => {
    await using trial = await scene.trial(
      await scene.createDatabase('create table m (id int primary key) engine=MyISAM'),
    );
    const first = await cron(trial, ['--quiet']);
    expect(first.stdout).to.match(/^1 of 1 database ok, .*\n\nWarnings 1\n/);
    expect(unwrapped(first.stdout)).to.contain('m (MyISAM) (NOT_TRANSACTIONAL)');
    expect(await cron(trial, ['--quiet'])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    expect((await cron(trial)).stdout)
      .to.contain('NOT_TRANSACTIONAL')
      .and.contain('\n\nok 1\n');
    await scene.mariadb.sql(`alter user ${trial.label}@'127.0.0.1' account lock`);
    for (const night of ['one', 'the next'])
      expect((await cron(trial, ['--quiet'])).stdout, night).to.match(/^1 of 1 database needs attention \(0 ok\)/);
  });

  it('reports a warning again with --quiet when last-run.json is gone', async () => {
    await using trial = await scene.trial(
      await scene.createDatabase('create table m (id int primary key) engine=MyISAM'),
    );
    await cron(trial, ['--quiet']);
    await writeFile(join(trial.place.workDir, 'last-run.json'), '{"outcomes": [');
    const { stdout, code } = await cron(trial, ['--quiet']);
    expect(code).to.equal(0);
    expect(unwrapped(stdout))
      .to.contain("last-run.json can't be read: it is not JSON, and may be cut off")
      .and.contain('NOT_TRANSACTIONAL');
    expect(await lastRun(trial), 'written again').to.deep.include({ total: 1, exit_code: 0 });
  });

  it('says when the last good backup was, by the service, and by the last run when the service does not answer', async () => {
    await using trial = await scene.trial(await scene.createDatabase('create table t (id int primary key)'));
    const lock = (how: 'lock' | 'unlock') => scene.mariadb.sql(`alter user ${trial.label}@'127.0.0.1' account ${how}`);
    await lock('lock');
    expect(unwrapped((await cron(trial)).stdout)).to.contain('(last good: never)');
    await lock('unlock');
    const { report } = await trial.backup();
    await lock('lock');
    const failed = await trial.backup();
    const good = { id: report.outcomes[0]!.backup_id!, taken_at: failed.outcome.last_good!.taken_at };
    expect(failed.outcome.last_good).to.deep.equal(good);
    expect(Date.parse(good.taken_at) - Date.parse(report.outcomes[0]!.started_at)).to.be.within(-1000, 1000);
    expect(unwrapped(failed.stderr)).to.match(/\(last good: \d+ [A-Z][a-z]+ \d\d:\d\d\)/);
    const away = await trial.backup(['--retries', '0'], 'http://127.0.0.1:1');
    expect(away.outcome.last_good, 'from last-run.json').to.deep.equal(good);
    expect(unwrapped(away.stderr)).to.match(/\(last good: \d+ [A-Z][a-z]+ \d\d:\d\d\)/);
  });

  it('is written at the end; run.log shows meanwhile what has ended, and a signal leaves a mail of what is known', async () => {
    await using trial = await scene.trial(await scene.createDatabase('create table t (id int primary key)'));
    await trial.place.list([
      { ...trial.entry, name: 'good' },
      { ...trial.entry, name: 'hangs', dump_options: ['--no-data'] },
    ]);
    const program = await spoiledDumpProgram(
      trial.place.folder,
      'case "$*" in *no-data*) header; exec sleep 100;; *) exec mariadb-dump "$@";; esac',
    );
    const run = trial.start(['--mariadb-dump', program]);
    let printed = '';
    run.child.stdout!.on('data', text => (printed += text));
    const log = () => readFile(join(trial.place.workDir, 'run.log'), 'utf8').catch(() => '');
    await until('the good one in run.log', async () => (await log()).includes('good'));
    expect(printed).to.equal('');
    expect(await log()).to.match(/^run of \d+ \w+ \d{4} \d\d:\d\d [+-]\d\d:\d\d, process \d+\nok {6}good {2}1 table, /);
    run.child.kill('SIGTERM');
    const { stdout, code } = await run.ended;
    expect(code).to.equal(143);
    expect(stdout).to.match(
      /^Interrupted \(SIGTERM\): 1 of 2 databases not done, .*\n1 ok, 0 need attention\.\n\nNOT DONE 1\n {2}hangs\n/,
    );
    expect(await lastRun(trial)).to.deep.include({ interrupted_by: 'SIGTERM', not_done: ['hangs'], exit_code: 143 });
  });

  it('reports in the next night, with --quiet too, that a run was killed: that one could send no mail', async () => {
    await using trial = await scene.trial(await scene.createDatabase('create table t (id int primary key)'));
    const program = await spoiledDumpProgram(trial.place.folder, 'header; exec sleep 100');
    expect((await cron(trial, ['--quiet'])).stdout).to.equal('');
    for (const night of ['one', 'the next']) {
      const run = trial.start(['--quiet', '--mariadb-dump', program]);
      await until('a dump', async () => (await trial.spooled()).some(name => name.endsWith('.sql')));
      run.child.kill('SIGKILL');
      expect((await run.ended).stdout).to.equal('');
      const { stdout, code } = await cron(trial, ['--quiet']);
      expect(code, night).to.equal(0);
      const said = unwrapped(stdout);
      expect(said).to.contain(`(process ${run.child.pid}) ended without a mail`).and.contain('run.log.1');
    }
    expect(await cron(trial, ['--quiet'])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('comes also when the run breaks down in the middle, with what is known by then and why', async () => {
    await using trial = await scene.trial(await scene.createDatabase('create table t (id int primary key)'));
    const program = await spoiledDumpProgram(trial.place.folder, `rm -r '${trial.place.workDir}'; header; marker`);
    const { stdout, stderr, code } = await cron(trial, ['--quiet', '--mariadb-dump', program]);
    expect(code).to.equal(EXIT.noneSucceeded);
    expect(stdout).to.match(/^(1 of 1 database needs attention|Not finished: 1 of 1 database not done)/);
    expect(unwrapped(stdout)).to.contain("last-run.json can't be written: ENOENT");
    expect(unwrapped(stdout)).to.contain('only sade may change its work folder');
    expect(stderr).to.equal('');
  });

  it('goes to stderr with --json, whose keys are all in snake_case', async () => {
    await using trial = await scene.trial(await scene.createDatabase('create table t (id int primary key)'));
    const { stdout, stderr } = await cron(trial, ['--json', '--only', trial.label]);
    expect(stderr).to.match(/^1 of 1 database ok, /);
    const keys = [...stdout.matchAll(/"(\w+)":/g)].map(([, key]) => key);
    expect(keys).to.include.members([
      'started_at',
      'exit_code',
      'not_done',
      'dump_bytes',
      'is_leftover',
      'backup_id',
      'only',
    ]);
    expect(keys.filter(key => /[A-Z]/.test(key!))).to.deep.equal([]);
  });

  it('is kept in last-run.json by a run of all; a run with --only leaves its times and its exit code', async () => {
    await using trial = await scene.trial(await scene.createDatabase('create table t (id int primary key)'));
    const other = { ...trial.entry, name: `${trial.label}x`, db_password: 'wrong' };
    await trial.place.list([trial.entry, other]);
    expect((await cron(trial)).code).to.equal(1);
    const night = await lastRun(trial);
    await trial.place.list([trial.entry, { ...other, db_password: trial.entry.db_password }]);
    expect((await cron(trial, ['--only', other.name])).code).to.equal(0);
    const { started_at, exit_code, outcomes, amended_by } = (await lastRun(trial)) as RunReportJson & {
      amended_by: object;
    };
    expect({ started_at, exit_code }).to.deep.equal({ started_at: night.started_at, exit_code: 1 });
    expect(outcomes.map(({ state }) => state)).to.deep.equal(['complete', 'complete']);
    expect(amended_by).to.deep.include({ exit_code: 0, databases: [other.name] });
    const { stdout } = await sade(['doctor', ...trial.place.args(trial.url).slice(1)]);
    expect(stdout).to.match(/ok +last run .*ended with exit code 1: 1 of 2 databases needs? attention \(1 ok\), /);
    expect(stdout).to.match(/ok +last run .*later sade backup --only \S+ ended with exit code 0: 1 of 1 database ok, /);
  });

  it('is on a terminal only the verdict, below the lines of the databases: nothing is printed twice', async () => {
    await using trial = await scene.trial(await scene.createDatabase('create table t (id int primary key)'));
    await trial.place.list([trial.entry, { ...trial.entry, name: `${trial.label}x`, db_password: 'wrong' }]);
    await using terminal = Terminal.open([process.execPath, SADE, ...trial.place.args(trial.url)], { columns: 120 });
    expect(await terminal.exitCode).to.equal(1);
    const screen = await terminal.screen();
    expect(screen.match(/^ok {6}/gm), screen).to.have.length(1);
    expect(screen.match(/^FAILED {2}/gm)).to.have.length(1);
    expect(screen.match(/what to do:/g)).to.have.length(1);
    const verdict = screen.slice(screen.indexOf('1 of 2 databases needs attention (1 ok), '));
    expect(verdict).to.match(new RegExp(`^.*\\n\\nFAILED 1\\n {2}${trial.label}x: .* refused the password`));
    expect(verdict.split('\n').length).to.be.at.most(5);
  });
});
