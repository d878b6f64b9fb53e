import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { hasMySql9, mySql9Server, testsMySql9 } from '../../testing/databases/mysql9.ts';
import { mountSmallDisk } from '../../testing/machine/small-disk.ts';
import { until } from '../../testing/until.ts';
import { connect, type Session } from '../mysql/connect.ts';
import { sweepThrowawayServers } from './private-folder.ts';
import { findServerPrograms, programFor, type ServerProgram } from './server-programs.ts';
import { startThrowawayServer, type ThrowawayDatabase, type ThrowawayServer } from './throwaway-server.ts';

const { signal } = new AbortController();
const MODULE = join(import.meta.dirname, 'throwaway-server.ts');

async function mariadbd(): Promise<ServerProgram> {
  return programFor(await findServerPrograms(), { flavour: 'mariadb', version: '10.5.0' })!;
}

const SERVERS: readonly { readonly name: string; program(): Promise<ServerProgram> }[] = [
  testsMySql9 ? { name: 'MySQL 9', program: mySql9Server } : { name: 'MariaDB', program: mariadbd },
];

for (const { name, program } of SERVERS)
  describe(`a throwaway server of ${name}`, function () {
    this.timeout(120_000);
    let folder: string;
    let server: ThrowawayServer;
    let neighbour: ThrowawayDatabase;
    let database: ThrowawayDatabase;
    let session: Session;

    before(async function () {
      if (name === 'MySQL 9' && !hasMySql9()) return this.skip();
      folder = await mkdtemp(join(tmpdir(), 'lumbung-throwaway-'));
      server = await startThrowawayServer({ program: await program(), folder, signal });
      // In a GRANT the underscore of the one would stand for the letter of the other.
      neighbour = await server.createDatabase('axb');
      database = await server.createDatabase('a_b', { definers: ['root@localhost', "o'hara\\@%"] });
      using other = await connect(neighbour.source, { signal });
      await other.ask('create table secrets (a int)');
      await other.ask('insert into secrets values (42)');
      await writeFile(join(folder, 'databases.json'), 'a password');
      session = await connect(database.source, { signal });
    });

    after(async () => {
      session?.[Symbol.dispose]();
      await server?.[Symbol.asyncDispose]();
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    const refused = async (statement: string, code: number | readonly number[]) => {
      const error = await session.ask(statement).then(
        () => expect.fail(`it was done: ${statement}`),
        (error: { errno?: number }) => error,
      );
      expect([code].flat(), `${error}`).to.include(error.errno);
    };

    it('lets the account of a database make all kinds of objects there, with any definer', async () => {
      await session.ask('create table t (a int primary key)');
      await session.ask('create definer=`root`@`localhost` view v as select a from t');
      await session.ask('create definer=`no one`@`nowhere` procedure p() select 1');
      await session.ask(
        'create definer=`root`@`localhost` trigger tr before insert on t for each row set new.a = new.a + 1',
      );
      await session.ask(
        'create definer=`root`@`localhost` event e on schedule every 1 second do insert into t values (7)',
      );
      await session.ask("create definer=`o'hara\\`@`%` view w as select a from v");
      await session.ask('insert into t values (1)');
      expect(await session.ask('select a from w')).to.deep.equal([[2]]);
    });

    it('lets a reader of a database read all of it, the bodies of routines too, and change nothing', async () => {
      await using reader = await server.createReader('a_b');
      using reading = await connect(reader.source, { signal });
      expect(await reading.ask('select a from w')).to.deep.equal([[2]]);
      expect(String((await reading.ask('show create procedure p'))[0]![2])).to.contain('no one');
      for (const statement of ['insert into t values (9)', 'drop view v', 'select * from axb.secrets'])
        expect(String(await reading.ask(statement).catch(error => error)), statement).to.contain('denied');
    });

    it('runs no events', async () => {
      expect(await session.ask('select @@global.event_scheduler')).to.deep.equal([['OFF']]);
      await sleep(1500);
      expect(await session.ask('select count(*) from t')).to.deep.equal([[1]]);
    });

    it('keeps that account from reading files', async () => {
      const file = join(folder, 'databases.json');
      expect(readFileSync(file, 'utf8')).to.equal('a password');
      expect(await session.ask(`select load_file('${file}')`)).to.deep.equal([[null]]);
      await refused(`load data infile '${file}' into table t`, [1045, 1227]);
      await refused(`load data local infile '${file}' into table t`, [1148, 3948, 4166]);
    });

    it('keeps that account from writing files', async () => {
      const file = join(folder, 'written');
      await refused(`select 1 into outfile '${file}'`, [1045, 1227]);
      await refused(`select 1 into dumpfile '${file}'`, [1045, 1227]);
      await mkdir(join(folder, 'elsewhere'), { mode: 0o777 });
      for (const engine of ['InnoDB', 'MyISAM'])
        await session
          .ask(`create table f_${engine} (a int) engine=${engine} data directory='${folder}/elsewhere'`)
          .catch(() => {});
      expect(await readdir(join(folder, 'elsewhere'))).to.deep.equal([]);
      expect(existsSync(file)).to.equal(false);
    });

    it('keeps that account within its database', async () => {
      await refused('select * from axb.secrets', 1142);
      await refused('create view stolen as select * from axb.secrets', [1142, 1356]);
      await refused('insert into axb.secrets values (1)', 1142);
      await refused('drop database axb', 1044);
      await refused('create database another', 1044);
      await refused('select * from mysql.user', 1142);
      await refused("create user someone identified by 'x'", 1227);
      await refused(`grant all on *.* to ${"'root'@'localhost'"}`, [1044, 1045, 1227]);
      await refused('create table secret engine=merge union=(axb.secrets)', [1142, 1064, 1044]);
      expect(await session.ask('show databases')).to.not.deep.include(['axb']);
    });

    it('gives no definer more than that account has, root and the accounts of the system included', async () => {
      const definers = ['root@localhost', 'mariadb.sys@localhost', 'mysql.sys@localhost', 'mysql.infoschema@localhost'];
      for (const [index, definer] of definers.entries()) {
        const account = definer
          .split('@')
          .map(part => `\`${part}\``)
          .join('@');
        const table = index % 2 === 0 ? 'axb.secrets' : 'mysql.user';
        const made = await session
          .ask(
            `create definer=${account} procedure steal_${index}() sql security definer select count(*) from ${table}`,
          )
          .then(
            () => true,
            () => false,
          );
        // It exists and can do nothing, or it does not exist, or it may not be named.
        if (made) await refused(`call steal_${index}()`, [1142, 1370, 1449, 1045, 1044, 1227]);
      }
    });

    it('has no engine and no plugin that reaches other servers or files', async () => {
      const engines = (await session.ask('show engines'))
        .filter(([, support]) => support !== 'NO')
        .map(([engine]) => String(engine).toLowerCase());
      expect(engines).to.include('innodb').and.not.include.members(['connect']).and.not.include.members(['federated']);
      for (const engine of ['connect', 'federated', 'spider'])
        await session
          .ask(`create table far_${engine} (a int) engine=${engine} connection='mysql://root@127.0.0.1/x/y'`)
          .catch(() => {});
      expect(
        await session.ask(
          "select table_name from information_schema.tables where table_schema = 'a_b' and engine in ('CONNECT', 'FEDERATED', 'SPIDER')",
        ),
      ).to.deep.equal([]);
      await refused("install plugin federated soname 'ha_federatedx.so'", [1142, 1044, 1227]);
      await refused("create function sys_exec returns string soname 'lib_mysqludf_sys.so'", [1142, 1044, 1227, 1126]);
      await refused("create server far foreign data wrapper mysql options (host '127.0.0.1')", 1227);
      expect(
        readdirSync(join(folder, readdirSync(folder).find(it => it.startsWith('.server-'))!, 'empty')),
      ).to.deep.equal([]);
    });

    it('keeps that account from changing or ending the server', async () => {
      await refused('set global event_scheduler = on', 1227);
      await refused('set global local_infile = 1', 1227);
      await refused("set global sql_mode = ''", 1227);
      await refused('shutdown', 1227);
      await refused('flush privileges', 1227);
      expect(await session.ask('show processlist')).to.have.lengthOf(1);
    });

    it('lets no one in as root or as a definer, and listens to no port', async () => {
      for (const user of ['root', 'mariadb.sys', "o'hara\\", '']) {
        const error = await connect({ ...database.source, user, password: '' }, { signal }).catch(error => error);
        expect(String(error)).to.match(/\((?:1045|1698|4151|3118)\)/);
      }
      expect(await session.ask('select @@port, @@skip_networking')).to.deep.equal([[0, 1]]);
    });

    it('drops a database with its accounts, and gives the next one an account of its own', async () => {
      const second = await server.createDatabase('second', {
        settings: new Map([['sql_mode', 'NO_ZERO_DATE']]),
        characterSet: 'latin1',
      });
      const { source } = second;
      {
        using there = await connect(source, { signal });
        expect(await there.ask('select @@global.sql_mode, @@character_set_database')).to.deep.equal([
          ['NO_ZERO_DATE', 'latin1'],
        ]);
        await refused('select * from second.t', 1142);
      }
      await second[Symbol.asyncDispose]();
      expect(String(await connect(source, { signal }).catch(error => error))).to.contain('(1045)');
    });

    it('is gone with its process and its folder when it is disposed', async () => {
      const { pid } = server;
      expect(readlinkSync(`/proc/${pid}/cwd`)).to.contain(folder);
      await server[Symbol.asyncDispose]();
      expect(existsSync(`/proc/${pid}`)).to.equal(false);
      expect((await readdir(folder)).filter(it => it.startsWith('.server-'))).to.deep.equal([]);
    });
  });

describe('starting a throwaway server', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-throwaway-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('leaves nothing behind when it is aborted in the middle', async () => {
    const program = await mariadbd();
    for (const milliseconds of [0, 100, 400]) {
      const stop = new AbortController();
      const reason = new Error('enough');
      const starting = startThrowawayServer({ program, folder, signal: stop.signal });
      setTimeout(() => stop.abort(reason), milliseconds);
      const result = await starting.catch(error => error);
      if (result instanceof Error) expect(result).to.equal(reason);
      else await result[Symbol.asyncDispose]();
      expect(await readdir(folder)).to.deep.equal([]);
    }
  });

  it('reports what the server said when it does not start, and leaves nothing behind', async () => {
    const program = { ...(await mariadbd()), options: ['--no-such-option'] };
    const error = await startThrowawayServer({ program, folder, signal }).catch(error => error);
    expect(error.message).to.match(/making a data folder .*no-such-option/);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('gives way with all its threads where it works in the background', async () => {
    await using server = await startThrowawayServer({ program: await mariadbd(), folder, isBackground: true, signal });
    const threads = readdirSync(`/proc/${server.pid}/task`);
    const nice = threads.map(id => Number(afterName(readFileSync(`/proc/${server.pid}/task/${id}/stat`, 'utf8'))[16]));
    expect(threads.length).to.be.above(3);
    expect([...new Set(nice)]).to.deep.equal([19]);
  });

  it('reports a disk that is full, and leaves nothing behind', async function () {
    using disk = mountSmallDisk(join(folder, 'small'), 16);
    if (!disk) return this.skip();
    const starting = startThrowawayServer({ program: await mariadbd(), folder: join(folder, 'small'), signal });
    expect(await starting.catch(error => error)).to.be.instanceOf(Error);
    expect(await readdir(join(folder, 'small'))).to.deep.equal([]);
  });

  it('works in a folder whose path is too long for a socket, and leaves nothing elsewhere', async () => {
    const long = join(folder, 'x'.repeat(100));
    await mkdir(long);
    const before = socketFolders();
    {
      await using server = await startThrowawayServer({ program: await mariadbd(), folder: long, signal });
      expect(Buffer.byteLength(server.socket)).to.be.below(108);
      await using database = await server.createDatabase('far');
      using session = await connect(database.source, { signal });
      expect(await session.ask('select database()')).to.deep.equal([['far']]);
    }
    expect(await readdir(long)).to.deep.equal([]);
    expect(socketFolders().filter(it => !before.includes(it))).to.deep.equal([]);
  });

  it('ends the server when this program is killed, and the next run removes its folder', async () => {
    const script = `
      import { startThrowawayServer } from ${JSON.stringify(MODULE)};
      const program = ${JSON.stringify(await mariadbd())};
      const server = await startThrowawayServer({ program, folder: ${JSON.stringify(folder)}, signal: new AbortController().signal });
      console.log(server.pid);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [text] = await once(child.stdout, 'data');
    const pid = Number(text);
    expect(readlinkSync(`/proc/${pid}/cwd`)).to.contain(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until('the server has ended', () => !isRunning(pid));
    expect(await sweepThrowawayServers(folder)).to.equal(1);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('ends a server that outlived its run, and no other process', async () => {
    const own = join(folder, '.server-00000000-0000-4000-8000-000000000000');
    await mkdir(join(own, 'data'), { recursive: true });
    await mkdir(join(folder, 'other'));
    const left = spawn('sleep', ['60'], { cwd: join(own, 'data') });
    const other = spawn('sleep', ['60'], { cwd: join(folder, 'other') });
    await Promise.all([once(left, 'spawn'), once(other, 'spawn')]);
    const ended = once(left, 'exit');
    expect(await sweepThrowawayServers(folder)).to.equal(1);
    expect((await ended)[1]).to.equal('SIGKILL');
    expect(isRunning(other.pid!)).to.equal(true);
    other.kill();
    expect(await readdir(folder)).to.deep.equal(['other']);
  });
});

describe('findServerPrograms', () => {
  const named = (version: string, flavour: 'mysql' | 'mariadb' = 'mariadb') => ({
    path: '/x',
    flavour,
    version,
    options: [],
  });

  it('finds the server of this machine even where its folder is not on the PATH', async () => {
    const found = await findServerPrograms({}, { env: { PATH: '/nowhere' } });
    expect(found.map(({ flavour }) => flavour)).to.deep.equal(['mariadb']);
  });

  it('refuses a named program that is missing, or that is no server', async () => {
    const missing = await findServerPrograms({ mysqld: '/no/such/mysqld' }).catch(error => error);
    expect(missing.message).to.equal(
      "The server program /no/such/mysqld can't be used: it does not exist, or it cannot be executed",
    );
    const odd = await findServerPrograms({ mariadbd: '/bin/true' }).catch(error => error);
    expect(odd.message).to.contain('does not answer --version as a server does');
  });

  it('chooses the nearest series that is not older, of the same flavour', () => {
    const programs = [named('11.8.2'), named('10.11.4'), named('10.6.1'), named('9.7.0', 'mysql')];
    expect(programFor(programs, { flavour: 'mariadb', version: '10.11.19' })?.version).to.equal('10.11.4');
    expect(programFor(programs, { flavour: 'mariadb', version: '10.5.8' })?.version).to.equal('10.6.1');
    expect(programFor(programs, { flavour: 'mariadb', version: '11.9.0' })).to.equal(undefined);
    expect(programFor(programs, { flavour: 'mysql', version: '8.0.36' })?.version).to.equal('9.7.0');
  });
});

function socketFolders(): string[] {
  return readdirSync(tmpdir()).filter(name => name.startsWith('lumbung-socket-'));
}

/** A process that has ended and that no one has waited for is a zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** @returns the fields of a `stat` of proc(5) from the third one on */
function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
