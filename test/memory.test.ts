import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { RunReportJson } from '../cli/report/run-report.ts';
import { spoiledDumpProgram } from './support/fake-mysqldump.ts';
import { type MariaDb, startMariaDb } from './support/mariadb.ts';
import { peakMib } from './support/peak-memory.ts';
import { startSade, Workplace } from './support/sade.ts';
import { type Service, startService } from './support/service.ts';

const MIB = 1024 * 1024;
const BLOCK_MIB = 128;
const BLOCKS = 16;

/** What either may take at most, ever, in MiB; whoever held a block of the dump in memory would take more. */
const MAX_MIB = 200;
/** Hard: V8 ends a program that wants more for its objects. */
const HEAP = '--max-old-space-size=64';

describe(`the memory for a dump of ${(BLOCK_MIB * BLOCKS) / 1024} GiB`, function () {
  this.timeout(240_000);
  let mariadb: MariaDb;
  let service: Service;
  let place: Workplace;
  before(async function () {
    if (process.platform !== 'linux') return this.skip();
    mariadb = await startMariaDb();
    await mariadb.sql('CREATE DATABASE large; CREATE TABLE large.t (a TEXT)');
    const { host, port, user, password } = mariadb;
    place = await Workplace.create([
      { database_name: 'large', db_host: host, db_port: port, db_username: user, db_password: password },
    ]);
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

  it(`stays below ${MAX_MIB} MiB, of sade and of the service`, async () => {
    const inserts = join(place.folder, 'inserts.sql');
    const rows = await writeInserts(inserts);
    const table = 'header; echo "DROP TABLE IF EXISTS \\`t\\`;"; echo "CREATE TABLE \\`t\\` (a TEXT);"';
    const copies = Array(BLOCKS).fill(inserts).join(' ');
    const program = await spoiledDumpProgram(place.folder, `${table}; cat ${copies}; marker`);

    const run = startSade(place.args(service.url, '--json', '--mariadb-dump', program, '--level', '1'), {
      env: { NODE_OPTIONS: HEAP },
    });
    const peak = watchPeak(run.child.pid!);
    const { code, stdout, stderr } = await run.ended;
    const { outcomes } = JSON.parse(stdout) as RunReportJson;
    expect(outcomes[0], stderr).to.deep.include({ state: 'complete', rows: rows * BLOCKS });
    expect(outcomes[0]!.dump_bytes).to.be.above(BLOCK_MIB * BLOCKS * MIB);
    expect(code, stderr).to.equal(0);
    expect(await peak, 'sade').to.be.within(50, MAX_MIB);
    expect(await peakMib(service.pid), 'the service').to.be.within(50, MAX_MIB);
  });
});

/** Statements of some KiB, one in eight of which can hardly be compressed. @returns how many rows they have */
async function writeInserts(path: string): Promise<number> {
  const file = createWriteStream(path);
  let rows = 0;
  for (let bytes = 0; bytes < BLOCK_MIB * MIB; rows++) {
    const text = rows % 8 === 0 ? randomBytes(12_288).toString('base64') : 'kucing oren '.repeat(1365);
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
