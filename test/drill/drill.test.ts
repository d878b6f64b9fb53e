import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import { runDocumented, type SadeResult, sade, Workplace } from '../../testing/cli/sade.ts';
import { createBackupUser, entryOf, grantBackup } from '../../testing/databases/clients.ts';
import { createEverything } from '../../testing/databases/everything/everything.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { SHOP } from '../../testing/databases/shop.ts';
import { blocksRunBy } from '../../testing/docs/pages.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';

interface DrillJson {
  readonly exit_code: number;
  readonly drills: (DrillReport & { unreported: string | null })[];
  readonly without_complete_backup: string[];
  readonly proven_within_window: number;
}

describe('sade drill', function () {
  this.timeout(180_000);
  let mariadb: MariaDb;
  let service: ServiceHere;
  let place: Workplace;
  let folder: string;
  let entries: Record<string, unknown>[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-drill-'));
    mariadb = await startMariaDb(['--max-allowed-packet=64M', '--event-scheduler=OFF']);
    await createBackupUser(mariadb);
    for (const name of ['pt_shop', 'pt_xyz']) {
      await mariadb.sql(`create database ${name} character set utf8mb4`);
      await mariadb.sql(SHOP, name);
      await grantBackup(mariadb, name);
    }
    const root = await mariadb.connect();
    await createEverything(root, { flavour: 'mariadb', version: '10.11.0', database: 'everything' });
    await root.end();
    await grantBackup(mariadb, 'everything');
    await mariadb.sql(`grant execute on everything.* to lumbung@'127.0.0.1'`);
    const checks = [{ name: 'items', sql: 'SELECT COUNT(*) > 900 FROM item', expected: 1 }];
    entries = [
      { ...entryOf(mariadb, 'pt_shop'), drill_checks: checks },
      entryOf(mariadb, 'pt_xyz'),
      entryOf(mariadb, 'everything'),
    ];
    place = await Workplace.create(entries);
    service = await startServiceHere({
      STORAGE_DIR: join(folder, 'backups'),
      DATABASE_URL: `sqlite:${folder}/h.sqlite`,
    });
    const { report, stderr } = await place.backup(service.url);
    expect(
      report.outcomes.map(({ state }) => state),
      stderr,
    ).to.deep.equal(['complete', 'complete', 'complete']);
  });
  after(async () => {
    await service?.stop();
    await place?.[Symbol.asyncDispose]();
    await mariadb?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  const drillDir = () => join(place.folder, 'drill');
  const run = (...more: string[]): Promise<SadeResult> =>
    sade([
      ...['drill', '--config', join(place.folder, 'databases.json'), '--work-dir', drillDir()],
      ...['--server', service.url, ...more],
    ]);
  const drill = async (...more: string[]) => {
    const result = await run('--json', ...more);
    expect(result.stdout, result.stderr).to.not.equal('');
    return { ...result, json: JSON.parse(result.stdout) as DrillJson };
  };
  const leftIn = async (path: string) => (await readdir(path)).filter(name => !/^run\.lock$/.test(name));

  it('shows that the backup of a database with everything in it restores to the same, byte for byte', async () => {
    const { json, stderr, code } = await drill('--only', 'everything');
    const [report] = json.drills;
    expect(report!.reason, stderr).to.equal(null);
    expect(report).to.deep.include({ outcome: 'restorable', dump_again: 'same', differences: [], not_tested: [] });
    expect(report!.rto_seconds).to.be.greaterThan(0);
    expect(report!.loaded.rows).to.be.greaterThan(1000);
    expect(report!.unreported).to.equal(null);
    expect(code).to.equal(0);
    expect(await leftIn(drillDir())).to.deep.equal([]);
  });

  it('is run by the command of the docs', async () => {
    const [block] = blocksRunBy('test/drill/drill.test.ts');
    const { stdout, stderr, code } = await runDocumented(block!.text, place, service.url);
    expect(stdout, stderr).to.match(
      /^pt_xyz: restorable \(backup \d+\)\. Restored in .* into MariaDB .*; a second dump is the same$/m,
    );
    expect(stdout).to.match(/^1 backup drilled: 1 restorable, 0 not restorable, 0 could not be tested\.$/m);
    expect(code).to.equal(0);
  });

  it('drills what was never proven, reports it, and leaves out what was proven within the window', async () => {
    const first = await run();
    expect(first.stdout).to.match(
      /^pt_shop: restorable \(backup \d+\)\. Restored in .*; 1 check passed; a second dump/m,
    );
    expect(first.stdout).to.contain(
      '1 backup drilled: 1 restorable, 0 not restorable, 0 could not be tested. 2 databases',
    );
    expect(first.code).to.equal(0);
    const second = await run();
    expect(second.stdout).to.equal('Nothing to drill. 3 databases left out: proven within the window.\n');
    expect(second.code).to.equal(0);
    const third = await drill('--all', '--sample', '1');
    expect(third.json.drills.map(({ database }) => database)).to.deep.equal(['everything']);
  });

  it('proves tables with folders of their own without these folders, and keys to a database that is elsewhere', async () => {
    const outside = await mkdtemp(join(folder, 'outside-'));
    await mariadb.sql(`create database pt_folders character set utf8mb4; use pt_folders;
      create table far (id int primary key) data directory = '${outside}';
      create table old (id int primary key) engine = MyISAM data directory = '${outside}' index directory = '${outside}';
      create table split (id int primary key) partition by hash (id) (partition a data directory = '${outside}', partition b);
      create table child (item int, foreign key (item) references pt_shop.item (id));
      insert into far values (1); insert into old values (2); insert into split values (3), (4); insert into child values (7)`);
    await grantBackup(mariadb, 'pt_folders');
    await place.list([...entries, entryOf(mariadb, 'pt_folders')]);
    await place.backup(service.url, ['--only', 'pt_folders']);
    const { json, stderr, code } = await drill('--only', 'pt_folders');
    const [report] = json.drills;
    expect(report, stderr).to.deep.include({ outcome: 'restorable', dump_again: 'same', reason: null });
    const changes = report!.changes.filter(({ object }) => object !== null);
    expect(changes.map(({ object, message }) => [object, message])).to.have.deep.members([
      ...['far', 'old', 'split'].map(name => [
        `table ${name}`,
        `DATA DIRECTORY '${outside}${name === 'split' ? '' : '/'}' left out: its files are in the server's own folder`,
      ]),
      ['table old', `INDEX DIRECTORY '${outside}/' left out: its files are in the server's own folder`],
      [
        'table child',
        'has a foreign key to the database pt_shop, and takes new rows only where that database is on this server, too',
      ],
    ]);
    expect(code).to.equal(0);
    expect((await readdir(outside)).sort()).to.not.deep.equal([]);
  });

  it('finds a loss that no finding names: a date that does not exist, in a table that is too large to be read for such', async () => {
    await mariadb.sql(`create database pt_dates character set utf8mb4; use pt_dates;
      create table visit (id int primary key, at date, much varbinary(1000) not null);
      insert into visit select seq, '2021-02-28', repeat('x', 1000) from seq_1_to_20000;
      set sql_mode = 'ALLOW_INVALID_DATES'; update visit set at = '2021-02-31' where id = 7; analyze table visit`);
    await grantBackup(mariadb, 'pt_dates');
    await place.list([...entries, entryOf(mariadb, 'pt_dates')]);
    const { report } = await place.backup(service.url, ['--only', 'pt_dates']);
    expect(report.outcomes[0]).to.deep.include({ state: 'complete', findings: [] });
    const { json, code } = await drill('--only', 'pt_dates');
    expect(json.drills[0]).to.deep.include({
      ...{ outcome: 'not_restorable', dump_again: 'differs' },
      reason: 'a second dump of it differs from the backup: table visit',
    });
    expect(code).to.equal(1);
  });
});
