import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fillDisk, mountSmallDisk } from '../../testing/machine/small-disk.ts';
import { LogFile } from './log-file.ts';

describe('the file of lines for a collector', () => {
  let folder: string;
  let path: string;
  let log: LogFile;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-lines-'));
    path = join(folder, 'audit.jsonl');
    log = await LogFile.open(path);
  });
  afterEach(async () => {
    await log.close();
    await rm(folder, { recursive: true });
  });
  const text = (name = path) => readFile(name, 'utf8');

  it('can be read by no other user, and grows line by line', async () => {
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    await log.append('{"a":1}');
    await log.append('{"a":2}');
    expect(await text()).to.equal('{"a":1}\n{"a":2}\n');
  });

  it('starts again where it was renamed or deleted, and goes on where it was emptied', async () => {
    await log.append('first');
    await rename(path, `${path}.1`);
    await log.append('second');
    await rm(path);
    await log.append('third');
    execFileSync('truncate', ['-s', '0', path]);
    await log.append('fourth');
    expect([await text(`${path}.1`), await text()]).to.deep.equal(['first\n', 'fourth\n']);
  });

  it('gets a line of its own behind one that another process has left without an end', async () => {
    await log.close();
    await appendFile(path, '{"half');
    log = await LogFile.open(path);
    await log.append('{"a":1}');
    expect(await text()).to.equal('{"half\n{"a":1}\n');
  });

  it('fails while its folder is gone, and goes on when the folder is back', async () => {
    await rename(folder, `${folder}-away`);
    const error = await log.append('lost').catch(error => error);
    expect(error.code).to.equal('ENOENT');
    await rm(`${folder}-away`, { recursive: true });
    await mkdir(folder);
    await log.append('back');
    expect(await text()).to.equal('back\n');
  });

  it('is refused where it is no file, without waiting for a reader of a pipe', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const what of [pipe, folder]) {
      const error = await LogFile.open(what).catch(error => error);
      expect(error.message).to.equal(`${what} is not a file`);
    }
  });

  it('has each line whole, one torn line aside, when its disk was full in between', async function () {
    const disk = join(folder, 'disk');
    using small = mountSmallDisk(disk, 1);
    if (!small) return this.skip();
    const full = await LogFile.open(join(disk, 'audit.jsonl'));
    try {
      await full.append('before');
      await fillDisk(join(disk, 'filler'));
      const long = 'x'.repeat(10_000);
      const error = await full.append(long).catch(error => error);
      expect(error.code).to.equal('ENOSPC');
      small.grow(2);
      await full.append(long);
      const lines = (await text(join(disk, 'audit.jsonl'))).split('\n');
      expect(lines[0]).to.equal('before');
      expect(lines.slice(-2)).to.deep.equal([long, '']);
      expect(
        lines.slice(1, -2).every(line => long.startsWith(line)),
        'the torn one',
      ).to.equal(true);
    } finally {
      await full.close();
    }
  });
});
