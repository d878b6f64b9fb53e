import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunReportJson } from '../cli/report/run-report.ts';
import { isServerFolder } from '../cli/throwaway-server/private-folder.ts';
import { spoiledDumpProgram } from '../testing/cli/fake-mysqldump.ts';
import { filesOnDisk } from '../testing/cli/on-disk.ts';
import { RUNTIMES } from '../testing/cli/runtimes.ts';
import { sade, startSade, Workplace } from '../testing/cli/sade.ts';
import { createBackupUser, entryOf, grantBackup } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { type ServiceHere, startServiceHere } from '../testing/service/service-here.ts';
import { until } from '../testing/until.ts';

const AUTO = { SADE_REHEARSE: 'auto' };

describe('sade backup with rehearsals', function () {
  this.timeout(120_000);
  filesOnDisk();
  let mariadb: MariaDb;
  let place: Workplace;
  let service: ServiceHere;

  before(async () => {
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    for (const database of ['client_1', 'client_2']) {
      await mariadb.sql(`create database \`${database}\` character set utf8mb4`);
      await mariadb.sql(
        `create table t (id int primary key, name varchar(20)); insert into t values (1, 'a'), (2, 'b');
         create view v as select name from t; create procedure p() select count(*) from t;
         create trigger tr before insert on t for each row set new.name = upper(new.name)`,
        database,
      );
      await grantBackup(mariadb, database);
    }
  });
  after(() => mariadb.stop());

  beforeEach(async () => {
    place = await Workplace.create(['client_1', 'client_2'].map(database => entryOf(mariadb, database)));
    const settings = { STORAGE_DIR: join(place.folder, 'backups'), DATABASE_URL: `sqlite:${place.folder}/h.sqlite` };
    service = await startServiceHere(settings);
  });
  afterEach(async () => {
    expect(serversIn(place.workDir), 'no server is left').to.deep.equal([]);
    await service[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  const spoilt = (script: string) => spoiledDumpProgram(place.folder, script);
  /** Nothing is left but what every run leaves. */
  const expectClean = async () =>
    expect(
      (await readdir(place.workDir)).filter(
        name => !/^(?:\.server-data|last-run\.json|run\.lock|run\.log(?:\.1)?)$/.test(name),
      ),
    ).to.deep.equal([]);

  for (const { name, runtime } of RUNTIMES)
    it(`loads each dump and says so in its line, its report and sade show, under ${name}`, async () => {
      const { code, report, stderr } = await place.backup(service.url, [], { env: AUTO, runtime });
      expect(code, stderr).to.equal(0);
      for (const { rehearsal, state } of report.outcomes) {
        expect(state).to.equal('complete');
        expect(rehearsal).to.deep.include({ reason: null, objects: 4, compared: 'definitions', left_out: [] });
      }
      expect(stderr).to.not.contain('Not rehearsed');
      const log = await readFile(join(place.workDir, 'run.log'), 'utf8');
      expect(log).to.match(/ok +client_1 +1 table, 2 rows, .*, rehearsed, /);
      const shown = await sade(['show', String(report.outcomes[0]!.backup_id), '--server', service.url]);
      expect(shown.stdout.replace(/\s+/g, ' ')).to.match(
        /rehearsed loaded without rows into MariaDB 10\.\d+\.\d+: each of 4 objects is compared with the source/,
      );
      await expectClean();
    });

  it('calls a backup incomplete whose dump does not load, or loads as something else, and keeps it', async () => {
    const program = await spoilt(`case "$*" in
      *client_1*) mariadb-dump "$@" | sed 's/varchar(20)/varchar(20) DEFAULT 7 DEFAULT/';;
      *) mariadb-dump "$@" | sed 's/varchar(20)/varchar(21)/';; esac`);
    const { code, report } = await place.backup(service.url, ['--mariadb-dump', program], { env: AUTO });
    expect(code).to.equal(1);
    const found = Object.fromEntries(report.outcomes.map(({ database, findings }) => [database, findings]));
    expect(found.client_1!.map(it => it.code)).to.include('DOES_NOT_LOAD');
    expect(found.client_2!.map(it => it.code)).to.deep.equal(['LOADS_DIFFERENTLY']);
    expect(found.client_2![0]!.message).to.match(/table t, definition: .*varchar\(20\).* became .*varchar\(21\)/);
    for (const { state, backup_id: id } of report.outcomes) {
      expect([state, typeof id]).to.deep.equal(['incomplete', 'number']);
      const { stdout } = await sade(['show', String(id), '--server', service.url]);
      expect(stdout)
        .to.match(/INCOMPLETE/)
        .and.match(/DOES_NOT_LOAD|LOADS_DIFFERENTLY/);
    }
    await expectClean();
  });

  it('notices nothing of that with --rehearse off, and starts no server', async () => {
    const program = await spoilt(`mariadb-dump "$@" | sed 's/varchar(20)/varchar(21)/'`);
    const { code, report } = await place.backup(service.url, ['--mariadb-dump', program, '--rehearse', 'off'], {
      env: AUTO,
    });
    expect([code, report.outcomes[0]!.rehearsal]).to.deep.equal([0, undefined]);
  });

  it('is no worse for a server program that does not start, but warns of it with --rehearse always', async () => {
    const broken = join(place.folder, 'mariadbd');
    execFileSync('sh', [
      '-c',
      `printf '#!/bin/sh\\ncase "$*" in *--version*) echo "mariadbd  Ver 99.1.1-MariaDB";; *) echo "[ERROR] no luck" >&2; exit 1;; esac\\n' >${broken}; chmod 755 ${broken}`,
    ]);
    for (const when of ['auto', 'always']) {
      const args = ['--rehearse', when, '--mariadbd', broken, '--mysqld', broken];
      const { code, report, stderr } = await place.backup(service.url, args);
      expect(code, stderr).to.equal(0);
      for (const { rehearsal, findings, state } of report.outcomes) {
        expect(state).to.equal('complete');
        expect(rehearsal?.reason).to.contain('no luck');
        expect(stderr.replace(/\s+/g, ' ')).to.contain('Not rehearsed: 2 of 2, such as: making a data folder');
        expect(findings.map(it => it.code)).to.deep.equal(when === 'always' ? ['NOT_REHEARSED'] : []);
      }
    }
    const missing = await sade(place.args(service.url, '--mariadbd', '/no/such/mariadbd'), { env: AUTO });
    expect([missing.code, missing.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 3 && text.includes('/no/such/mariadbd'),
    );
  });

  /** A server program that takes its time, so that a run can be met in the middle of a rehearsal. */
  const slowServer = () => {
    const slow = join(place.folder, 'slow-mariadbd');
    execFileSync('sh', [
      '-c',
      `printf '#!/bin/sh\\ncase "$*" in *--init-file*) touch ${place.folder}/begun; sleep 3;; esac\\nexec mariadbd "$@"\\n' >${slow}; chmod 755 ${slow}`,
    ]);
    return slow;
  };

  it('leaves no server behind and delivers the zips in the next run when it is killed in the middle', async () => {
    const run = startSade(place.args(service.url, '--mariadbd', slowServer(), '--mysqld', slowServer()), {
      env: { ...AUTO, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    await until('a server that starts', () => existsSync(join(place.folder, 'begun')));
    await until('a zip that waits for its rehearsal', async () =>
      (await readdir(place.workDir)).some(name => name.endsWith('.zip')),
    );
    run.child.kill('SIGKILL');
    await run.ended;
    await until('the end of the server', () => serversIn(place.workDir).length === 0);
    expect((await readdir(place.workDir)).some(isServerFolder)).to.equal(true);
    const { report, code } = await place.backup(service.url, ['--rehearse', 'off']);
    expect(code).to.equal(0);
    expect(report.outcomes.filter(it => it.is_leftover).length).to.be.above(0);
    await expectClean();
  });

  it('holds up no dump and no zip while its server does nothing, and delivers all when that goes on', async () => {
    const databases = Array.from({ length: 16 }, (_, at) => `many_${at}`);
    for (const database of databases) {
      await mariadb.sql(`create database ${database}; create table ${database}.t (id int primary key)`);
      await grantBackup(mariadb, database);
    }
    await place.list(databases.map(database => entryOf(mariadb, database)));
    const stopped = join(place.folder, 'stopped-mariadbd');
    const script = `#!/bin/sh\ncase "$*" in *--init-file*) echo $$ >${place.folder}/pid; kill -STOP $$;; esac\nexec mariadbd "$@"\n`;
    await writeFile(stopped, script, { mode: 0o755 });
    const run = startSade(place.args(service.url, '--json', '--mariadbd', stopped), {
      env: { ...AUTO, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    await until('all zips, with nothing delivered', async () => {
      const names = await readdir(place.workDir).catch(() => []);
      const dumping = names.some(name => name.endsWith('.sql'));
      return !dumping && names.filter(name => name.endsWith('.sql.zip')).length === databases.length;
    });
    // It has the lowest priority: on a busy machine it begins late, and what goes on before it stands still does so for ever.
    let pid = 0;
    await until('the server that stands still', async () => {
      pid = Number(await readFile(join(place.folder, 'pid'), 'utf8').catch(() => 0));
      return pid > 0 && /^State:\s+T/m.test(await readFile(`/proc/${pid}/status`, 'utf8'));
    });
    process.kill(pid, 'SIGCONT');
    const { code, stdout, stderr } = await run.ended;
    expect(code, stderr).to.equal(0);
    const { outcomes } = JSON.parse(stdout) as RunReportJson;
    expect(outcomes.map(({ state, rehearsal }) => `${state} ${rehearsal?.objects}`)).to.deep.equal(
      databases.map(() => 'complete 1'),
    );
    await expectClean();
  });

  it('ends the server and removes its folder when it is interrupted in the middle', async () => {
    const run = startSade(place.args(service.url, '--mariadbd', slowServer(), '--mysqld', slowServer()), {
      env: { ...AUTO, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    await until('a server that starts', () => existsSync(join(place.folder, 'begun')));
    run.child.kill('SIGINT');
    expect((await run.ended).code).to.equal(130);
    expect(readdirSync(place.workDir).filter(name => isServerFolder(name) || name.endsWith('.part'))).to.deep.equal([]);
  });

  it('is announced by sade doctor, which says how to get a missing server program', async () => {
    const doctor = (...more: string[]) => sade(['doctor', ...place.args(service.url).slice(1), ...more], { env: AUTO });
    expect((await doctor()).stdout).to.match(
      /ok +rehearsal +MariaDB 10\.\d+: \/usr\/sbin\/mariadbd \(10\.[\d.]+\) rehearses the dumps of 2 databases/,
    );
    const bad = await doctor('--mariadbd', '/no/such/mariadbd');
    expect(bad.stdout).to.match(/FAIL +rehearsal .*\/no\/such\/mariadbd/);
    expect((await doctor('--rehearse', 'off')).stdout).to.not.contain('rehearsal');
  });
});

/** The processes whose data lies in a folder. */
function serversIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
      } catch {
        return false;
      }
    });
}
