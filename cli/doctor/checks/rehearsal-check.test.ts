import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkRehearsals } from './rehearsal-check.ts';

describe('the data folders that are kept for the servers of rehearsals', () => {
  let workDir: string;
  let kept: string;
  beforeEach(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'lumbung kept '));
    kept = join(workDir, '.server-data');
  });
  afterEach(() => rm(workDir, { recursive: true, force: true }));

  const settings = { rehearse: 'auto', mariadbd: undefined, mysqld: undefined } as const;
  const found = async () => (await checkRehearsals({ ...settings, workDir }, [], AbortSignal.timeout(10_000))).checks;

  it('are shown with their path, their size and the command that deletes them', async () => {
    expect(await found(), 'before the first run').to.deep.equal([]);
    await mkdir(kept, { mode: 0o700 });
    await writeFile(join(kept, 'ibdata1'), Buffer.alloc(3 << 20, 1));
    const [check, ...more] = await found();
    expect(more).to.deep.equal([]);
    expect(check).to.include({ area: 'rehearsal', mark: 'ok' });
    expect(check!.message).to.match(/\.server-data has 3(?:\.0)? MiB\./);
    execFileSync('sh', ['-c', /rm -r .*/.exec(check!.message)![0]]);
    expect(await readdir(workDir)).to.deep.equal([]);
  });

  it('are a warning where no rehearsal uses them, since others could have written them', async () => {
    await mkdir(kept);
    await chmod(kept, 0o770);
    const [open] = await found();
    expect(open).to.include({ mark: 'warn' });
    expect(open!.message).to.contain('is not used, since it is not a private folder of this user');
    execFileSync('sh', ['-c', /rm -r .*/.exec(open!.advice!)![0]]);
    await symlink(tmpdir(), kept);
    expect((await found())[0]).to.include({ mark: 'warn' });
  });
});
