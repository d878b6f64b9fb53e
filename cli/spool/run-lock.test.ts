import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CommandError, ConfigurationError, EXIT } from '../errors.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { RunLock } from './run-lock.ts';

const startedAt = new Date('2026-01-01T02:03:04Z');
const NODE = process.versions.deno ? 'node' : process.execPath;
const DENO = join(import.meta.dirname, '../../node_modules/.bin/deno');

describe('run-lock', () => {
  let folder: string;
  const children = new Set<ChildProcess>();
  /** What another process does first. */
  let becomes: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-run-lock-'));
    becomes = '';
  });
  afterEach(async () => {
    for (const child of children) child.stdin!.end();
    children.clear();
    await rm(folder, { recursive: true });
  });

  const denied = (): CommandError => {
    try {
      RunLock.acquire(folder, startedAt)[Symbol.dispose]();
    } catch (error) {
      expect(error).to.be.instanceOf(CommandError);
      return error as CommandError;
    }
    return expect.fail('the lock was given twice');
  };

  /** Another process that tries to take the lock, prints the result, and stays. `pid` is its own: Deno is started by a script. */
  const otherProcess = async (
    program: string,
    ...args: string[]
  ): Promise<{ pid: number; said: string; ended: Promise<unknown> }> => {
    const script = `
      import process from 'node:process';
      import { RunLock } from ${JSON.stringify(new URL('run-lock.ts', import.meta.url).href)};
      ${becomes}
      try {
        globalThis.lock = RunLock.acquire(${JSON.stringify(folder)}, new Date('${startedAt.toISOString()}'));
        console.log(process.pid + ' held');
        process.stdin.resume(); // until the test ends, whichever way
      } catch (error) {
        console.log(process.pid + ' ' + error.exitCode + ' ' + error.message);
      }`;
    const child = spawn(program, [...args, script], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.add(child);
    const [text] = await once(child.stdout!, 'data');
    const [, pid, said] = /^(\d+) (.*)$/m.exec(String(text))!;
    return { pid: Number(pid), said: said!, ended: once(child, 'exit') };
  };
  const node = () => otherProcess(NODE, '--input-type=module', '--disable-warning=ExperimentalWarning', '-e');
  const deno = () => otherProcess(DENO, 'eval', '--ext=ts');

  it('is not given where its file is read-only: the lock would keep no other run out', async () => {
    RunLock.acquire(folder, startedAt)[Symbol.dispose]();
    await chmod(join(folder, 'run.lock'), 0o400);
    if (process.getuid!() !== 0) {
      expect(denied().message).to.contain("another user's");
      return;
    }
    // Root may write everything, so another user asks.
    await chmod(folder, 0o777);
    await chmod(join(folder, 'run.lock'), 0o444);
    // Once the sources are read, since they may lie where no one else may look.
    becomes = 'process.setuid(65534);';
    const { said } = await node();
    expect(said).to.match(/^3 .*run\.lock belongs to another user.*chown/);
  });

  it('is given to one, and again after that one has ended', () => {
    for (let run = 0; run < 3; run++) {
      using _lock = RunLock.acquire(folder, startedAt);
      expect(existsSync(join(folder, 'run.json'))).to.equal(true);
    }
    expect(existsSync(join(folder, 'run.json'))).to.equal(false);
  });

  it('is not given twice, and says who holds it', () => {
    using _lock = RunLock.acquire(folder, startedAt);
    const error = denied();
    expect(error.exitCode).to.equal(EXIT.anotherRun);
    expect(error.message)
      .to.contain(`process ${process.pid}`)
      .and.contain(`started ${inLocalTime(startedAt)}`)
      .and.contain(folder);
    expect(denied().exitCode, 'once more').to.equal(EXIT.anotherRun);
  });

  it('names the run of an earlier version, whose note has its start in camelCase', () => {
    using _lock = RunLock.acquire(folder, startedAt);
    const note = join(folder, 'run.json');
    expect(JSON.parse(readFileSync(note, 'utf8'))).to.deep.equal({
      pid: process.pid,
      started_at: startedAt.toISOString(),
    });
    writeFileSync(note, JSON.stringify({ pid: 7, startedAt }));
    expect(denied().message).to.contain(`process 7, started ${inLocalTime(startedAt)}`);
  });

  it('is refused on a file that is not a lock file, with exit code 3 and what to do', async () => {
    const path = join(folder, 'run.lock');
    const odd: Record<string, () => unknown> = {
      garbage: () => writeFile(path, 'garbage '.repeat(1000)),
      folder: () => mkdir(path),
      pipe: () => execFileSync('mkfifo', [path]),
      link: () => symlink(join(folder, 'target'), path),
    };
    for (const [what, put] of Object.entries(odd)) {
      await put();
      const error = denied() as ConfigurationError;
      expect(error.exitCode, what).to.equal(EXIT.misconfigured);
      expect(error.message).to.equal(`${path} is not the lock file that sade makes`);
      expect(error.advice).to.contain(`rm -r ${path}`);
      expect(() => RunLock.holder(folder), what).to.throw(ConfigurationError);
      await rm(path, { recursive: true });
    }
    expect(existsSync(join(folder, 'target')), 'what the link leads to').to.equal(false);
  });

  it('writes its note in place of a link, and not through it', async () => {
    await writeFile(join(folder, 'precious'), 'precious');
    await symlink('precious', join(folder, 'run.json'));
    using _lock = RunLock.acquire(folder, startedAt);
    expect(await readFile(join(folder, 'precious'), 'utf8')).to.equal('precious');
    expect((await lstat(join(folder, 'run.json'))).isFile()).to.equal(true);
  });

  it('belongs to one folder', async () => {
    const other = await mkdtemp(join(tmpdir(), 'lumbung-run-lock-'));
    try {
      using _lock = RunLock.acquire(folder, startedAt);
      using _other = RunLock.acquire(other, startedAt);
    } finally {
      await rm(other, { recursive: true });
    }
  });

  it("is released also when its note can't be removed", async () => {
    const lock = RunLock.acquire(folder, startedAt);
    await rm(join(folder, 'run.json'));
    await mkdir(join(folder, 'run.json/x'), { recursive: true });
    lock[Symbol.dispose]();
    await rm(join(folder, 'run.json'), { recursive: true });
    RunLock.acquire(folder, startedAt)[Symbol.dispose]();
  });

  it('is private, as is its note', async () => {
    using _lock = RunLock.acquire(folder, startedAt);
    expect((await stat(join(folder, 'run.json'))).mode & 0o777).to.equal(0o600);
  });

  it('blocks another process, which ends with code 4 and names this one', async () => {
    using _lock = RunLock.acquire(folder, startedAt);
    expect((await node()).said)
      .to.match(/^4 Another run /)
      .and.contain(` process ${process.pid}, started ${inLocalTime(startedAt)}`);
  });

  it('is freed when its holder is killed', async () => {
    const { pid, said, ended } = await node();
    expect(said).to.equal('held');
    expect(denied().message).to.contain(`process ${pid}`);
    process.kill(pid, 'SIGKILL');
    await ended;
    expect(existsSync(join(folder, 'run.json')), 'the note of the killed run is still there').to.equal(true);
    RunLock.acquire(folder, startedAt)[Symbol.dispose]();
  });

  it('tells who holds it without taking it, and leaves nothing behind', async () => {
    expect(RunLock.holder(folder)).to.equal(undefined);
    expect(existsSync(join(folder, 'run.lock'))).to.equal(false);
    const { pid, ended } = await node();
    for (let look = 0; look < 2; look++)
      expect(RunLock.holder(folder)).to.equal(`: process ${pid}, started ${inLocalTime(startedAt)}`);
    expect(denied().message, 'it is still held').to.contain(`process ${pid}`);
    process.kill(pid, 'SIGKILL');
    await ended;
    expect(RunLock.holder(folder)).to.equal(undefined);
    RunLock.acquire(folder, startedAt)[Symbol.dispose]();
  });

  it('holds between Node and Deno, both ways', async () => {
    const { pid, said, ended } = await deno();
    expect(said).to.equal('held');
    expect((await node()).said).to.match(new RegExp(`^4 Another run .* process ${pid}`));
    process.kill(pid, 'SIGKILL');
    await ended;
    expect((await node()).said).to.equal('held');
    expect((await deno()).said).to.match(/^4 Another run /);
  });

  it('is given on a full disk too, without its note: the zips that fill the disk must get away', async () => {
    await mkdir(join(folder, 'run.json/x'), { recursive: true }); // so that writing fails
    using _lock = RunLock.acquire(folder, startedAt);
    expect(denied().exitCode).to.equal(EXIT.anotherRun);
  });
});
