import { expect } from 'chai';
import { FaultScene } from '../testing/cli/fault-scene.ts';
import { type FaultTrial, unwrapped } from '../testing/cli/fault-trial.ts';
import { type SadeOptions, type SadeResult, sade } from '../testing/cli/sade.ts';
import { SHOP } from '../testing/databases/shop.ts';

describe('a database that has lost a table', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
    trial = await scene.trial(database);
  });
  after(async () => {
    await trial[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const ask = (args: readonly string[], options: SadeOptions = {}): Promise<SadeResult> =>
    sade([...args, '--server', trial.url], options);
  const doctor = () => sade(['doctor', ...trial.place.args(trial.url).slice(1)]);
  const LOST = 'table stock (200 rows), trigger no_debt';
  const LOST_IN_TEXT = LOST.replace(/[()]/g, '\\$&');
  /** The ids of the backups, night by night. */
  const ids: number[] = [];

  it('is named night after night, by the backup that still has it, and sade backup exits with 1', async () => {
    ids.push((await trial.backup()).outcome.backup_id!);
    await scene.mariadb.sql('drop table stock', database);
    for (const night of [2, 3]) {
      const run = await trial.backup(night === 3 ? ['--quiet'] : []);
      await trial.expectShrunk(run, LOST);
      expect(run.outcome.loss!.reference.id).to.equal(ids[0]);
      ids.push(run.outcome.backup_id!);
    }
  });

  it('stands in list, history, show and download, with the commands to run', async () => {
    const [first, second, third] = ids;
    const commands = [
      `sade restore ${trial.label} --into ${trial.label}_restored --at ${first}`,
      `sade accept ${third} --reason`,
    ];
    const list = await ask(['list']);
    expect(list.stdout).to.match(new RegExp(`${trial.label} +SHRUNK +${third} `));
    const history = await ask(['history', trial.label]);
    expect(history.stdout.match(/(?<=^ *\d+ +)complete(?:, \w+)?/gm)).to.deep.equal([
      'complete, SHRUNK',
      'complete, SHRUNK',
      'complete',
    ]);
    const show = await ask(['show', `${third}`]);
    expect(show.code).to.equal(1);
    expect(show.stdout)
      .to.match(/^complete, SHRUNK /)
      .and.contain('No one has accepted that.');
    for (const { stdout } of [list, history, show])
      for (const text of [LOST, ...commands]) expect(stdout).to.contain(text);
    const { stderr, code } = await ask(['download', `${second}`, '--output', trial.place.folder]);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('this backup is SHRUNK').and.contain(`Backup ${first} `);
    expect((await ask(['show', `${first}`])).code).to.equal(0);
  });

  it('is a problem for sade doctor, with the backup that has it and the commands to run', async () => {
    const { code, stdout } = await doctor();
    expect(code).to.equal(1);
    expect(stdout).to.match(
      new RegExp(`FAIL +newest backup +${trial.label}: backup ${ids[2]} .*${LOST_IN_TEXT}; not accepted`),
    );
    expect(stdout)
      .to.contain(`sade restore ${trial.label} --into ${trial.label}_restored --at ${ids[0]}.`)
      .and.contain(`sade accept ${ids[2]} --reason`);
    expect(stdout).to.match(
      /ok +last run .*ended with exit code 1: 1 of 1 database needs attention \(0 ok\), .*; SHRUNK: /,
    );
  });

  it('is not forgotten in a night in which the dump fails', async () => {
    await scene.mariadb.sql(`alter user ${trial.label}@'127.0.0.1' account lock`);
    try {
      const { code, stderr, outcome } = await trial.backup();
      expect({ code, state: outcome.state }).to.deep.equal({ code: 2, state: 'failed' });
      expect(outcome.loss).to.include({ id: ids[2] });
      expect(stderr).to.contain(LOST).and.contain(`sade accept ${ids[2]} --reason`);
      expect(stderr).to.contain(`SHRUNK 1\n  ${trial.label}: lost ${LOST}`);
      expect(unwrapped(stderr)).to.contain(`(found in backup ${ids[2]}, `).and.contain(`Backup ${ids[0]} (`);
    } finally {
      await scene.mariadb.sql(`alter user ${trial.label}@'127.0.0.1' account unlock`);
    }
  });

  it("can't be accepted without a reason, or for a backup without a loss", async () => {
    for (const args of [
      ['accept'],
      ['accept', 'x', '--reason', 'y'],
      ['accept', `${ids[2]}`],
      ['accept', `${ids[2]}`, '--reason', ' '],
    ]) {
      const { code, stderr } = await ask(args);
      expect({ args, code }).to.deep.equal({ args, code: 3 });
      expect(stderr).to.match(/^sade: .+/);
    }
    const older = await ask(['accept', `${ids[1]}`, '--reason', 'y']);
    expect(older.code).to.equal(1);
    expect(older.stderr).to.contain('409 NEWER_LOSS').and.contain(`sade accept ${ids[2]} --reason '…'`);
    expect(older.stderr).to.match(/what to do: sade show/);
    const whole = await ask(['accept', `${ids[0]}`, '--reason', 'y']);
    expect(whole.stderr).to.contain('409 NO_LOSS').and.contain('what to do:');
    expect((await ask(['accept', '999999', '--reason', 'y'])).stderr).to.contain('404 BACKUP_NOT_FOUND');
    expect((await trial.listed())[0]).to.include({ loss: 'unaccepted' });
  });

  it('is quiet once someone has accepted it, under Deno too, and the reason can be read later', async () => {
    const accepted = await ask(['accept', `${ids[2]}`, '--reason', 'moved to the archive'], { runtime: 'deno' });
    expect(accepted.code, accepted.stderr).to.equal(0);
    expect(accepted.stdout).to.contain(`The loss of backup ${ids[2]} of ${trial.label} is accepted`);
    expect(accepted.stdout).to.contain(`Backup ${ids[0]} `).and.contain('still has what was lost');
    expect(accepted.stdout).to.match(/is accepted \(\d+ \w{3} \d{4} \d\d:\d\d [+-]\d\d:\d\d by .+@.+\): moved/);
    expect(accepted.stdout).to.not.contain('before');
    const again = await ask(['accept', `${ids[2]}`, '--reason', 'once more']);
    expect(again.code).to.equal(0);
    expect(again.stdout)
      .to.match(/was accepted before \(\d+ \w{3} \d{4} \d\d:\d\d [+-]\d\d:\d\d by .+@.+\): moved to the archive\n/)
      .and.contain('The new one was not stored.')
      .and.not.contain('once more');
    const { code, stdout } = await ask(['show', `${ids[2]}`]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^complete, loss accepted /)
      .and.match(/accepted +\d+ \w{3} \d{4} \d\d:\d\d [+-]\d\d:\d\d by .+@.+: moved to the archive/);
    expect(stdout).to.not.contain('sade accept');
    const history = await ask(['history', trial.label]);
    expect(history.stdout.match(/(?<=^ *\d+ +)complete(?:, (?:loss )?\w+)?/gm)).to.deep.equal([
      'complete, loss accepted',
      'complete, shrunk',
      'complete',
    ]);
    for (const { stdout } of [history, await ask(['list'])]) expect(stdout).to.not.contain(`sade accept ${ids[2]}`);
    const run = await trial.backup();
    await trial.expectComplete(run);
    expect(run.outcome).to.not.have.property('loss');
    expect(await doctor()).to.include({ code: 0 });
  });

  it('is said first where it breaks a view, and named by list, history and doctor though that backup is incomplete', async () => {
    const broken = await scene.createDatabase(`${SHOP} create view low as select * from stock where amount < 2;`);
    await using other = await scene.trial(broken);
    const first = (await other.backup()).outcome.backup_id!;
    await scene.mariadb.sql('drop table stock', broken);
    const run = await other.backup();
    await other.expectIncomplete(run, ['BROKEN_VIEW', 'SHRUNK']);
    const id = run.outcome.backup_id!;
    expect(run.stderr.indexOf(LOST)).to.be.lessThan(run.stderr.indexOf('BROKEN_VIEW'));
    expect(run.stderr)
      .to.match(/^SHRUNK 1$/m)
      .and.match(/^INCOMPLETE 1 \(also above: \S+\)$/m);
    const said = unwrapped(run.stderr);
    expect(said)
      .to.contain(`: lost ${LOST}. Backup ${first} (`)
      .and.contain(`): sade restore ${other.label} --into ${other.label}_restored --at ${first} `)
      .and.contain('it reads stock, which is gone or not granted')
      .and.contain('-> Bring back stock, or grant it');
    expect(said.indexOf('drop it')).to.be.greaterThan(said.indexOf('Only if stock was removed on purpose'));
    const asked = ['list', 'history', 'show'].map(command => {
      const which = { list: [], history: [other.label], show: [`${id}`] }[command]!;
      return sade([command, ...which, '--server', other.url]);
    });
    for (const { stdout } of await Promise.all(asked))
      expect(stdout)
        .to.contain(LOST)
        .and.contain(`sade restore ${other.label} --into ${other.label}_restored --at ${first}.`);
    expect((await asked[0]!).stdout).to.match(new RegExp(`${other.label} +INCOMPLETE, SHRUNK +${id} `));
    const { code, stdout } = await sade(['doctor', ...other.place.args(other.url).slice(1)]);
    expect(code).to.equal(1);
    expect(stdout).to.match(
      new RegExp(`FAIL +newest backup +${other.label}: backup ${id} .*${LOST_IN_TEXT} \\(SHRUNK\\)`),
    );
  });
});
