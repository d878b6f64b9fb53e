import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import { spoiledDumpProgram } from '../../testing/cli/fake-mysqldump.ts';
import { type SadeResult, sade, startSade, Workplace } from '../../testing/cli/sade.ts';
import { createBackupUser, entryOf, grantBackup } from '../../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { processesIn } from '../../testing/machine/processes-in.ts';
import { fillDisk, mountSmallDisk } from '../../testing/machine/small-disk.ts';
import { type Fault, type FaultyProxy, startFaultyProxy, type Verdict } from '../../testing/proxies/faulty-proxy.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { until } from '../../testing/until.ts';

/** 10 MB that no zip makes small: a load takes long enough to be met in its middle. */
const ROWS = `create table item (id int primary key, t text character set ascii);
  insert into item select seq, ${Array.from({ length: 8 }, (_, i) => `sha2(seq * 8 + ${i}, 512)`).reduce((a, b) => `concat(${a}, ${b})`)} from seq_1_to_10000`;

/** Bytes of a download: behind the head of the answer, and before its end. */
const IN_THE_MIDDLE = 1 << 20;

type Moment = 'download' | 'load' | 'dump again';

describe('a drill in which something else fails than the backup', function () {
  this.timeout(120_000);
  let mariadb: MariaDb;
  let service: ServiceHere;
  let proxy: FaultyProxy;
  let place: Workplace;
  let folder: string;
  let dumpProgram: string;
  /** Holds the second dump, or the download, as long as it is there. */
  let hold: string;
  let isDownloading = false;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-drill-'));
    hold = join(folder, 'hold');
    dumpProgram = await spoiledDumpProgram(
      folder,
      `touch '${folder}/dumping'; while [ -e '${hold}' ]; do sleep 0.02; done; exec mariadb-dump "$@"`,
    );
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    await mariadb.sql(`create database pt_item character set utf8mb4; use pt_item; ${ROWS}`);
    await grantBackup(mariadb, 'pt_item');
    place = await Workplace.create([entryOf(mariadb, 'pt_item')]);
    service = await startServiceHere({
      STORAGE_DIR: join(folder, 'backups'),
      DATABASE_URL: `sqlite:${folder}/h.sqlite`,
    });
    expect((await place.backup(service.url)).code).to.equal(0);
    const holding = async ({ direction, bytesSoFar }: Parameters<Fault>[0]): Promise<Verdict> => {
      if (direction === 'up' || bytesSoFar < IN_THE_MIDDLE) return 'pass';
      isDownloading = true;
      await until('the download may go on', () => !existsSync(hold));
      return 'pass';
    };
    proxy = await startFaultyProxy(() => service.url, holding);
  });
  afterEach(async () => {
    await rm(hold, { force: true });
    await rm(join(folder, 'dumping'), { force: true });
    isDownloading = false;
  });
  after(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await service?.stop();
    await place?.[Symbol.asyncDispose]();
    await mariadb?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  const args = (drillDir: string, server: string) => [
    ...['drill', '--json', '--only', 'pt_item', '--config', join(place.folder, 'databases.json')],
    ...['--work-dir', drillDir, '--server', server, '--mariadb-dump', dumpProgram],
  ];

  /** Starts a drill and waits until it is in the middle of something. */
  async function drillUntil(moment: Moment, drillDir: string) {
    await mkdir(drillDir, { recursive: true, mode: 0o700 });
    if (moment !== 'load') await writeFile(hold, '');
    const old = new Set(readdirSync(drillDir));
    const started = startSade(args(drillDir, moment === 'download' ? proxy.url : service.url));
    let early: SadeResult | undefined;
    void started.ended.then(result => (early = result));
    await until(moment, () => {
      if (early) throw new Error(`it ended with ${early.code}: ${early.stdout}${early.stderr}`);
      return isThere(moment, drillDir, old);
    });
    return started;
  }

  /** @param old what an earlier drill has left */
  function isThere(moment: Moment, drillDir: string, old: ReadonlySet<string>): boolean {
    if (moment === 'download') return isDownloading;
    if (moment === 'dump again') return existsSync(join(folder, 'dumping'));
    const server = readdirSync(drillDir).find(name => name.startsWith('.server-') && !old.has(name));
    return server !== undefined && existsSync(join(drillDir, server, 'data/pt_item/item.ibd'));
  }

  const reportOf = ({ stdout, stderr }: SadeResult): DrillReport => {
    expect(stdout, stderr).to.not.equal('');
    return JSON.parse(stdout).drills[0];
  };
  const left = async (drillDir: string) => (await readdir(drillDir)).filter(name => name !== 'run.lock');

  it('on a disk that becomes full during the download, the load or the second dump, could not be tested', async function () {
    const disk = join(folder, 'disk');
    using small = mountSmallDisk(disk, 560);
    if (!small) return this.skip();
    const drillDir = join(disk, 'drill');
    for (const moment of ['download', 'load', 'dump again'] as const) {
      const { ended } = await drillUntil(moment, drillDir);
      const filling = join(disk, 'filling');
      const loading = moment === 'load' ? processesIn(drillDir) : [];
      for (const pid of loading) process.kill(pid, 'SIGSTOP');
      await fillDisk(filling);
      for (const pid of loading) goOn(pid);
      await rm(hold, { force: true });
      const result = await ended;
      const { outcome, reason, seconds } = reportOf(result);
      expect([moment, outcome, result.code]).to.deep.equal([moment, 'could_not_test', 2]);
      expect(reason).to.match(/^the disk of the work folder is nearly full \(.* is free\)\. Make room there/);
      if (moment === 'load') expect(seconds.verify).to.equal(null);
      expect(await left(drillDir)).to.deep.equal([]);
      expect(processesIn(drillDir)).to.deep.equal([]);
      await rm(filling);
      await rm(join(folder, 'dumping'), { force: true });
      isDownloading = false;
    }
  });

  it('goes on after each break of a download, and could not be tested where nothing more comes', async () => {
    const breaksOff: Fault = ({ direction, bytesSoFar }) =>
      direction === 'down' && bytesSoFar > IN_THE_MIDDLE ? 'break' : 'pass';
    let hasBroken = false;
    const ends: Fault = ({ direction, bytesSoFar }) => {
      if (direction === 'up' || (!hasBroken && bytesSoFar < IN_THE_MIDDLE)) return 'pass';
      hasBroken = true;
      return 'break';
    };
    await using often = await startFaultyProxy(() => service.url, breaksOff);
    await using stuckProxy = await startFaultyProxy(() => service.url, ends);
    const [stuck, slow] = await Promise.all([
      sade(args(join(folder, 'stuck'), stuckProxy.url)),
      sade(args(join(folder, 'slow'), often.url)),
    ]);
    expect(reportOf(slow)).to.deep.include({ outcome: 'restorable', dump_again: 'same' });
    expect(often.connections).to.be.greaterThan(3);
    expect(reportOf(stuck)).to.have.property('outcome', 'could_not_test');
    expect(reportOf(stuck).reason).to.match(/^(?:The download broke off after|the service at) /);
    expect([slow.code, stuck.code]).to.deep.equal([0, 2]);
    expect(await left(join(folder, 'stuck'))).to.deep.equal([]);
  });

  it('could not be tested when its server is killed in the middle of the load', async () => {
    const drillDir = join(folder, 'killed-server');
    const { ended } = await drillUntil('load', drillDir);
    for (const pid of processesIn(drillDir)) process.kill(pid, 'SIGKILL');
    const result = await ended;
    expect(reportOf(result)).to.have.property('outcome', 'could_not_test');
    expect(reportOf(result).reason).to.match(/the connection to the server was lost/);
    expect(result.code).to.equal(2);
    expect(await left(drillDir)).to.deep.equal([]);
  });

  it('leaves nothing behind when it is interrupted in the load or the second dump, or the next one removes it after a kill', async () => {
    const drillDir = join(folder, 'interrupted');
    for (const moment of ['load', 'dump again'] as const)
      for (const signal of ['SIGKILL', 'SIGINT'] as const) {
        const { child, ended } = await drillUntil(moment, drillDir);
        child.kill(signal);
        const { code } = await ended;
        await until('no server is there', () => processesIn(drillDir).length === 0);
        // The drill that is interrupted comes after one that was killed: it has removed what that one left.
        if (signal === 'SIGKILL') expect(await left(drillDir), moment).to.not.deep.equal([]);
        else expect([code, await left(drillDir)], moment).to.deep.equal([130, []]);
        await rm(hold, { force: true });
        await rm(join(folder, 'dumping'), { force: true });
        isDownloading = false;
      }
  });
});

function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // The drill has ended it by now.
  }
}
