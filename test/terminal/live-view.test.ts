import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { spoiledDumpProgram } from '../../testing/cli/fake-mysqldump.ts';
import { Workplace } from '../../testing/cli/sade.ts';
import { Terminal } from '../../testing/cli/terminal.ts';
import { createBackupUser, entryOf, grantBackup } from '../../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

/** One is a name in Chinese, one is longer than a narrow terminal has room for. */
const DATABASES = ['pt_xyz', '数据库客户', 'yayasan-pendidikan-sekolah-harapan-bangsa-cabang-surabaya-95'];

describe('a backup run on a terminal', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  let place: Workplace;
  let service: ServiceHere;

  before(async () => {
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    for (const database of DATABASES) {
      await mariadb.sql(`create database \`${database}\``);
      await mariadb.sql(
        `create table t (id int primary key, text text);
         insert into t select seq, repeat(md5(seq), 8) from seq_1_to_20000; analyze table t`,
        database,
      );
      await grantBackup(mariadb, database);
    }
    place = await Workplace.create(DATABASES.map(database => entryOf(mariadb, database)));
    service = await startServiceHere({
      STORAGE_DIR: join(place.folder, 'backups'),
      DATABASE_URL: `sqlite:${place.folder}/history.sqlite`,
    });
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
    await mariadb.stop();
  });

  for (const columns of [60, 100, 200])
    it(`shows how far each database and the whole run are, within ${columns} columns, and leaves only what has ended`, async () => {
      // It stops half-way through each dump, until the test has seen enough.
      const go = join(place.folder, `go-${columns}`);
      const slow = await spoiledDumpProgram(
        place.folder,
        `mariadb-dump "$@" | { head -c 3000000; while [ ! -e '${go}' ]; do sleep 0.05; done; cat; }`,
      );
      const args = place.args(service.url, '--mariadb-dump', slow, '--dump-workers', '3', '--dumps-per-host', '3');
      const command = [process.execPath, MAIN, ...args];
      await using terminal = Terminal.open(command, { columns, rows: 30, env: { TZ: 'Asia/Jakarta' } });
      await terminal.shows(/^(?:dump +\d\d %.*\n){3}0 of 3 databases done/m);
      const live = await terminal.screen();
      expect(live.split('\n'), live).to.have.length(4);
      await writeFile(go, '');
      expect(await terminal.exitCode).to.equal(0);
      const left = await terminal.screen();
      expect(left).not.to.match(/databases done|^dump|^zip|^upload/m);
      for (const database of DATABASES) expect(left.replaceAll('\n', '')).to.contain(database);
      if (process.env.SHOWN) await keepForReview(process.env.SHOWN, columns, { live, left });
    });
});

async function keepForReview(folder: string, columns: number, { live, left }: { live: string; left: string }) {
  await mkdir(folder, { recursive: true });
  const rule = '-'.repeat(columns);
  await writeFile(
    join(folder, `live-${columns}.txt`),
    `${live}\n${rule} (above: during the run; below: at its end)\n${left}\n`,
  );
}
