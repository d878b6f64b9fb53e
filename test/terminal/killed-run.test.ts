import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { findOrphanedDumps } from '../../cli/spool/orphaned-dumps.ts';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { filesOnDisk } from '../../testing/cli/on-disk.ts';
import { RUNTIMES } from '../../testing/cli/runtimes.ts';
import { type ProcessOptions, sade, startSade } from '../../testing/cli/sade.ts';
import { type FaultyProxy, startFaultyProxy, type Verdict } from '../../testing/proxies/faulty-proxy.ts';
import { until } from '../../testing/until.ts';

/** The real program, by its path: it is found also where nothing else is on the PATH. */
const DUMP = ['--mysqldump', '/usr/bin/mariadb-dump', '--mariadb-dump', '/usr/bin/mariadb-dump'];

describe('a run that is ended by kill -9', function () {
  this.timeout(90_000);
  filesOnDisk();

  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  /** In front of the database server: it lets a dump begin, and then holds it as long as the test likes. */
  let proxy: FaultyProxy;
  let isHeld: boolean;
  const listed = (port: string) => trial.place.list([{ ...trial.entry, db_port: port }]);

  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(
      'create table noise (id int primary key, v mediumblob); insert into noise select seq, random_bytes(1024) from seq_1_to_4000',
    );
    proxy = await startFaultyProxy(
      () => `http://127.0.0.1:${scene.mariadb.port}`,
      async ({ direction, bytesSoFar }): Promise<Verdict> => {
        if (direction === 'down' && bytesSoFar > 2 ** 20) await until('the test lets go', () => !isHeld);
        return 'pass';
      },
    );
  });
  after(async () => {
    await proxy[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    isHeld = true;
    trial = await scene.trial(database);
    await listed(new URL(proxy.url).port);
  });
  afterEach(async () => {
    isHeld = false;
    if (existsSync(trial.place.workDir))
      for (const { pid } of findOrphanedDumps(trial.place.workDir)) process.kill(pid, 'SIGKILL');
    await trial[Symbol.asyncDispose]();
  });

  /** Kills a run in the middle of its dump. @returns the process that dumps */
  const killInTheDump = async (options: ProcessOptions) => {
    const run = startSade(trial.place.args(trial.url, ...DUMP), options);
    const sizes = async () =>
      (await readdir(trial.place.workDir).catch(() => [])).filter(name => name.endsWith('.sql'));
    await until('a dump that has begun', async () => (await sizes()).length === 1);
    const dumps = () => findOrphanedDumps(trial.place.workDir);
    await until('mariadb-dump at work', async () => dumps().length === 1 && (await isDumping(dumps()[0]!.pid)));
    const { pid } = dumps()[0]!;
    // Deno of npm is started by a script: the run itself is the one that has the lock.
    const { pid: own } = JSON.parse(await readFile(join(trial.place.workDir, 'run.json'), 'utf8')) as { pid: number };
    process.kill(own, 'SIGKILL');
    await run.ended;
    return pid;
  };

  for (const { name, process: runtime } of RUNTIMES)
    it(`takes its dump with it, by the kernel (${name})`, async () => {
      const pid = await killInTheDump({ runtime });
      await until('mariadb-dump has ended', () => !isAlive(pid));
    });

  it('takes the connection of its preflight with it, although the server is at work on a question', async () => {
    await listed(String(scene.mariadb.port));
    const blocking = scene.mariadb.sql('lock tables noise write; select sleep(8)', database);
    const run = startSade(trial.place.args(trial.url, ...DUMP));
    const isWaiting = async () => {
      const all = await scene.mariadb.sql('select user, state from information_schema.processlist');
      return all.some(({ user, state }) => user === trial.label && String(state).startsWith('Waiting'));
    };
    await until('a question that waits', isWaiting);
    run.child.kill('SIGKILL');
    await until('the server has ended it', async () => !(await isWaiting()));
    expect(await Promise.race([blocking.then(() => 'by itself'), 'by the kill'])).to.equal('by the kill');
    await blocking;
  });

  it('reports in the next run the unfinished files that it removed; doctor reports them before', async () => {
    await killInTheDump({});
    const { stdout } = await sade(['doctor', ...trial.place.args(trial.url, ...DUMP).slice(1)]);
    expect(unwrapped(stdout)).to.match(/warn .*an earlier run was killed, .* It left \d files? \(.*\) unfinished/);
    await listed(String(scene.mariadb.port));
    const next = await trial.backup(DUMP);
    expect(unwrapped(next.stderr)).to.match(
      /an earlier run was killed, .* Removed \d files? \(.*\) that it left unfinished/,
    );
    await trial.expectComplete(next);
  });

  /** As on a system without util-linux. */
  const withoutSetpriv = () => ({ env: { PATH: trial.place.folder } });

  it('leaves a dump where there is no setpriv: doctor names it, and the next run ends exactly it', async () => {
    const pid = await killInTheDump(withoutSetpriv());
    expect(isAlive(pid), 'mariadb-dump goes on').to.equal(true);
    const { stdout } = await sade(['doctor', ...trial.place.args(trial.url, ...DUMP).slice(1)]);
    expect(unwrapped(stdout)).to.contain(`Its dumps are still running: ${trial.label} (process ${pid})`);
    await listed(String(scene.mariadb.port));
    const next = await trial.backup(DUMP);
    expect(unwrapped(next.stderr)).to.contain(
      `Its dumps were still running and were ended: ${trial.label} (process ${pid})`,
    );
    expect(isAlive(pid)).to.equal(false);
    await trial.expectComplete(next);
  });
});

/** @returns whether setpriv, or the script of a test, has become mariadb-dump already */
async function isDumping(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')[0]!.endsWith('mariadb-dump');
}

/** A zombie, which its parent has not asked about yet, has ended. */
function isAlive(pid: number): boolean {
  const state = readState(pid);
  return state !== undefined && state !== 'Z';
}

function readState(pid: number): string | undefined {
  try {
    return /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** Long lines are broken for a mail. */
function unwrapped(text: string): string {
  return text.replace(/\s+/g, ' ');
}
