import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatBackupName, formatDumpName } from '../../protocol/backup-name.ts';
import { pin } from '../../testing/machine/mounts.ts';
import { mountSmallDisk } from '../../testing/machine/small-disk.ts';
import { ConfigurationError } from '../errors.ts';
import { Spool } from './spool.ts';

const name = (database: string, time: string) => ({
  database,
  takenAt: new Date(`2026-01-01T${time}Z`),
  id: '0f69a75b-9fdf-48c6-8ec9-2277934b7bb8',
});

describe('spool', () => {
  let parent: string;
  let folder: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'lumbung-spool-'));
    folder = join(parent, 'a', 'work');
  });
  afterEach(() => rm(parent, { recursive: true }));

  const put = async (spool: Spool, ...names: string[]) => {
    for (const name of names) await writeFile(spool.pathOf(name), name);
  };

  describe('its folder', () => {
    it('is refused where no folder can be made, and does not hang there', async function () {
      this.timeout(5000);
      if (process.platform !== 'linux') return this.skip();
      for (const place of ['/proc/x', '/proc/x/y/z', '/sys/x']) {
        const error = await Spool.open(place).catch(error => error);
        expect(error).to.be.instanceOf(ConfigurationError);
        // The one of /sys depends on the kernel: some of them refuse by EPERM.
        expect(error.message).to.match(
          /no folder can be made in \/(?:proc|sys), which is not on a disk|EPERM|EACCES|EROFS/,
        );
        expect(error.message).to.contain('--work-dir');
      }
    });

    it('is refused where a file stands in its place, or above it', async () => {
      await writeFile(join(parent, 'file'), '');
      const messageOf = (place: string) => Spool.open(place).catch(({ message }) => message);
      expect(await messageOf(join(parent, 'file'))).to.contain(`${join(parent, 'file')} exists and is not a folder`);
      expect(await messageOf(join(parent, 'file', 'work'))).to.match(/ENOTDIR.*--work-dir/);
    });

    it('is refused on a disk that is mounted read-only', async function () {
      await mkdir(join(parent, 'disk'), { mode: 0o700 });
      using disk = mountSmallDisk(join(parent, 'disk'), 1);
      if (!disk) return this.skip();
      execFileSync('mount', ['-o', 'remount,ro', join(parent, 'disk')]);
      for (const place of ['disk', 'disk/work'])
        expect(await Spool.open(join(parent, place)).catch(({ message }) => message)).to.match(/EROFS.*--work-dir/);
    });

    it('is made, with its parents, for this user only, under any umask', async () => {
      const umask = process.umask(0o027);
      try {
        expect((await Spool.open(folder)).folder).to.equal(folder);
      } finally {
        process.umask(umask);
      }
      expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    });

    it('is used again, and the probe leaves nothing in it', async () => {
      await Spool.open(folder);
      await Spool.open(folder);
      expect(await readdir(folder)).to.deep.equal([]);
    });

    it('is refused when other users can read it, and its mode is not changed silently', async () => {
      await mkdir(folder, { recursive: true });
      for (const mode of [0o750, 0o705, 0o777, 0o701]) {
        await chmod(folder, mode);
        const error = await Spool.open(folder).catch(error => error);
        expect(error, mode.toString(8)).to.be.instanceOf(ConfigurationError);
        expect(error.message).to.contain(`chmod 700 ${folder}`);
        expect((await stat(folder)).mode & 0o777).to.equal(mode);
      }
    });

    it("is refused when it is not a folder, or can't be created", async () => {
      await writeFile(join(parent, 'file'), '');
      for (const path of [join(parent, 'file'), join(parent, 'file', 'work')])
        expect(await Spool.open(path).catch(error => error), path).to.be.instanceOf(ConfigurationError);
    });

    it('may be reached by a link', async () => {
      await Spool.open(folder);
      await symlink(folder, join(parent, 'link'));
      expect((await Spool.open(join(parent, 'link'))).folder).to.equal(join(parent, 'link'));
    });
  });

  describe('sweep', () => {
    it('removes our unfinished files and no others', async () => {
      const spool = await Spool.open(folder);
      const [a, b] = [name('pt_xyz', '00:00:00'), name('toko-buku', '01:00:00')];
      const c = name('gone', '02:00:00');
      const halfDone = [
        formatDumpName(a),
        `${formatBackupName(a)}.part`,
        formatDumpName(b),
        `${formatBackupName(b)}.json.part`,
        `${formatBackupName(c)}.json`,
        '.options-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8',
        '.probe-123',
      ];
      const others = [
        formatBackupName(a),
        formatBackupName(b),
        `${formatBackupName(b)}.json`,
        `${formatBackupName(c)}.damaged`,
        'last-run.json',
        'run.lock',
        'run.json',
        'notes.sql',
        'mysql-dump.sql',
        'backup.zip.part',
        '.part',
        'mysql-2026-02-30-00-00-00-pt_xyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql',
        `${formatDumpName(a)}.part`,
        `${formatDumpName(a)}.bak`,
        `old-${formatDumpName(a)}`,
        formatDumpName(a).replace('.sql', ''),
        `${formatBackupName(a)}.part.part`,
      ];
      await put(spool, ...halfDone, ...others);
      const parts = halfDone.filter(file => !file.startsWith('.') && !file.endsWith('.zip.json'));
      expect(await spool.halfDone()).to.have.deep.members(parts.map(fileName => ({ fileName, size: fileName.length })));
      expect(await spool.sweep()).to.equal(halfDone.length);
      expect(await readdir(folder)).to.have.members(others);
      expect(await spool.halfDone()).to.deep.equal([]);
      expect(await spool.sweep()).to.equal(0);
    });

    it('removes the folder of plugins that a dump which crashed has left, and not what its links lead to', async () => {
      const spool = await Spool.open(folder);
      await put(spool, 'kept.so');
      const plugins = spool.pathOf('.plugins-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8');
      await mkdir(plugins);
      await symlink(spool.pathOf('kept.so'), join(plugins, 'client_ed25519.so'));
      expect(await spool.sweep()).to.equal(1);
      expect(await readdir(folder)).to.deep.equal(['kept.so']);
    });
  });

  describe('pending uploads', () => {
    it('are the whole zips, oldest first, with what their names tell', async () => {
      const spool = await Spool.open(folder);
      const zips = ['03:00:00', '01:00:00', '02:00:00'].map(time => formatBackupName(name('toko-buku', time)));
      await put(
        spool,
        ...zips,
        formatDumpName(name('a', '00:00:00')),
        `${formatBackupName(name('a', '00:00:00'))}.part`,
        'a.zip',
      );
      const [middle, oldest] = [zips[2]!, zips[1]!];
      expect(await spool.pendingUploads()).to.deep.include.members([
        {
          database: 'toko-buku',
          takenAt: new Date('2026-01-01T01:00:00Z'),
          fileName: oldest,
          path: join(folder, oldest),
          size: oldest.length,
        },
      ]);
      expect((await spool.pendingUploads()).map(({ fileName }) => fileName)).to.deep.equal([oldest, middle, zips[0]]);
    });

    it('end in .zip alone, too', async () => {
      const spool = await Spool.open(folder);
      await put(spool, formatBackupName(name('a', '00:00:00')).replace('.sql.zip', '.zip'));
      expect(await spool.pendingUploads()).to.have.length(1);
    });

    it('are removed with their manifests', async () => {
      const spool = await Spool.open(folder);
      const [zip, other] = [formatBackupName(name('a', '00:00:00')), formatBackupName(name('b', '00:00:00'))];
      await put(spool, zip, `${zip}.json`, other);
      expect(await spool.forget(zip)).to.equal(undefined);
      expect(await spool.forget(other)).to.equal(undefined);
      expect(await readdir(folder)).to.deep.equal([]);
    });

    it("are no longer listed once they are delivered, also where they can't be removed; that is tried again", async function () {
      const spool = await Spool.open(folder);
      const zip = formatBackupName(name('a', '00:00:00'));
      await put(spool, zip, `${zip}.json`);
      {
        using pinned = pin(spool.pathOf(zip));
        if (!pinned) return this.skip();
        expect(await spool.forget(zip)).to.contain('EBUSY');
        expect(await spool.pendingUploads()).to.deep.equal([]);
        expect((await spool.delivered()).map(({ path }) => path)).to.deep.equal([spool.pathOf(zip)]);
        expect(await spool.sweep()).to.equal(0);
        expect((await readdir(folder)).sort()).to.deep.equal([zip, `${zip}.delivered`]);
      }
      await spool.sweep();
      expect(await readdir(folder)).to.deep.equal([]);
    });

    it("lose marks whose zip is gone, and an unfinished file that can't be removed stops no run", async function () {
      const spool = await Spool.open(folder);
      const [zip, half] = [formatBackupName(name('a', '00:00:00')), formatDumpName(name('b', '00:00:00'))];
      await put(spool, `${zip}.delivered`, half);
      using pinned = pin(spool.pathOf(half));
      if (!pinned) return this.skip();
      expect(await spool.sweep()).to.equal(1);
      expect(await readdir(folder)).to.deep.equal([half]);
    });

    it('are no longer listed once they are quarantined', async () => {
      const spool = await Spool.open(folder);
      const zip = formatBackupName(name('a', '00:00:00'));
      await put(spool, zip, `${zip}.json`);
      expect(await spool.quarantine(zip)).to.equal(join(folder, `${zip}.damaged`));
      expect(await spool.pendingUploads()).to.deep.equal([]);
      expect(await readdir(folder)).to.deep.equal([`${zip}.damaged`]);
    });

    it('are empty in a new folder', async () =>
      expect(await (await Spool.open(folder)).pendingUploads()).to.deep.equal([]));
  });
});
