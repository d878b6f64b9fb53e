import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import type { RunReportJson } from '../../cli/report/run-report.ts';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import type { RestoreReport } from '../../protocol/reports/restore-report.ts';
import { sade, Workplace } from '../../testing/cli/sade.ts';
import { createBackupUser, entryOf, grantBackup } from '../../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMySql9, startMySql9 } from '../../testing/databases/mysql9.ts';
import { fillTables } from '../../testing/databases/packages/fill-tables.ts';
import { createSchema, hasSchema, PROGRAMS } from '../../testing/databases/packages/packages.ts';
import { firstDifference, realDump } from '../../testing/databases/real-dump.ts';
import { rowDifferences, tableRows } from '../../testing/databases/table-rows.ts';
import { type Service, startService } from '../../testing/service/service.ts';

/** Those that have something of which the other flavour could make something else: engines, routines and triggers. */
const PECULIAR = /^(?:cacti|freeradius-config|zoneminder)$/;
const TAKES_ALL = process.env.TEST_SCHEMAS === 'all';

/**
 * The databases of programs that many have, made by the programs' own SQL and filled with rows: three of them, and in
 * `npm run test:long` all.
 */
describe('databases of programs that many have', function () {
  this.timeout(240_000);
  const programs = PROGRAMS.filter(program => TAKES_ALL || PECULIAR.test(program.package)).filter(hasSchema);
  let mariadb: MariaDb;
  let folder: string;
  let place: Workplace;
  let service: Service;
  let outcomes: RunReportJson['outcomes'];
  let drills: DrillReport[];
  const emptyTables = new Map<string, readonly string[]>();

  before(async function () {
    if (programs.length === 0) return this.skip();
    folder = await mkdtemp(join(tmpdir(), 'lumbung-schemas-'));
    mariadb = await startMariaDb(['--event-scheduler=OFF']);
    await createBackupUser(mariadb);
    for (const program of programs) await createFilled(program);
    place = await Workplace.create(
      programs.map(({ database }) => ({
        ...entryOf(mariadb, database),
        ...{ restore_username: mariadb.user, restore_password: mariadb.password },
      })),
    );
    service = await startService({ STORAGE_DIR: join(folder, 'backups'), DATABASE_URL: `sqlite:${folder}/h.sqlite` });
    outcomes = (await place.backup(service.url, ['--rehearse', 'always'])).report.outcomes;
    const work = ['--work-dir', join(folder, 'drill'), '--config', join(place.folder, 'databases.json')];
    const drilled = await sade(['drill', ...work, '--server', service.url, '--json']);
    drills = (JSON.parse(drilled.stdout) as { drills: DrillReport[] }).drills;
  });
  after(async () => {
    await service?.stop();
    await place?.[Symbol.asyncDispose]();
    await mariadb?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  it('have triggers, routines and foreign keys', async function () {
    if (programs.length < PROGRAMS.length) return this.skip();
    const count = async (what: string, schema: string) =>
      Number(
        (
          await mariadb.sql(`select count(*) as n from information_schema.${what} where ${schema} like 'data\\_of\\_%'`)
        )[0]!.n,
      );
    expect(await count('triggers', 'trigger_schema')).to.be.at.least(10);
    expect(await count('routines', 'routine_schema')).to.be.at.least(5);
    expect(await count('referential_constraints', 'constraint_schema')).to.be.at.least(200);
  });

  async function createFilled(program: (typeof programs)[number]): Promise<void> {
    await createSchema(mariadb, program);
    await using root = await mariadb.connect();
    emptyTables.set(program.database, await fillTables(root, program.database));
    await grantBackup(mariadb, program.database);
  }

  for (const { package: name, database } of programs)
    it(`that of ${name} is backed up, restored and dumped again to the same bytes, and a drill proves it`, async () => {
      expect(emptyTables.get(database)).to.deep.equal([]);
      const outcome = outcomes.find(one => one.database === database)!;
      expect(outcome.state).to.equal('complete');
      // Some tables of cacti are in Aria.
      expect(outcome.findings.map(({ code }) => code)).to.deep.equal(name === 'cacti' ? ['NOT_TRANSACTIONAL'] : []);
      expect(outcome.rows).to.be.at.least(10 * outcome.tables!);
      const files = ['--work-dir', place.workDir, '--config', join(place.folder, 'databases.json')];
      const into = ['--into', `${database}_again`, '--yes', '--server', service.url];
      const { code, stdout, stderr } = await sade(['restore', database, ...into, ...files]);
      expect(code, stderr + stdout).to.equal(0);
      const answer = await fetch(`${service.url}/${outcome.backup_id}/download`);
      const dump = new AdmZip(Buffer.from(await answer.arrayBuffer())).getEntries()[0]!.getData();
      expect(firstDifference(dump, await realDump(mariadb, `${database}_again`))).to.equal(undefined);
      const drill = drills.find(one => one.backup.id === outcome.backup_id)!;
      expect(drill).to.deep.include({ outcome: 'restorable', reason: null, dump_again: 'same' });
    });

  it('go to MySQL 9 with all their rows', async function () {
    if (!hasMySql9()) return this.skip();
    await using mysql = await startMySql9();
    await using there = await createConnection({ socketPath: mysql.socket, user: 'root' });
    await there.query("create user lumbung@'127.0.0.1' identified by 'secret#1'");
    await there.query("grant all on *.* to lumbung@'127.0.0.1'");
    const target = { db_host: '127.0.0.1', db_port: mysql.port, db_username: 'lumbung', db_password: 'secret#1' };
    await writeFile(join(place.folder, 'targets.json'), JSON.stringify({ mysql: target }), { mode: 0o600 });
    const files = ['--work-dir', place.workDir, '--config', join(place.folder, 'databases.json')];
    const to = ['--to', 'mysql', '--targets', join(place.folder, 'targets.json'), '--server', service.url, '--yes'];
    for (const { database } of programs) {
      const across = ['--across-flavours', '--definer', 'drop', '--json'];
      const { code, stdout, stderr } = await sade(['restore', database, ...to, ...files, ...across]);
      expect(code, stderr + stdout).to.equal(0);
      const { changes } = (JSON.parse(stdout) as { result: RestoreReport }).result;
      const others = changes!.filter(({ message }) => !/LOCK TABLES|NO_AUTO_CREATE_USER|DEFINER/.test(message));
      expect(others, database).to.deep.equal([]);
      await using here = await mariadb.connect();
      expect(rowDifferences(await tableRows(here, database), await tableRows(there, database))).to.deep.equal([]);
    }
  });
});
