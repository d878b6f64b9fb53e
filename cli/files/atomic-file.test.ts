import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountSmallDisk } from '../../testing/machine/small-disk.ts';
import { readPlainFile, writeFileAtomically } from './atomic-file.ts';

describe('atomic file', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-atomic-'));
    path = join(folder, 'a.json');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const reading = (file = path, max = 1000) => readPlainFile(file, max).catch((error: Error) => error.message);

  it('is written with its mode, over the one before, and leaves nothing beside it', async () => {
    await writeFileAtomically(path, 'old', 0o600);
    await writeFile(`${path}.part`, 'half of what a crash has left');
    await writeFileAtomically(path, 'new', 0o600);
    expect(await reading()).to.equal('new');
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect(await readdir(folder)).to.deep.equal(['a.json']);
  });

  it('stays as it was when the disk is full', async () => {
    const full = join(folder, 'small');
    using disk = mountSmallDisk(full, 1);
    if (!disk) return;
    const file = join(full, 'a.json');
    await writeFileAtomically(file, 'old', 0o600);
    const error = await writeFileAtomically(file, 'x'.repeat(2 << 20), 0o600).catch(error => error);
    expect(error.code).to.equal('ENOSPC');
    expect(await readFile(file, 'utf8')).to.equal('old');
    expect(await readdir(full)).to.deep.equal(['a.json']);
  });

  it('replaces a link, and leaves what it points to', async () => {
    const target = join(folder, 'target');
    await writeFile(target, 'mine');
    await symlink(target, path);
    expect(await reading()).to.equal('it is a link');
    await writeFileAtomically(path, 'new', 0o600);
    expect([await reading(), await reading(target)]).to.deep.equal(['new', 'mine']);
  });

  it('is not read when it is a folder, a pipe that would wait for ever, or larger than foreseen', async () => {
    const [pipe, inner] = [join(folder, 'pipe'), join(folder, 'folder')];
    execFileSync('mkfifo', [pipe]);
    await mkdir(inner);
    await writeFile(path, 'x'.repeat(1001));
    expect(await reading(pipe)).to.equal('it is not a plain file');
    expect(await reading(inner)).to.equal('it is not a plain file');
    expect(await reading()).to.equal('it is larger than 1000 B');
  });
});
