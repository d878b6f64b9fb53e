import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { Terminal } from '../../testing/cli/terminal.ts';
import { SHOP } from '../../testing/databases/shop.ts';

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts');
const RESTORER = { restore_username: 'asker', restore_password: 'only for asking' };

describe('sade restore on a terminal', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  const ids: number[] = [];
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
    trial = await scene.trial(database, { entry: RESTORER });
    await scene.mariadb.sql(
      `create or replace user asker@'127.0.0.1' identified by '${RESTORER.restore_password}'; grant all on *.* to asker@'127.0.0.1'`,
    );
    ids.push((await trial.backup()).outcome.backup_id!);
  });
  after(async () => {
    await trial[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const open = (args: string[], program = [process.execPath], names = [trial.label]) => {
    const files = ['--config', join(trial.place.folder, 'databases.json'), '--work-dir', trial.place.workDir];
    const command = [...program, MAIN, 'restore', ...names, '--server', trial.url, ...files, ...args];
    return Terminal.open(command, { columns: 80 });
  };
  const isThere = async (name: string) => (await scene.mariadb.sql(`show databases like '${name}'`)).length === 1;

  it('asks behind the plan, which fits 80 columns, and does nothing unless the answer is yes', async () => {
    await using terminal = open(['--into', 'asked']);
    await terminal.shows('Restore now? [y/N]');
    const screen = await terminal.screen();
    expect(screen).to.contain('will      1. create the database asked').and.contain('3. compare objects and rows');
    terminal.type('\r');
    expect(await terminal.exitCode).to.equal(3);
    expect(await terminal.screen()).to.contain('not confirmed: nothing was done');
    expect(await isThere('asked')).to.equal(false);
  });

  for (const [runtime, program] of [
    ['Node', [process.execPath]],
    ['Deno', ['deno', 'run', '--quiet', '--allow-all']],
  ] as const)
    it(`restores after a yes, and shows how it went (${runtime})`, async () => {
      await using terminal = open(['--into', 'asked'], [...program]);
      await terminal.shows('Restore now? [y/N]');
      terminal.type('y\r');
      expect(await terminal.exitCode).to.equal(0);
      const screen = await terminal.screen();
      expect(screen).to.match(/ok: asked is restored from backup \d+: all agrees/);
      expect(screen).to.contain('loading').and.contain('comparing asked with the backup');
      await scene.mariadb.sql('drop database asked');
    });

  it('ends with the code of the signal on Ctrl-C at the question', async () => {
    await using terminal = open(['--into', 'asked']);
    await terminal.shows('Restore now? [y/N]');
    terminal.type('\x03');
    expect(await terminal.exitCode).to.equal(130);
    expect(await isThere('asked')).to.equal(false);
  });

  it('wants the name of a database that is replaced to be typed', async () => {
    for (const [typed, code] of [
      ['y', 3],
      [`${database}`, 0],
    ] as const) {
      await using terminal = open(['--replace', '--at', `${ids[0]}`]);
      await terminal.shows(`Type ${database} to go on:`);
      terminal.type(`${typed}\r`);
      expect(await terminal.exitCode, await terminal.screen()).to.equal(code);
    }
    await scene.mariadb.sql(`drop database ${database}__lumbung_old`);
  });

  it('asks which backup where the newest has a loss that no one has accepted', async () => {
    await scene.mariadb.sql('drop table stock', database);
    ids.push((await trial.backup()).outcome.backup_id!);
    const newest = ids.at(-1)!;
    for (const [typed, chosen] of [
      ['1', /restored from backup (?!NEWEST)\d+:/],
      ['2', /restored from backup NEWEST:/],
    ] as const) {
      await using terminal = open(['--into', 'asked']);
      await terminal.shows('1 to 2:');
      expect(await terminal.screen()).to.contain(`2  backup ${newest}, without what was lost`);
      terminal.type(`${typed}\r`);
      await terminal.shows('Restore now? [y/N]');
      terminal.type('yes\r');
      expect(await terminal.exitCode).to.equal(0);
      expect(await terminal.screen()).to.match(new RegExp(chosen.source.replace('NEWEST', String(newest))));
      await scene.mariadb.sql('drop database asked');
    }
    await using terminal = open(['--into', 'asked']);
    await terminal.shows('1 to 2:');
    terminal.type('3\r');
    expect(await terminal.exitCode).to.equal(3);
  });

  it('asks one question for all databases of a server', async () => {
    const { host, port } = scene.mariadb;
    const names = [await scene.createDatabase(SHOP), await scene.createDatabase(SHOP)];
    const login = { db_host: host, db_port: port, db_username: 'asker', db_password: RESTORER.restore_password };
    await trial.place.list(names.map(database_name => ({ database_name, ...login })));
    expect((await trial.place.backup(trial.url)).report.exit_code).to.equal(0);
    for (const name of names) await scene.mariadb.sql(`drop database ${name}`);
    for (const [typed, code] of [
      ['n', 3],
      ['y', 0],
    ] as const) {
      await using terminal = open(['--all-of', `${host}:${port}`], [process.execPath], []);
      await terminal.shows('Restore 2 databases now? [y/N]');
      terminal.type(`${typed}\r`);
      expect(await terminal.exitCode, await terminal.screen()).to.equal(code);
      const screen = await terminal.screen();
      if (code === 0) expect(screen).to.contain('2 of 2 databases are restored and agree with their backups');
      expect(screen.match(/\[y\/N\]/g)).to.have.length(1);
      for (const name of names) expect(await isThere(name)).to.equal(code === 0);
    }
  });
});
