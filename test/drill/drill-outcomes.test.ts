import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { findMysqldump } from '../../cli/client-programs/mysqldump-client.ts';
import { OPTIONS_OF_EVERY_DUMP } from '../../cli/dump/dump-arguments.ts';
import { optionsDigest } from '../../cli/manifest/options-digest.ts';
import { finding } from '../../protocol/finding.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import { sade, Workplace } from '../../testing/cli/sade.ts';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { upload } from '../../testing/service/requests.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { sampleManifest, table } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const run = promisify(execFile);
const SOURCE = 'pt_drilled';

interface Forgery {
  /** What is done to the SQL of a good dump. */
  readonly edit?: (sql: string) => string;
  readonly rows?: number;
  readonly source?: Manifest['source']['server'];
  readonly client?: string;
  readonly isIncomplete?: boolean;
  /** Whether the stored zip has rotted since. */
  readonly isRotten?: boolean;
  readonly check?: object;
  readonly outcome: DrillReport['outcome'] | undefined;
  readonly reason?: RegExp;
  readonly untested?: RegExp;
}

/** Backups of one database, most of them wrong in one respect. */
const FORGERIES: Readonly<Record<string, Forgery>> = {
  as_it_was: { outcome: 'restorable' },
  no_sql: {
    edit: sql => sql.replace('`price` decimal(9,2)', '`price` desimal(9,2)'),
    outcome: 'not_restorable',
    reason: /^table barang could not be loaded: .*desimal/,
  },
  row_twice: {
    edit: sql => sql.replace("(2,'teh',2.00)", "(2,'teh',2.00);\nINSERT INTO `barang` VALUES (1,'s3cret row',2.00)"),
    outcome: 'not_restorable',
    reason: /^table barang could not be loaded: Duplicate entry '…' for key 'PRIMARY' \(1062\)/,
  },
  named_by_password: {
    edit: sql => sql.replace('`price` decimal(9,2)', '`s3cret#1` int, `s3cret#1` int'),
    outcome: 'not_restorable',
    reason: /^table barang could not be loaded: Duplicate column name '\*\*\*' \(1060\)/,
  },
  fewer_rows: {
    rows: 4,
    outcome: 'not_restorable',
    reason: /^it is restored, but not as it was: barang: expected 4 rows, found 3 rows$/,
  },
  lost_view: {
    edit: sql => sql.replace(/\/\*!50001 CREATE ALGORITHM[\s\S]*?;\n/, ''),
    outcome: 'not_restorable',
    reason: /mahal: expected a view/,
  },
  other_row: {
    // What no count finds: the server stores a different value than the dump has.
    edit: sql => sql.replace("(1,'kopi',1.50)", "(1,'kopi',1.505)"),
    outcome: 'not_restorable',
    reason: /^a second dump of it differs from the backup: table barang$/,
  },
  other_row_of_another_version: {
    edit: sql => sql.replace("(1,'kopi',1.50)", "(1,'kopi',1.505)"),
    client: '10.5.1',
    outcome: 'restorable',
    untested: /^a second dump, byte for byte: the backup was dumped by MariaDB 10\.5\.1/,
  },
  hostile: {
    edit: sql => sql.replace('-- Dump completed', 'GRANT ALL ON *.* TO evil@localhost;\n-- Dump completed'),
    outcome: 'not_restorable',
    reason: /GRANT/,
  },
  cut_off: {
    edit: sql => `${sql.slice(0, sql.indexOf("'teh'"))}\n-- Dump completed on 2026-11-28\n`,
    outcome: 'not_restorable',
  },
  rotten: { isRotten: true, outcome: 'not_restorable', reason: /^the zip that the service sends has another SHA-256/ },
  of_mysql: {
    source: { flavour: 'mysql', version: '9.7.0' },
    outcome: 'could_not_test',
    reason: /^no server program of MySQL 9\.7 or newer was found on this machine; there is .*--drill-server\.$/,
  },
  of_the_future: {
    source: { flavour: 'mariadb', version: '99.1.0' },
    outcome: 'could_not_test',
    reason: /^no server program of MariaDB 99\.1 or newer/,
  },
  of_unknown_server: { source: null, outcome: 'could_not_test', reason: /does not say which server/ },
  failed_check: {
    check: { name: 'many', sql: 'SELECT COUNT(*) FROM barang', expected: 1000 },
    outcome: 'not_restorable',
    reason: /^the check "many" gave 3 instead of 1000$/,
  },
  broken_check: {
    check: { sql: 'SELECT COUNT(*) FROM faktur', expected: 1 },
    outcome: 'not_restorable',
    reason: /^the check "SELECT COUNT\(\*\) FROM faktur" failed: .*faktur/,
  },
  only_incomplete: { isIncomplete: true, outcome: undefined },
};

describe('the outcome of a drill', function () {
  this.timeout(120_000);
  let mariadb: MariaDb;
  let service: ServiceHere;
  let place: Workplace;
  let folder: string;
  let code: number | null;
  let drills: Map<string, DrillReport & { unreported: string | null }>;
  let withoutComplete: string[];
  let stdout: string;
  let databases: string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-drill-'));
    mariadb = await sharedMariaDb();
    await mariadb.sql(`create database ${SOURCE} character set utf8mb4 collate utf8mb4_general_ci; use ${SOURCE};
      create table barang (id int primary key, name varchar(20), price decimal(9,2));
      insert into barang values (1, 'kopi', 1.5), (2, 'teh', 2), (3, null, null); create view mahal as select id from barang where price > 1`);
    const sql = await dumpOf(mariadb);
    const client = await findMysqldump('mariadb-dump');
    service = await startServiceHere({
      STORAGE_DIR: join(folder, 'backups'),
      DATABASE_URL: `sqlite:${folder}/h.sqlite`,
    });
    for (const [label, forgery] of Object.entries(FORGERIES))
      await send(label, forgery, { sql, version: client.version });
    place = await Workplace.create(
      Object.entries(FORGERIES).map(([label, { check }]) => ({
        ...{ name: label, database_name: SOURCE, db_host: '127.0.0.1', db_username: 'x', db_password: 's3cret#1' },
        ...(check && { drill_checks: [check] }),
      })),
    );
    databases = await databasesOn(mariadb);
    const args = ['--config', join(place.folder, 'databases.json'), '--work-dir', join(folder, 'drill')];
    const result = await sade(['drill', ...args, '--server', service.url, '--json']);
    code = result.code;
    stdout = result.stderr;
    const json = JSON.parse(result.stdout) as {
      drills: (DrillReport & { unreported: string | null })[];
      without_complete_backup: string[];
    };
    drills = new Map(json.drills.map(report => [report.database, report]));
    withoutComplete = json.without_complete_backup;
  });
  after(async () => {
    await service?.stop();
    await place?.[Symbol.asyncDispose]();
    await mariadb?.sql(`drop database if exists ${SOURCE}`);
    if (folder) await rm(folder, { recursive: true });
  });

  async function send(
    label: string,
    forgery: Forgery,
    { sql, version }: { sql: string; version: string },
  ): Promise<void> {
    const { edit = text => text, rows = 3, source, client = version, isIncomplete, isRotten } = forgery;
    const content = edit(sql);
    if (forgery.edit) expect(content, `${label} is edited`).to.not.equal(sql);
    const zip = sampleZip({ database: label, takenAt: '2026-11-28T00:00:00Z', content });
    const findings = isIncomplete ? [finding('TRIGGERS_NOT_GRANTED', 'an example', 'GRANT …')] : [];
    const made = sampleManifest(zip, { inventory: { tables: [table('barang', rows)], views: ['mahal'] }, findings });
    const server = source === undefined ? { flavour: 'mariadb' as const, version: '10.11.19' } : source;
    const manifest = {
      ...made,
      source: { ...made.source, database: SOURCE, server },
      client: { flavour: 'mariadb', version: client },
      dump: { ...made.dump, options_sha256: optionsDigest([]) },
    };
    const { status, json } = await upload(service.url, zip, { manifest });
    expect(status, JSON.stringify(json)).to.equal(201);
    if (!isRotten) return;
    const path = join(folder, 'backups', label, zip.fileName);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
  }

  for (const [label, { outcome, reason, untested }] of Object.entries(FORGERIES).filter(([, { outcome }]) => outcome))
    it(`of the backup ${label} is ${outcome?.replaceAll('_', ' ')}`, () => {
      const report = drills.get(label)!;
      expect(report.outcome, `${report.reason} ${report.not_tested}`).to.equal(outcome);
      if (outcome === 'restorable') expect(report.reason).to.equal(null);
      else expect(report.reason).to.match(reason ?? /./);
      if (outcome !== 'could_not_test') expect(report.not_tested.join()).to.match(untested ?? /^$/);
      expect(report.unreported, 'the service knows').to.equal(null);
    });

  it('is "could not test" where there is no complete backup, and 1 is the exit code where any is not restorable', () => {
    expect(withoutComplete).to.deep.equal(['only_incomplete']);
    expect(stdout).to.match(
      /^only_incomplete: COULD NOT TEST\. It has no complete backup: sade history only_incomplete$/m,
    );
    expect(stdout).to.match(/^17 backups drilled: 2 restorable, 11 not restorable, 4 could not be tested\.$/m);
    expect(code).to.equal(1);
  });

  it('is told without any row and any password: to the screen, in JSON, and to the service', async () => {
    const { data } = (await (await fetch(`${service.url}/-/drills?limit=100`)).json()) as { data: { id: number }[] };
    expect(data.length).to.be.above(10);
    const stored = await Promise.all(data.map(async ({ id }) => (await fetch(`${service.url}/-/drills/${id}`)).text()));
    for (const said of [stdout, JSON.stringify([...drills.values()]), ...stored])
      expect(said).to.not.contain('s3cret').and.not.contain('kopi');
    expect(stored.join()).to.contain('Duplicate entry');
  });

  it('leaves no file and no database behind', async () => {
    expect(await readdir(join(folder, 'drill'))).to.deep.equal(['run.lock']);
    expect(await databasesOn(mariadb)).to.deep.equal(databases);
  });
});

async function dumpOf({ socket }: MariaDb): Promise<string> {
  const options = ['--no-defaults', `--socket=${socket}`, '--user=root', ...OPTIONS_OF_EVERY_DUMP, SOURCE];
  return (await run('mariadb-dump', options)).stdout;
}

async function databasesOn(mariadb: MariaDb): Promise<string[]> {
  return (await mariadb.sql('show databases')).map(row => String(row.Database));
}
