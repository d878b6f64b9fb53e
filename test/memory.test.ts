import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { RunReportJson } from '../cli/report/run-report.ts';
import { spoiledDumpProgram } from '../testing/cli/fake-mysqldump.ts';
import { startSade, Workplace } from '../testing/cli/sade.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { peakMib, USUAL_PAGES } from '../testing/machine/peak-memory.ts';
import { testsPeers } from '../testing/peers.ts';
import { type Service, startService } from '../testing/service/service.ts';

const MIB = 1024 * 1024;

/** What is dumped. Half of it can't be compressed. */
const DUMP = { blocks: 8, blockMib: 64, oneIn: 2 };
const DUMP_MIB = DUMP.blocks * DUMP.blockMib;

/** What either may take at most, ever, in MiB; a program that held a block of the dump in memory would take more. */
const MAX_MIB = 200;
/** Of a machine on which many zips are made at once. */
const CORES = 32;
const MAX_MIB_OF_MANY = 380;
/** The size of each of their dumps: all their zips together do not fit into that bound beside the program. */
const EACH_MIB = 16;

/** Hard: V8 ends a program that wants more for its objects. */
const HEAP = '--max-old-space-size=64';

describe('the memory', function () {
  this.timeout(240_000);
  let mariadb: MariaDb;
  let service: Service;
  let place: Workplace;
  let entry: Record<string, unknown>;
  before(async function () {
    // Dumps of a GiB together take a twentieth of the CPU time of all tests.
    if (process.platform !== 'linux' || !testsPeers) return this.skip();
    mariadb = await startMariaDb(['--max-connections=300']);
    await mariadb.sql('CREATE DATABASE large; CREATE TABLE large.t (a TEXT)');
    const { host, port, user, password } = mariadb;
    entry = { database_name: 'large', db_host: host, db_port: port, db_username: user, db_password: password };
    place = await Workplace.create([entry]);
    service = await startService({
      STORAGE_DIR: join(place.folder, 'backups'),
      DATABASE_URL: `sqlite:${place.folder}/history.sqlite`,
      NODE_OPTIONS: HEAP,
    });
  });
  after(async () => {
    await service?.kill();
    await place?.[Symbol.asyncDispose]();
    await mariadb?.stop();
  });

  /** @returns a program that makes a dump of so many such blocks */
  const dumpProgram = (inserts: string, blocks: number) => {
    const table = 'header; echo "DROP TABLE IF EXISTS \\`t\\`;"; echo "CREATE TABLE \\`t\\` (a TEXT);"';
    return spoiledDumpProgram(place.folder, `${table}; cat ${Array(blocks).fill(inserts).join(' ')}; marker`);
  };

  /** Runs a backup. @returns its report, and the peak of its memory in MiB */
  const measured = async (more: string[], env: Record<string, string>) => {
    const run = startSade(place.args(service.url, '--json', '--level', '1', ...more), {
      env: { ...USUAL_PAGES, ...env },
    });
    const peak = watchPeak(run.child.pid!);
    const { code, stdout, stderr } = await run.ended;
    expect(code, stderr).to.equal(0);
    return { ...(JSON.parse(stdout) as RunReportJson), peak: await peak };
  };

  it(`for a dump of ${DUMP_MIB} MiB stays below ${MAX_MIB} MiB, of sade and of the service`, async () => {
    const inserts = join(place.folder, 'inserts.sql');
    const rows = await writeInserts(inserts, DUMP.blockMib, DUMP.oneIn);
    const program = await dumpProgram(inserts, DUMP.blocks);
    const { outcomes, peak } = await measured(['--mariadb-dump', program], { NODE_OPTIONS: HEAP });
    expect(outcomes[0]).to.deep.include({ state: 'complete', rows: rows * DUMP.blocks });
    expect(outcomes[0]!.dump_bytes).to.be.above(DUMP_MIB * MIB);
    expect(peak, 'sade').to.be.within(50, MAX_MIB);
    expect(await peakMib(service.pid), 'the service').to.be.within(50, MAX_MIB);
  });

  it(`for ${CORES} dumps at once on ${CORES} cores stays below ${MAX_MIB_OF_MANY} MiB`, async () => {
    await place.list(Array.from({ length: CORES }, (_, index) => ({ ...entry, name: `large_${index}` })));
    const inserts = join(place.folder, 'inserts.sql');
    await writeInserts(inserts, EACH_MIB, 1);
    const program = await dumpProgram(inserts, 1);
    const workers = ['--dump-workers', '--dumps-per-host', '--zip-workers'].flatMap(name => [name, String(CORES)]);
    const { outcomes, peak } = await measured(['--mariadb-dump', program, ...workers], {
      NODE_OPTIONS: `--import ${join(import.meta.dirname, '../testing/machine/pretend-cores.ts')}`,
      PRETENDED_CORES: String(CORES),
    });
    expect(outcomes.map(({ state }) => state)).to.deep.equal(Array(CORES).fill('complete'));
    expect(peak).to.be.within(50, MAX_MIB_OF_MANY);
  });
});

/** Statements of some KiB, one in so many of which can hardly be compressed. @returns how many rows they have */
async function writeInserts(path: string, mib: number, oneIn: number): Promise<number> {
  const file = createWriteStream(path);
  let rows = 0;
  for (let bytes = 0; bytes < mib * MIB; rows++) {
    const text = rows % oneIn === 0 ? randomBytes(12_288).toString('base64') : 'kucing oren '.repeat(1365);
    const statement = `INSERT INTO \`t\` VALUES ('${text}');\n`;
    bytes += statement.length;
    if (!file.write(statement)) await once(file, 'drain');
  }
  await once(file.end(), 'close');
  return rows;
}

/** @returns the largest that a program ever was, when it has ended, in MiB */
async function watchPeak(pid: number): Promise<number> {
  let peak = 0;
  for (; ; await sleep(50)) {
    const seen = await peakMib(pid).catch(() => Number.NaN);
    if (Number.isNaN(seen)) return peak;
    peak = seen;
  }
}
