import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import { sade, Workplace } from '../../testing/cli/sade.ts';
import { createBackupUser, entryOf, grantBackup } from '../../testing/databases/clients.ts';
import { createEverything, type ServerKind } from '../../testing/databases/everything/everything.ts';
import { startMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMariaDb11, mariaDb11Program, startMariaDb11 } from '../../testing/databases/mariadb11.ts';
import { hasMySql9, mySql9Program, mySql9Server, startMySql9 } from '../../testing/databases/mysql9.ts';
import { type Service, startService } from '../../testing/service/service.ts';

interface Peer {
  readonly name: string;
  readonly flavour: ServerKind['flavour'];
  isThere(): boolean;
  start(): Promise<AsyncDisposable & { readonly port: number; readonly socket: string }>;
  /** Options of sade that name its dump program. */
  readonly dumpProgram: readonly string[];
  /** Options of sade drill that name its server program. @param folder for a script that runs it */
  serverProgram(folder: string): Promise<readonly string[]>;
  /** Rights of the user who backs up, beside those on the database. */
  readonly right: string;
}

const PEERS: readonly Peer[] = [
  {
    name: 'MariaDB 11.8',
    flavour: 'mariadb',
    isThere: hasMariaDb11,
    start: () => startMariaDb11(['--max-allowed-packet=64M']),
    dumpProgram: ['--mariadb-dump', mariaDb11Program('mariadb-dump')],
    serverProgram: async () => ['--mariadbd', mariaDb11Program('mariadbd')],
    right: 'show create routine on *.*',
  },
  {
    name: 'MySQL 9',
    flavour: 'mysql',
    isThere: hasMySql9,
    start: startMySql9,
    dumpProgram: ['--mysqldump', mySql9Program('mysqldump')],
    serverProgram: async folder => {
      const { path, options } = await mySql9Server();
      const script = join(folder, 'mysqld');
      await writeFile(script, `#!/bin/sh\nshift\nexec '${path}' --no-defaults ${options.join(' ')} "$@"\n`);
      await chmod(script, 0o755);
      return ['--mysqld', script];
    },
    right: 'show_routine on *.*',
  },
];

for (const { name, flavour, isThere, start, dumpProgram, serverProgram, right } of PEERS)
  describe(`a database with everything in it, on ${name}`, function () {
    this.timeout(180_000);
    let folder: string;
    let service: Service;
    let place: Workplace;
    let server: Awaited<ReturnType<Peer['start']>>;

    before(async function () {
      if (!isThere()) return this.skip();
      folder = await mkdtemp(join(tmpdir(), 'lumbung-drill-'));
      server = await start();
      await using root = await createConnection({ socketPath: server.socket, user: 'root' });
      const [[row]] = (await root.query('select version() as version')) as unknown as [[{ version: string }]];
      await createEverything(root, { flavour, version: row.version, database: 'everything' });
      for (const statement of [
        `create user lumbung@'127.0.0.1' identified by 'secret#1'`,
        `grant select, show view, trigger, event, lock tables, execute on everything.* to lumbung@'127.0.0.1'`,
        `grant ${right} to lumbung@'127.0.0.1'`,
      ])
        await root.query(statement);
      const user = { db_username: 'lumbung', db_password: 'secret#1' };
      place = await Workplace.create([
        { database_name: 'everything', db_host: '127.0.0.1', db_port: server.port, ...user },
      ]);
      service = await startService({ STORAGE_DIR: join(folder, 'backups'), DATABASE_URL: `sqlite:${folder}/h.sqlite` });
    });
    after(async () => {
      await service?.stop();
      await place?.[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
      if (folder) await rm(folder, { recursive: true });
    });

    it('is backed up, restored and dumped again to the same bytes', async () => {
      const { report, stderr } = await place.backup(service.url, [...dumpProgram]);
      expect(report.outcomes[0]!.state, stderr).to.equal('complete');
      const drilled = await sade([
        ...['drill', '--config', join(place.folder, 'databases.json'), '--work-dir', join(folder, 'drill'), '--json'],
        ...[...dumpProgram, ...(await serverProgram(folder)), '--server', service.url],
      ]);
      const { drills } = JSON.parse(drilled.stdout) as { drills: DrillReport[] };
      expect(drills[0]!.reason, drilled.stderr).to.equal(null);
      expect(drills[0], drilled.stderr).to.deep.include({ outcome: 'restorable', dump_again: 'same', not_tested: [] });
      expect(drilled.code).to.equal(0);
    });
  });

describe('a backup of MariaDB 10.11, where only a server of MariaDB 11.8 is at hand', function () {
  this.timeout(180_000);

  it('is restored there with all its rows, and the second dump counts only if it is the same', async function () {
    if (!hasMariaDb11()) return this.skip();
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-drill-'));
    await using mariadb = await startMariaDb(['--max-allowed-packet=64M']);
    await createBackupUser(mariadb);
    {
      await using root = await mariadb.connect();
      await createEverything(root, { flavour: 'mariadb', version: '10.11.0', database: 'everything' });
    }
    await grantBackup(mariadb, 'everything');
    await mariadb.sql(`grant execute on everything.* to lumbung@'127.0.0.1'`);
    await using place = await Workplace.create([entryOf(mariadb, 'everything')]);
    await using service = await startService({
      ...{ STORAGE_DIR: join(folder, 'backups'), DATABASE_URL: `sqlite:${folder}/h.sqlite` },
    });
    expect((await place.backup(service.url)).report.outcomes[0]!.state).to.equal('complete');
    const drilled = await sade([
      ...['drill', '--config', join(place.folder, 'databases.json'), '--work-dir', join(folder, 'drill'), '--json'],
      ...['--mariadbd', mariaDb11Program('mariadbd'), '--server', service.url],
    ]);
    const { drills } = JSON.parse(drilled.stdout) as { drills: DrillReport[] };
    const { outcome, reason, differences, not_tested, server } = drills[0]!;
    expect(reason, drilled.stderr).to.equal(null);
    expect({ outcome, differences }).to.deep.equal({ outcome: 'restorable', differences: [] });
    expect(server!.version).to.match(/^11\./);
    expect(not_tested.join()).to.match(
      /^a second dump, byte for byte: the backup is from MariaDB 10\.11\.\d+, and was restored into MariaDB 11\.\d+\.\d+$/,
    );
    await rm(folder, { recursive: true });
  });
});
