import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { FaultScene } from '../../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../../testing/cli/fault-trial.ts';
import { runDocumented } from '../../../testing/cli/sade.ts';
import { sadeHere } from '../../../testing/cli/sade-here.ts';
import { mountSmallDisk } from '../../../testing/machine/small-disk.ts';
import { Interrupted } from '../../interruption.ts';

const PASSWORD = 'only for several';
const SCHEMA = 'create table good (id int primary key); insert into good values (1), (2); create table more (id int)';

describe('sade restore of several databases', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  /** In the order of the command: the last one is well. */
  let [lossy, damaged, fine]: string[] = [];
  let all: string[] = [];
  const ids = new Map<string, number[]>();

  const backup = async () => {
    const { report } = await trial.place.backup(trial.url);
    for (const { database, backup_id } of report.outcomes) ids.get(database)!.push(backup_id!);
  };
  before(async () => {
    scene = await FaultScene.open();
    const { mariadb } = scene;
    all = await Promise.all([1, 2, 3].map(() => scene.createDatabase(SCHEMA)));
    [lossy, damaged, fine] = all;
    trial = await scene.trial(fine!);
    await mariadb.sql(
      `create or replace user several@'127.0.0.1' identified by '${PASSWORD}'; grant all on *.* to several@'127.0.0.1'`,
    );
    const login = { db_host: mariadb.host, db_port: mariadb.port, db_username: 'several', db_password: PASSWORD };
    await trial.place.list(all.map(database_name => ({ database_name, ...login })));
    await writeFile(
      join(trial.place.folder, 'targets.json'),
      JSON.stringify({ new: login, away: { ...login, db_port: 1 } }),
      { mode: 0o600 },
    );
    for (const name of all) ids.set(name, []);
    await backup();
    await mariadb.sql('drop table more', lossy!);
    await backup();
    const folder = join(scene.folder, 'backups', damaged!);
    for (const name of (await readdir(folder)).filter(name => name.endsWith('.zip'))) {
      const bytes = await readFile(join(folder, name));
      await writeFile(join(folder, name), bytes.fill(0, bytes.length >> 1));
    }
  });
  beforeEach(() => drop(...all));
  after(async () => {
    await drop(...all);
    await scene.mariadb.sql("drop user several@'127.0.0.1'");
    await trial[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  async function drop(...names: string[]): Promise<void> {
    for (const name of names) await scene.mariadb.sql(`drop database if exists ${name}`);
  }
  const there = async () => {
    const found = (await scene.mariadb.sql('show databases')).map(row => String(Object.values(row)[0]));
    return all.filter(name => found.includes(name));
  };
  const restore = async (args: string[], how: Parameters<typeof sadeHere>[2] = {}) => {
    const { folder, workDir } = trial.place;
    const env = {
      ...{ SADE_CONFIG: join(folder, 'databases.json'), SADE_TARGETS: join(folder, 'targets.json') },
      ...{ SADE_WORK_DIR: workDir, SADE_SERVER: trial.url },
    };
    const result = await sadeHere(['restore', ...args], env, how);
    expect(result.stdout + result.stderr).to.not.contain(PASSWORD);
    return result;
  };
  /** @returns the commands of the summary, which need no further option in the shell of `runDocumented` */
  const proposed = (stdout: string) =>
    stdout
      .split('\nnext:\n')[1]!
      .split('\n')
      .map(line => line.trim())
      .filter(line => line.startsWith('sade restore '));

  it('shows all plans, a line each, and does nothing without --yes where no one can be asked', async () => {
    const { code, stdout, stderr } = await restore([damaged!, fine!, '--to', 'new']);
    expect(code, stderr).to.equal(3);
    expect(stdout).to.match(
      /^Restore of 2 databases to 127\.0\.0\.1:\d+ as several@127\.0\.0\.1\n +database +backup +taken/,
    );
    for (const name of [damaged!, fine!])
      expect(stdout).to.match(new RegExp(`^  ${name} +${ids.get(name)!.at(-1)}  \\d.* KiB  create it$`, 'm'));
    expect(stderr)
      .to.contain('no terminal to ask on: nothing was done')
      .and.match(new RegExp(`sade restore ${damaged} ${fine} --to new .*--yes`));
    expect(await there()).to.deep.equal([]);
  });

  it('goes on after one that is refused and one that fails, and proposes a command for each of these', async () => {
    const { code, stdout, stderr } = await restore([...all, '--yes', '--to', 'new']);
    expect(code, stdout + stderr).to.equal(1);
    expect(await there(), 'what is restored').to.deep.equal([fine]);
    expect(stdout)
      .to.match(new RegExp(`^  ${lossy} .* REFUSED$`, 'm'))
      .and.contain(`\n1 of 3 databases is restored and agrees with its backup\n  ok        ${fine}: backup `)
      .and.match(new RegExp(`^  REFUSED   ${lossy}: backup .*\\(SHRUNK\\)$`, 'm'))
      .and.match(new RegExp(`^  FAILED    ${damaged}: .*${ids.get(damaged!)!.at(-1)}`, 'm'));
    expect(stderr)
      .to.contain(`${damaged} (1 of 2)`)
      .and.contain(`${fine} (2 of 2)`)
      .and.contain(`FAILED: ${damaged}: `);
    const commands = proposed(stdout);
    const [first, second] = ids.get(lossy!)!;
    expect(commands.map(command => command.replace(/ +/g, ' '))).to.deep.equal([
      `sade restore ${lossy} --at ${first} --to new # ${lossy}: backup ${first}, before the loss`,
      `sade restore ${lossy} --at ${second} --to new # ${lossy}: backup ${second}, without what was lost`,
      `sade restore ${damaged} --to new # ${damaged}: again`,
    ]);
    expect(stdout)
      .to.contain(`  sade history ${damaged} `)
      .and.match(/^ {4}Nothing was changed on the server\.\n {4}what to do: (?!.*Nothing was)/m);
    const pasted = await runDocumented(commands[0]!.replace('  #', ' --yes  #'), trial.place, trial.url);
    expect(pasted.code, pasted.stderr).to.equal(0);
    expect(await there()).to.deep.equal([lossy, fine]);
  });

  it('takes all databases of a server of the list, with JSON for each, and exits with 3 where all are refused', async () => {
    const { host, port } = scene.mariadb;
    const { code, stdout, stderr } = await restore(['--all-of', `${host}:${port}`, '--dry-run', '--json']);
    expect(code, stderr).to.equal(1);
    const { databases, error } = JSON.parse(stdout);
    expect(error).to.equal(null);
    const shown = databases.map(({ database, outcome, plan, error }: Record<string, { action?: string }>) => ({
      ...{ database, outcome, will: plan?.action, isError: error !== null },
    }));
    expect(shown).to.deep.equal([
      { database: lossy, outcome: 'refused', will: undefined, isError: true },
      { database: damaged, outcome: 'not begun', will: 'create', isError: false },
      { database: fine, outcome: 'not begun', will: 'create', isError: false },
    ]);
    for (const name of all) await scene.mariadb.sql(`create database ${name}; create table ${name}.newer (id int)`);
    const refused = await restore(['--all-of', 'LOCALHOST', '--yes']);
    expect(refused.code, refused.stdout).to.equal(3);
    expect(refused.stdout).to.contain(`refused: ${fine}: the database ${fine} is there, and not empty (1 object)`);
    expect(refused.stdout).to.contain(`sade restore ${lossy} --at ${ids.get(lossy!)![0]}  # `);
    const unknown = await restore(['never_backed_up', fine!, '--dry-run']);
    expect(unknown.stdout).to.contain('no backup of a database never_backed_up').and.not.contain('sade history never');
    for (const [server, says] of [
      [`${host}:1`, `has no database of ${host}:1`],
      ['db9.example.com', `Its servers are ${host}:${port}.`],
    ] as const)
      expect((await restore(['--all-of', server, '--yes'])).stderr).to.contain(says);
  });

  it('adds up the dumps before the question: what has no room after the others is refused, or warned of with --force', async () => {
    const [{ folder }] = (await scene.mariadb.sql('select @@datadir as folder')) as [{ folder: string }];
    // The server goes on in the folder below, which it has open.
    using disk = mountSmallDisk(folder, 1);
    if (!disk) return;
    await writeFile(join(folder, 'full'), Buffer.alloc(2 ** 20 - 4096));
    const [refused, forced] = [
      await restore(['--all-of', scene.mariadb.host, '--dry-run']),
      await restore([damaged!, fine!, '--dry-run', '--force']),
    ];
    const says = new RegExp(
      `: ${fine}: the dumps of the 2 databases up to this one have 5\\.\\d KiB, and the disk of the server \\(${folder}\\) only 4\\.0 KiB free`,
    );
    expect(refused.stdout.replace(/\n +/g, ' '))
      .to.match(new RegExp(` ${damaged} .* create it ${fine} .* REFUSED`))
      .and.match(new RegExp(`refused${says.source}`))
      .and.match(new RegExp(`what to do for ${fine}: Make room there\\.`))
      .and.not.contain(`${fine}: what is wrong`);
    expect(forced.stdout.replace(/\n +/g, ' '))
      .to.match(new RegExp(`warning${says.source} \\(--force\\)`))
      .and.not.contain('REFUSED');
  });

  it('refuses options that fit only one database, all at once', async () => {
    const { code, stderr } = await restore([
      ...[damaged!, fine!, '--yes', '--from', 'a.zip', '--into', 'other', '--tables', 'good', '--to-stdout'],
      ...['--at', '34', '--all-of', 'localhost'],
    ]);
    expect(code).to.equal(3);
    for (const flag of ['--from', '--into', '--tables', '--to-stdout', '--at with an id'])
      expect(stderr).to.contain(`${flag} can't be given for several databases: `);
    expect(stderr).to.contain(`--all-of can't be given together with the name of a database (${damaged})`);
    expect(await there()).to.deep.equal([]);
    expect((await restore(['--yes'])).stderr).to.contain('a database must be named');
  });

  it('asks a server that is away, or a service that is, once for all', async () => {
    for (const away of [
      ['--to', 'away'],
      ['--to', 'new', '--server', 'http://127.0.0.1:9'],
    ]) {
      const { code, stdout, stderr } = await restore([...all.slice(1), '--yes', ...away]);
      expect({ code, stdout }, stderr).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr.match(/^sade: .*(?:can't connect|can't be reached)/gm), stderr).to.have.length(1);
    }
  });

  it('restores no second one into the same database, and none into one that was filled after the plan', async () => {
    const { folder } = trial.place;
    const list = JSON.parse(await readFile(join(folder, 'databases.json'), 'utf8'));
    const twin = { ...list[2], name: 'twin' };
    await trial.place.list([...list, twin]);
    try {
      expect((await restore([fine!, '--yes'])).code).to.equal(0);
      expect((await trial.place.backup(trial.url, ['--only', 'twin'])).report.exit_code).to.equal(0);
      await drop(fine!);
      await scene.mariadb.sql(`create database ${damaged}`);
      let filled: Promise<unknown> | undefined;
      const { code, stdout } = await restore(['twin', fine!, damaged!, '--yes', '--to', 'new', '--replace'], {
        onText: text => {
          if (text.includes('twin (1 of 2)')) filled = scene.mariadb.sql(`create table ${damaged}.newer (id int)`);
        },
      });
      await filled;
      expect(code, stdout).to.equal(1);
      expect(stdout)
        .to.contain(`REFUSED   ${fine}: it would be restored into the database ${fine}, as twin`)
        .and.contain(`REFUSED   ${damaged}: the database ${damaged} was empty in the plan, and is not empty any more`)
        .and.contain('1 of 3 databases is restored');
    } finally {
      await trial.place.list(list);
    }
  });

  it('stops on Ctrl-C: says what is left, and which databases were not begun', async () => {
    const stopAt = (step: string) => {
      const controller = new AbortController();
      const onText = (text: string) => {
        if (text.includes(step)) controller.abort(new Interrupted('SIGINT'));
      };
      return restore([fine!, damaged!, '--yes', '--to', 'new'], { signal: controller.signal, onText });
    };
    for (const step of ['(1 of 2)', 'loading ']) {
      const { code, stdout, stderr } = await stopAt(step);
      expect(code, stderr).to.equal(130);
      expect(stdout)
        .to.contain(`  STOPPED   ${fine}: Nothing was changed on the server.\n`)
        .and.contain(`  sade restore ${fine} ${damaged} --to new  # those that were not begun`);
      expect(await there(), step).to.deep.equal([]);
    }
    const { code, stdout, stderr } = await stopAt('comparing ');
    expect(code, stderr).to.equal(130);
    expect(stdout)
      .to.contain('\n0 of 2 databases are restored')
      .and.contain(`  STOPPED   ${fine}: The database ${fine}, which this restore has made, is only half restored: `)
      .and.contain(`To start again: DROP DATABASE \`${fine}\`; then: sade restore ${fine} --to new\n`)
      .and.match(new RegExp(`^  NOT BEGUN ${damaged}: backup `, 'm'))
      .and.contain(`  sade restore ${damaged} --to new  # those that were not begun`);
    expect(await there()).to.deep.equal([fine]);
  });
});
