import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { lockFolder, lockPath } from './lock-folder.ts';

describe('lock of a storage folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is held by one process, and can be taken again', function () {
    this.slow(6000);
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).to.throw('another Lumbung uses');
    lock[Symbol.dispose]();
    lockFolder(folder)[Symbol.dispose]();
  });

  it('is for one folder', () => {
    using _lock = lockFolder(folder);
    expect(() => lockFolder(join(folder, 'nowhere'))).to.throw('cannot be taken');
  });

  it('can be read by no one else, also where an older version made it', async () => {
    lockFolder(folder)[Symbol.dispose]();
    expect((await stat(lockPath(folder))).mode & 0o777).to.equal(0o600);
    await chmod(lockPath(folder), 0o644);
    lockFolder(folder)[Symbol.dispose]();
    expect((await stat(lockPath(folder))).mode & 0o777).to.equal(0o600);
  });

  it('stays held when the same process tries to take it again', () => {
    using _lock = lockFolder(folder);
    expect(() => lockFolder(folder, 0)).to.throw('another Lumbung uses');
    const script = `const { lockFolder } = await import('./server/storage/folder/lock-folder.ts'); lockFolder(process.argv[1], 0);`;
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, folder], { encoding: 'utf8' });
    expect(stderr).to.contain('another Lumbung uses');
  });

  it('is refused where its file is read-only: it would lock no one out', async () => {
    if (process.getuid?.() === 0) {
      // Root may write everything, so another user asks.
      lockFolder(folder)[Symbol.dispose]();
      await chmod(folder, 0o777);
      // As versions before made it.
      await chmod(lockPath(folder), 0o644);
      const script = `const { lockFolder } = await import('./server/storage/folder/lock-folder.ts'); process.setuid(65534); lockFolder(process.argv[1]);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      expect(await text(child.stderr))
        .to.contain('cannot be taken')
        .and.contain('EACCES');
    } else {
      lockFolder(folder)[Symbol.dispose]();
      for (const name of await readdir(folder)) await chmod(join(folder, name), 0o400);
      expect(() => lockFolder(folder)).to.throw('cannot be taken');
    }
  });
});
