import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import { type FaultTrial, unwrapped } from '../../testing/cli/fault-trial.ts';
import { runDocumented, type SadeResult } from '../../testing/cli/sade.ts';
import { SHOP } from '../../testing/databases/shop.ts';

const RESTORER = { restore_username: 'proposed', restore_password: 'not to be $hown' };

/** Of a command with names that need no quotes. */
const RESTORE = /sade restore \w+(?: --(?:replace|force|(?:into|tables|at|from|server) [\w/.:-]*[\w/]))+/g;

/** A person who reads a message at night pastes what stands there. */
describe('the restore commands that sade and the service propose', function () {
  this.timeout(240_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  let first: number;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
    trial = await scene.trial(database, { entry: RESTORER });
    await scene.mariadb.sql(
      `create or replace user ${RESTORER.restore_username}@'127.0.0.1' identified by '${RESTORER.restore_password}'; grant all on *.* to ${RESTORER.restore_username}@'127.0.0.1'`,
    );
  });
  after(async () => {
    await scene.mariadb.sql(`drop user ${RESTORER.restore_username}@'127.0.0.1'`);
    await trial[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const paste = (command: string): Promise<SadeResult> => runDocumented(command, trial.place, trial.url);
  const databases = async () => (await scene.mariadb.sql('show databases')).map(row => String(Object.values(row)[0]));

  /** Pastes each command, sees it restore, and puts everything back. */
  async function expectWorking(texts: Readonly<Record<string, string>>): Promise<string[]> {
    const proposed = new Map<string, string>();
    for (const [place, text] of Object.entries(texts)) {
      // The service has databases of other tests, too.
      const ours = `sade restore ${trial.label} `;
      const commands = (unwrapped(text).match(RESTORE) ?? []).filter(command => command.startsWith(ours));
      expect(commands, `${place} proposes none:\n${text}`).to.not.be.empty;
      for (const command of commands) proposed.set(command, place);
    }
    for (const [command, place] of proposed) {
      const before = new Set(await databases());
      const { code, stdout, stderr } = await paste(`${command} --yes`);
      expect(code, `${place}: ${command}\n${stderr}${stdout}`).to.equal(0);
      expect(stdout, command).to.contain('all agrees with the backup');
      for (const name of await databases()) if (!before.has(name)) await scene.mariadb.sql(`drop database \`${name}\``);
    }
    return [...proposed.keys()];
  }

  it('work as they are pasted after a table was lost: of the mail, list, history, show, download, doctor and find', async () => {
    first = (await trial.backup()).outcome.backup_id!;
    await scene.mariadb.sql('drop table stock', database);
    const run = await trial.backup(['--quiet']);
    const second = run.outcome.backup_id!;
    const said = async (command: string) => {
      const { stdout, stderr } = await paste(command);
      return stdout + stderr;
    };
    const commands = await expectWorking({
      mail: run.stderr,
      'the findings of the service': await said(`sade show ${second} --json`),
      list: await said('sade list'),
      history: await said(`sade history ${trial.label}`),
      'show of the bad one': await said(`sade show ${second}`),
      doctor: await said('sade doctor'),
      download: await said(`sade download ${first} --output ${trial.place.folder}`),
      'the warning of download': (await paste(`sade download ${second} --output ${trial.place.folder}`)).stderr,
    });
    expect(commands).to.include(`sade restore ${trial.label} --into ${trial.label}_restored --at ${first}`);
    expect(commands.some(command => command.includes(`--from ${trial.place.folder}`))).to.equal(true);
    // These two replace what is there; so they come last.
    await expectWorking({
      find: await said(`sade find ${trial.label} --table stock`),
      'show of the good one': await said(`sade show ${first}`),
    });
    expect((await scene.mariadb.sql('select count(*) as it from stock', database))[0]!.it).to.equal(200);
  });

  it('work as they are pasted where a restore was refused, since the database is there, and the copy too', async () => {
    await scene.mariadb.sql(`create database ${database}_restored`);
    await scene.mariadb.sql('create table t (id int)', `${database}_restored`);
    for (const options of ['', ' --tables stock', ` --into ${database}_restored`]) {
      const { code, stdout } = await paste(`sade restore ${trial.label} --at ${first}${options}`);
      expect(code, stdout).to.equal(3);
      expect(stdout).to.contain(`--into ${database}_restored_2`);
      await expectWorking({ [`the refusal of${options}`]: stdout });
    }
    await scene.mariadb.sql(`drop database ${database}_restored`);
  });

  it('work as they are pasted where no one could be asked', async () => {
    const { code, stderr } = await paste(`sade restore ${trial.label} --into ${database}_asked --at ${first}`);
    expect(code, stderr).to.equal(3);
    const [command] = /sade restore .* --yes/.exec(unwrapped(stderr)) ?? [];
    const pasted = await paste(command ?? `none in ${stderr}`);
    expect(pasted.code, `${command}\n${pasted.stderr}`).to.equal(0);
    expect(pasted.stdout).to.contain('all agrees with the backup');
    await scene.mariadb.sql(`drop database ${database}_asked`);
  });
});
