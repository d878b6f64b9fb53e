import { execFileSync } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatBackupName } from '../../protocol/backup-name.ts';
import { spoiledDumpProgram } from '../../testing/cli/fake-mysqldump.ts';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import { type FaultTrial, unwrapped } from '../../testing/cli/fault-trial.ts';
import { sade } from '../../testing/cli/sade.ts';
import { SHOP } from '../../testing/databases/shop.ts';

/** What may stand in the work folder under the name of a zip, and what is said of it. */
const ODD: Readonly<Record<string, { says: string; put: (path: string) => unknown }>> = {
  'a link to nothing': { says: 'is a link', put: path => symlink('/nonexistent', path) },
  'a link to a file': { says: 'is a link', put: path => symlink('/etc/hostname', path) },
  'a folder': { says: 'is a folder', put: path => mkdir(path) },
  'a named pipe': { says: 'is a named pipe', put: path => execFileSync('mkfifo', [path]) },
};

describe('a work folder with something else in it', function () {
  this.timeout(60_000);

  let scene: FaultScene;
  let database: string;
  let trial: FaultTrial;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
  });
  after(() => scene[Symbol.asyncDispose]());
  beforeEach(async () => {
    trial = await scene.trial(database);
    await mkdir(trial.place.workDir, { mode: 0o700 });
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const zipOf = (label: string) =>
    join(
      trial.place.workDir,
      formatBackupName({ database: label, takenAt: new Date(), id: '0f69a75b-9fdf-48c6-8ec9-2277934b7bb8' }),
    );

  for (const [what, { says, put }] of Object.entries(ODD))
    it(`is still backed up from where ${what} has the name of a zip: that one failed, with what to do`, async () => {
      const path = zipOf('other');
      await put(path);
      const { code, report, stderr, outcome } = await trial.backup();
      expect(outcome.state, stderr).to.equal('complete');
      expect({ code, reported: report.exit_code }, stderr).to.deep.equal({ code: 1, reported: 1 });
      const odd = report.outcomes.find(({ is_leftover }) => is_leftover)!;
      expect(odd.failure!.message).to.contain(`${path} ${says}`);
      expect(odd.failure!.advice).to.contain(`: rm -r ${path}`);
      expect(unwrapped(stderr)).to.contain(unwrapped(odd.failure!.advice!));
      expect(await readdir(trial.place.workDir), 'it is left where it is').to.contain(path.split('/').at(-1));

      const doctor = await sade(['doctor', ...trial.place.args(trial.url).slice(1)]);
      expect(unwrapped(doctor.stdout), doctor.stderr)
        .to.contain(unwrapped(`${path} ${says}`))
        .and.contain(unwrapped(odd.failure!.advice!));
      expect(doctor.stdout).not.to.contain("this can't be checked");
    });

  it('is deleted in the middle of a run: the database failed, with what to do, and both exit codes are the same', async () => {
    const program = await spoiledDumpProgram(trial.place.folder, `rm -rf '${trial.place.workDir}'; header; rows 10`);
    const { code, report, stderr, outcome } = await trial.backup(['--mysqldump', program, '--mariadb-dump', program]);
    expect(outcome.failure!.message, stderr).to.contain('ENOENT');
    expect(outcome.failure!.advice, stderr).to.contain('only sade may change its work folder');
    expect({ code, reported: report.exit_code }, stderr).to.deep.equal({ code: 2, reported: 2 });
    expect(stderr, 'nothing follows the mail').not.to.match(/^sade: /m);
  });

  it('becomes a file in the middle of a run: what to do is said, and both exit codes are the same', async () => {
    const { workDir, folder } = trial.place;
    const program = await spoiledDumpProgram(folder, `rm -rf '${workDir}'; : >'${workDir}'; header; rows 10`);
    const { code, report, stderr } = await trial.backup(['--mysqldump', program, '--mariadb-dump', program]);
    expect({ code, reported: report.exit_code }, stderr).to.deep.equal({ code: 2, reported: 2 });
    expect(stderr)
      .to.match(/^sade: ENOTDIR/m)
      .and.match(/^what to do: Check that file or folder/m);
    expect(stderr).not.to.contain('unexpected');
  });

  it('holds a mark of a zip that is a named pipe: no run waits for its reader', async () => {
    const path = zipOf('other');
    await writeFile(path, 'no zip');
    execFileSync('mkfifo', [`${path}.json`, `${path}.refused`]);
    const { outcome, report, stderr } = await trial.backup();
    expect(outcome.state, stderr).to.equal('complete');
    const odd = report.outcomes.find(({ is_leftover }) => is_leftover)!;
    expect(odd.failure!.message).to.contain(`${path}.json is a named pipe`);
    expect(odd.failure!.advice).to.contain(': rm -r ');
  });
});
