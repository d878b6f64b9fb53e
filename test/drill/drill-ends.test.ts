import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { filesOnDisk } from '../../testing/cli/on-disk.ts';
import { type SadeResult, sade, startSade, Workplace } from '../../testing/cli/sade.ts';
import { createBackupUser, entryOf, grantBackup } from '../../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { SHOP } from '../../testing/databases/shop.ts';
import { processesIn } from '../../testing/machine/processes-in.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { until } from '../../testing/until.ts';

/** Holds a drill in the middle: the database is restored and verified then. */
const HELD = { name: 'held', sql: 'SELECT SLEEP(60) FROM item LIMIT 1', expected: 0 };

describe('a drill that does not come to its end', function () {
  this.timeout(120_000);
  filesOnDisk();
  let mariadb: MariaDb;
  let service: ServiceHere;
  let place: Workplace;
  let folder: string;
  let drillDir: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-drill-'));
    drillDir = join(folder, 'drill');
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    for (const name of ['pt_shop', 'pt_held']) {
      await mariadb.sql(`create database ${name} character set utf8mb4`);
      await mariadb.sql(SHOP, name);
      await grantBackup(mariadb, name);
    }
    // In a GRANT the underscore stands for any letter.
    await mariadb.sql(`create database lumbungxdrill_neighbour; use lumbungxdrill_neighbour; ${SHOP}
      create user drill@'127.0.0.1' identified by 'd#1'; grant all on *.* to drill@'127.0.0.1'`);
    place = await Workplace.create([
      entryOf(mariadb, 'pt_shop'),
      { ...entryOf(mariadb, 'pt_held'), drill_checks: [HELD] },
    ]);
    const target = { db_host: '127.0.0.1', db_port: mariadb.port, db_username: 'drill', db_password: 'd#1' };
    await writeFile(join(place.folder, 'targets.json'), JSON.stringify({ staging: target }), { mode: 0o600 });
    service = await startServiceHere({
      STORAGE_DIR: join(folder, 'backups'),
      DATABASE_URL: `sqlite:${folder}/h.sqlite`,
    });
    expect((await place.backup(service.url)).code).to.equal(0);
  });
  after(async () => {
    await service?.stop();
    await place?.[Symbol.asyncDispose]();
    await mariadb?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  const args = (...more: string[]) => [
    ...['drill', '--config', join(place.folder, 'databases.json'), '--work-dir', drillDir, '--server', service.url],
    ...['--targets', join(place.folder, 'targets.json'), ...more],
  ];
  const left = async () => (await readdir(drillDir)).filter(name => name !== 'run.lock');
  const onGiven = ['--drill-server', 'staging'];
  /** What a neighbour holds, and which databases there are. */
  const others = async () => [
    (await mariadb.sql('show databases')).map(row => row.Database),
    await mariadb.sql('checksum table lumbungxdrill_neighbour.item, pt_shop.item, pt_shop.stock'),
  ];
  const isHeld = async () =>
    (await mariadb.sql(`select 1 from information_schema.processlist where info like '%SLEEP(60)%' and user = 'drill'`))
      .length > 0;

  /** Waits until the restored database is being asked. */
  async function held(ended: Promise<SadeResult>): Promise<void> {
    let early: SadeResult | undefined;
    void ended.then(result => {
      early = result;
    });
    await until('the check is running', async () => {
      if (early) throw new Error(`it ended with ${early.code}: ${early.stdout}${early.stderr}`);
      return isHeld();
    });
  }

  /** On a server of the drill's own: the folder of the database has its tables. */
  function isRestored(): boolean {
    const server = readdirIfThere(drillDir).find(name => name.startsWith('.server-'));
    return server !== undefined && readdirIfThere(join(drillDir, server, 'data', 'pt_held')).length > 3;
  }

  it('by Ctrl-C leaves no server, no folder and no database behind, wherever it was', async () => {
    for (const moment of [() => isServerThere(drillDir), isRestored]) {
      const { child, ended } = startSade(args('--only', 'pt_held'));
      await until('the moment', moment);
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      expect(code, stderr).to.equal(130);
      expect(await left()).to.deep.equal([]);
      expect(processesIn(drillDir)).to.deep.equal([]);
    }
  });

  it('by Ctrl-C drops its database from a server that was given, and by a kill the next drill does', async () => {
    const before = await others();
    const interrupted = startSade(args('--only', 'pt_held', ...onGiven));
    await held(interrupted.ended);
    expect((await others())[0]).to.not.deep.equal(before[0]);
    interrupted.child.kill('SIGINT');
    expect((await interrupted.ended).code).to.equal(130);
    expect(await others()).to.deep.equal(before);

    const killed = startSade(args('--only', 'pt_held', ...onGiven));
    await held(killed.ended);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect((await others())[0]).to.not.deep.equal(before[0]);
    const { stdout, stderr, code } = await sade(args('--only', 'pt_shop', ...onGiven));
    expect(code, stderr + stdout).to.equal(0);
    expect(stdout).to.contain('pt_shop: restorable').and.contain('a second dump is the same');
    expect(stdout).to.contain('not tested: whether its events are enabled');
    expect(await others()).to.deep.equal(before);
    expect(await left()).to.deep.equal([]);
  });

  it('by a kill leaves nothing that the next drill does not remove', async () => {
    const killed = startSade(args('--only', 'pt_held'));
    await until('the server', isRestored);
    killed.child.kill('SIGKILL');
    await killed.ended;
    await until('its server has ended', () => processesIn(drillDir).length === 0);
    expect(await left()).to.not.deep.equal([]);
    expect((await sade(args('--only', 'pt_shop'))).code).to.equal(0);
    expect(await left()).to.deep.equal([]);
  });

  it('lets no other drill into its work folder', async () => {
    const { child, ended } = startSade(args('--only', 'pt_held'));
    await until('the lock', () => readdirIfThere(drillDir).includes('run.json'));
    const second = await sade(args('--only', 'pt_shop'));
    expect(second.stderr).to.contain('Another run is going on');
    expect(second.code).to.equal(4);
    child.kill('SIGTERM');
    expect((await ended).code).to.equal(143);
    expect(await left()).to.deep.equal([]);
  });

  it('since its time is over proves nothing', async () => {
    const { code, stdout } = await sade(args('--only', 'pt_held', '--timeout', '3s'));
    expect(stdout).to.match(/^pt_held: COULD NOT TEST \(backup \d+\)\. it took longer than 3\.0 s/m);
    expect(code).to.equal(2);
    expect(await left()).to.deep.equal([]);
  });

  it('since its server takes more of the memory or of the disk than it may proves nothing', async () => {
    const memory = await sade(args('--only', 'pt_shop', '--max-memory', '32MiB'));
    expect(memory.stdout).to.match(
      /^pt_shop: COULD NOT TEST \(backup \d+\)\. the throwaway server took more than 32\.0 MiB of memory\. Allow it more\s+with --max-memory/m,
    );
    const disk = await sade(args('--only', 'pt_held', '--max-disk', '1MiB'));
    expect(disk.stdout).to.match(
      /^pt_held: COULD NOT TEST \(backup \d+\)\. the throwaway server took more than 1\.0 MiB of the disk\. Allow it more\s+with --max-disk/m,
    );
    expect([memory.code, disk.code]).to.deep.equal([2, 2]);
    expect(await left()).to.deep.equal([]);
    expect(processesIn(drillDir)).to.deep.equal([]);
  });

  it('since its server was killed proves nothing, and the next database gets another server', async () => {
    const { ended } = startSade(args('--all'));
    await until('the server', isRestored);
    await until('the check', () => processesIn(drillDir).length === 1 && isRestored());
    for (const pid of processesIn(drillDir)) process.kill(pid, 'SIGKILL');
    const { code, stdout, stderr } = await ended;
    expect(stdout, stderr)
      .to.match(/^pt_held: COULD NOT TEST/m)
      .and.match(/^pt_shop: restorable/m);
    expect(code).to.equal(2);
    expect(await left()).to.deep.equal([]);
  });

  it('is not begun in the work folder of the backups, and exits with 2 when the service does not answer', async () => {
    const inWork = await sade(args('--work-dir', place.workDir));
    expect(inWork.stderr).to.contain('is the work folder of sade backup: a drill needs one of its own');
    expect(inWork.code).to.equal(3);
    await mkdir(join(folder, 'other'), { mode: 0o700 });
    const away = await sade(args('--server', 'http://127.0.0.1:9', '--work-dir', join(folder, 'other')));
    expect(away.code, away.stderr).to.equal(2);
  });

  it('does the same under Deno', async () => {
    const { stdout, stderr, code } = await sade(args('--only', 'pt_shop'), { runtime: 'deno' });
    expect(stdout, stderr).to.contain('pt_shop: restorable').and.contain('a second dump is the same');
    expect(code).to.equal(0);
    expect(await left()).to.deep.equal([]);
  });
});

function isServerThere(folder: string): boolean {
  return readdirIfThere(folder).some(name => name.startsWith('.server-'));
}

function readdirIfThere(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
