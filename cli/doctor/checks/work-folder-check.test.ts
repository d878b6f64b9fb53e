import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatBackupName, formatDumpName } from '../../../protocol/backup-name.ts';
import { quarantineRefused } from '../../spool/refused-zips.ts';
import { RunLock } from '../../spool/run-lock.ts';
import { Spool } from '../../spool/spool.ts';
import { inLocalTime } from '../../terminal/local-time.ts';
import { checkWorkFolder, checkWorkFolderRoom } from './work-folder-check.ts';

const GIB = 2 ** 30;
const ID = '0f69a75b-9fdf-48c6-8ec9-2277934b7bb8';
const WORKERS = { dumpWorkers: 1, zipWorkers: 1, uploadWorkers: 1 };

describe('work folder check', () => {
  let folder: string;
  let workDir: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-doctor-'));
    workDir = join(folder, 'data', 'work');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const check = async ({ dumpBytes = [] as number[], unknown = [] as string[], free = 100 * GIB } = {}) => {
    const { checks: ofFolder, existing } = await checkWorkFolder({ workDir });
    const options = { sizes: { dumpBytes, unknown }, freeBytes: async () => free };
    const room = existing
      ? await checkWorkFolderRoom({ workDir, ...WORKERS }, { existing, ...options })
      : { checks: [] };
    const checks = [...ofFolder, ...room.checks];
    return {
      marks: checks.map(({ mark }) => mark),
      text: checks.map(({ message, advice }) => `${message} ${advice ?? ''}`).join('\n'),
    };
  };
  const made = () => mkdir(workDir, { recursive: true, mode: 0o700 });
  const leave = (takenAt: Date, more = '') =>
    writeFile(join(workDir, formatBackupName({ database: 'pt_xyz', takenAt, id: ID }) + more), 'x');

  it('is fine with a folder that can be created, and does not create it', async () => {
    const { marks, text } = await check();
    expect(marks).to.deep.equal(['ok', 'ok']);
    expect(text).to.contain('the first run creates it');
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('is fine with a private and empty folder, and leaves it empty', async () => {
    await made();
    expect((await check()).marks).to.deep.equal(['ok', 'ok', 'ok']);
    expect(await readdir(workDir)).to.deep.equal([]);
  });

  it('refuses a folder that other users can read', async () => {
    await made();
    await chmod(workDir, 0o755);
    const { marks, text } = await check();
    expect(marks).to.deep.equal(['FAIL']);
    expect(text).to.contain(`chmod 700 ${workDir}`);
  });

  it('refuses a path that is not a folder, or lies inside a file', async () => {
    await writeFile(join(folder, 'data'), '', { mode: 0o600 });
    expect((await check()).marks).to.deep.equal(['FAIL']);
    await rm(join(folder, 'data'));
    await mkdir(join(folder, 'data'));
    await writeFile(workDir, '', { mode: 0o600 });
    expect((await check()).marks).to.deep.equal(['FAIL']);
  });

  it('refuses a path that is, or lies behind, a link to a missing target', async () => {
    for (const path of [join(folder, 'data'), workDir]) {
      await mkdir(join(path, '..'), { recursive: true });
      await symlink('/no/such/disk', path);
      const { marks, text } = await check();
      expect(marks).to.deep.equal(['FAIL']);
      expect(text).to.contain(`${path} is a link to /no/such/disk, which does not exist`);
      await rm(path);
    }
  });

  it('names the files that a killed run has left, with their size, and not those of a run that is going on', async () => {
    await made();
    const dump = formatDumpName({ database: 'pt_xyz', takenAt: new Date(), id: ID });
    await writeFile(join(workDir, dump), Buffer.alloc(3 * 2 ** 20));
    await writeFile(join(workDir, `${dump}.zip.part`), Buffer.alloc(2 ** 20));
    const { marks, text } = await check();
    expect(marks).to.deep.equal(['ok', 'warn', 'ok', 'ok']);
    expect(text).to.contain(
      'an earlier run was killed, or the machine went down. It left 2 files (4.0 MiB) unfinished',
    );
    expect(text).to.contain('The next run removes them: sade backup');
    using _lock = RunLock.acquire(workDir, new Date());
    expect((await check()).text).not.to.contain('unfinished');
  });

  it("refuses a folder that this user can't create", async function () {
    if (process.getuid?.() === 0) {
      console.warn('      skipped: root may write everywhere');
      return this.skip();
    }
    await chmod(folder, 0o500);
    const { marks, text } = await check();
    await chmod(folder, 0o700);
    expect(marks).to.deep.equal(['FAIL']);
    expect(text).to.contain(folder);
  });

  it('warns of zips that wait for delivery, with the age of the oldest', async () => {
    await made();
    await leave(new Date(Date.now() - 5.5 * 3_600_000));
    await leave(new Date());
    const { marks, text } = await check();
    expect(marks).to.deep.equal(['ok', 'warn', 'ok']);
    expect(text).to.contain('2 zips of pt_xyz').and.contain('the oldest 5 h old').and.contain('next run delivers');
  });

  it('warns of zips that were set aside', async () => {
    await made();
    await leave(new Date(), '.damaged');
    const { marks, text } = await check();
    expect(marks).to.deep.equal(['ok', 'ok', 'warn', 'ok']);
    expect(text).to.contain(`${ID}.sql.zip.damaged`);
  });

  it('names what was refused permanently and what could not be removed, with sizes, paths and what to do', async () => {
    await made();
    await leave(new Date());
    const [stuck] = await readdir(workDir);
    await writeFile(join(workDir, `${stuck}.delivered`), '');
    const spool = await Spool.open(workDir);
    await leave(new Date(0));
    const [refused] = await spool.pendingUploads();
    const path = await quarantineRefused(spool, refused!.fileName, 'It is no zip.');
    const { marks, text } = await check();
    expect(marks).to.deep.equal(['ok', 'ok', 'warn', 'warn', 'ok']);
    expect(text).to.contain(`delivered, and can't be removed: ${join(workDir, stuck!)}`);
    expect(text).to.contain(`rejected by the service permanently: ${path}`).and.contain(`cat '${path}.txt'`);
    expect(text).to.match(/1 zip \(\d+ B\) set aside/);
  });

  it('reports a run that is going on, and does not disturb it', async () => {
    await made();
    const startedAt = new Date('2026-01-02T03:04:05Z');
    using _lock = RunLock.acquire(workDir, startedAt);
    await leave(new Date());
    const before = await readdir(workDir);
    const { marks, text } = await check();
    expect(marks).to.deep.equal(['ok', 'warn', 'ok', 'ok']);
    expect(text)
      .to.contain(`process ${process.pid}, started ${inLocalTime(startedAt)}`)
      .and.contain('which that run delivers');
    expect(await readdir(workDir)).to.deep.equal(before);
    expect(() => RunLock.acquire(workDir, startedAt), 'the lock is still held').to.throw('Another run is going on');
  });

  it('lets a run begin afterwards', async () => {
    await made();
    RunLock.acquire(workDir, new Date())[Symbol.dispose]();
    expect((await check()).text).not.to.contain('going on');
    RunLock.acquire(workDir, new Date())[Symbol.dispose]();
  });

  it('compares the free space with the files at one time, and with all zips of a run', async () => {
    await made();
    const dumpBytes = Array.from({ length: 30 }, () => GIB);
    const cases = [
      [2.5 * GIB, 'FAIL'],
      [3 * GIB, 'warn'],
      [9.9 * GIB, 'warn'],
      [10.1 * GIB, 'ok'],
    ] as const;
    for (const [free, mark] of cases) {
      const { marks, text } = await check({ dumpBytes, free });
      expect(marks.at(-1), `${free / GIB} GiB`).to.equal(mark);
      expect(text).to.contain('about 2.7 GiB needed at once');
    }
  });

  it('says whose size it does not know', async () => {
    expect((await check({ unknown: ['lost_one'] })).text).to.contain('how much is needed is not known: lost_one');
    expect((await check({ dumpBytes: [GIB], unknown: ['lost_one'] })).text).to.contain('without lost_one');
  });

  it('asks the real disk', async () => {
    const sizes = { dumpBytes: [], unknown: [] };
    const { checks } = await checkWorkFolderRoom({ workDir, ...WORKERS }, { existing: folder, sizes });
    expect(checks.at(-1)!.message).to.match(/^[1-9][\d.]* (?:MiB|GiB|TiB) free/);
  });
});
