import { getEventListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { finding, findingList } from '../../protocol/finding.ts';
import { fakeMysqldump } from '../../testing/cli/fake-mysqldump.ts';
import { dump } from '../../testing/databases/dump-database.ts';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { openFileCount } from '../../testing/machine/open-files.ts';
import { OwnTime } from '../../testing/own-time.ts';
import { until } from '../../testing/until.ts';
import { findMysqldump, type MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError } from '../errors.ts';
import { createDumpFile, dump as dumpInto } from './dump.ts';

const GRANT_OR_LEAVE_OUT = 'Grant what it was denied, fix what it failed at, or leave it out with dump_options.';

const PASSWORD = 'p#a"s\\s w\'örd 🐱';
const never = new AbortController().signal;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('dump', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-dump-'));
    path = join(folder, 'dump.sql');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const left = async () => (await readdir(folder)).filter(name => name !== 'fake-mysqldump');

  describe('of a real database', () => {
    let mariadb: MariaDb;
    let client: MysqldumpClient;
    let source: DatabaseSource;
    let socketSource: DatabaseSource;

    before(async function () {
      this.timeout(60_000);
      mariadb = await sharedMariaDb();
      client = await findMysqldump('mysqldump');
      const { host, port, socket } = mariadb;
      source = {
        label: 'd',
        database: 'dump-test',
        host,
        port,
        user: 'dumper',
        password: PASSWORD,
        dumpOptions: [],
        shrinkLimitPercent: 50,
      };
      await mariadb.sql(`
        create or replace database \`dump-test\`;
        use \`dump-test\`;
        create table t (id int primary key, v varchar(200), b blob) default charset utf8mb4;
        insert into t select seq, concat('🐱 -- Dump completed ', seq), unhex('00ff0a0d') from seq_1_to_2000;
        create trigger tr before insert on t for each row set new.v = 'x';
        create procedure p() select 1;
        create event e on schedule every 1 day do select 1;
        create view v as select id from t;
        create or replace user dumper@'127.0.0.1', dumper@localhost;
        set password for dumper@'127.0.0.1' = password('p#a"s\\\\s w\\'örd 🐱');
        set password for dumper@localhost = password('p#a"s\\\\s w\\'örd 🐱');
        grant all on \`dump-test\`.* to dumper@'127.0.0.1', dumper@localhost;
        grant select on mysql.proc to dumper@'127.0.0.1', dumper@localhost`);
      socketSource = {
        label: 'd',
        database: 'dump-test',
        port,
        socket,
        user: 'dumper',
        password: PASSWORD,
        dumpOptions: [],
        shrinkLimitPercent: 50,
      };
    });

    it('is whole, private, and without warnings', async () => {
      const { size, findings } = await dump(source, path, { client, signal: never });
      const text = await readFile(path, 'utf8');
      expect(size).to.equal(Buffer.byteLength(text));
      expect(findings).to.deep.equal([]);
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      for (const part of [
        'CREATE TABLE `t`',
        'trigger tr before',
        'PROCEDURE `p`',
        'EVENT `e`',
        'VIEW `v`',
        '🐱 -- Dump completed 7',
        '0x00FF0A0D',
      ])
        expect(text.includes(part), part).to.equal(true);
      expect(await left()).to.deep.equal(['dump.sql']);
    });

    it('goes over the socket too', async () => {
      await dump(socketSource, path, { client, signal: never });
      expect(await readFile(path, 'utf8')).to.contain('Dump completed');
    });

    it('says what is wrong, on which server and what to do, and leaves nothing', async () => {
      const at = `${source.host}:${source.port}`;
      for (const [change, said, advice, cause] of [
        [
          { password: 'geheim-und-falsch' },
          `can't connect to ${at}: Got error: 1045: "Access denied`,
          'db_password',
          { where: at, why: 'refused the password' },
        ],
        [{ database: 'no_such' }, `can't use the database no_such on ${at}: Got error: 104`, 'database_name'],
        [
          { port: 1 },
          `can't connect to ${source.host}:1: Got error: 200`,
          'db_port',
          { where: `${source.host}:1`, why: "can't be reached" },
        ],
        [
          { host: 'no-such-host.invalid' },
          "can't connect to no-such-host.invalid:",
          'db_host',
          { where: `no-such-host.invalid:${source.port}`, why: "can't be found (unknown host name)" },
        ],
        [{ dumpOptions: ['--no-such-option'] }, 'failed with exit code 2: ', 'by hand'],
      ] as const) {
        const error = await dump({ ...source, ...change }, path, { client, signal: never }).catch(error => error);
        expect(error, said).to.be.instanceOf(ExplainedError);
        expect(error.message).to.contain(`mysqldump ${said}`);
        expect(error.advice ?? '').to.contain(advice);
        expect(error.sharedCause, said).to.deep.equal(cause);
        expect(error.message).not.to.contain('geheim-und-falsch');
        expect(await left()).to.deep.equal([]);
      }
    });

    it('never shows the password in an argument or an environment, and no file holds it', async () => {
      // A lock makes mysqldump wait, so that there is time to look.
      const locker = await mariadb.connect('dump-test');
      await locker.query('lock tables t write');
      const dumping = dump({ ...source, dumpOptions: ['--lock-tables', '--skip-single-transaction'] }, path, {
        client,
        signal: never,
      });
      try {
        const seen: string[] = [];
        for (let looks = 0; looks < 50 && seen.length === 0; looks++) {
          await sleep(20);
          for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
            const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
            const cmdline = await read('cmdline');
            if (/^\S*mysqldump\0/.test(cmdline) && cmdline.includes('dump-test'))
              seen.push(cmdline, await read('environ'));
          }
        }
        expect(seen, 'mysqldump was seen').to.have.length.above(0);
        for (const text of seen) expect(text.includes("w'örd") || text.includes('p#a')).to.equal(false);
        expect(await left()).to.deep.equal(['dump.sql']);
      } finally {
        await locker.query('unlock tables');
        await locker.end();
        await dumping;
      }
    });

    it('is stopped by an abort, with its reason, and leaves nothing', async () => {
      const locker = await mariadb.connect('dump-test');
      await locker.query('lock tables t write');
      try {
        const stop = new AbortController();
        setTimeout(() => stop.abort('stop'), 150);
        const waiting = { ...source, dumpOptions: ['--lock-tables', '--skip-single-transaction'] };
        expect(await dump(waiting, path, { client, signal: stop.signal }).catch(error => error)).to.equal('stop');
        expect(await left()).to.deep.equal([]);
      } finally {
        await locker.end();
      }
    });

    it('keeps what was said by a dump that succeeded', async () => {
      const loose = { ...source, dumpOptions: ['--loose-no-such-option=1'] };
      const { findings } = await dump(loose, path, { client, signal: never });
      expect(findings.map(({ message }) => message).join()).to.contain('no-such-option');
    });

    it('adds the fallback options that it was given', async () => {
      await dump(source, path, {
        client,
        signal: never,
        fallbackOptions: ['--ignore-table=dump-test.v', '--skip-events'],
      });
      const text = await readFile(path, 'utf8');
      expect(text)
        .to.match(/trigger tr /i)
        .and.not.match(/view `v`/i)
        .and.not.match(/\bevent `?e\b/i);
    });
  });

  describe('of a mysqldump that fails', () => {
    const source: DatabaseSource = {
      ...{
        label: 'd',
        database: 'd',
        host: 'h',
        port: 1,
        user: 'u',
        password: 'geheim',
        dumpOptions: [],
        shrinkLimitPercent: 50,
      },
    };
    const dumpBy = async (script: string, signal = never) =>
      dump(source, path, { client: await fakeMysqldump(folder, script), signal });
    const failureOf = async (script: string): Promise<ExplainedError> => {
      const files = await openFileCount();
      const error = await dumpBy(script).catch(error => error);
      expect(error).to.be.instanceOf(ExplainedError);
      expect(await left(), 'nothing is left').to.deep.equal([]);
      await until('no file stays open', async () => (await openFileCount()) <= files);
      return error;
    };

    it('(one that does not, to compare)', async () => {
      expect(await dumpBy('header; rows 100000; marker')).to.deep.include({
        findings: [],
        isRepeated: false,
      });
      expect(await left()).to.deep.equal(['dump.sql']);
    });

    it('dies after N bytes', async () => {
      for (const bytes of [0, 1, 4096, 200_000]) {
        const error = await failureOf(`head -c ${bytes} /dev/zero; complain 'Error 2013: Lost connection'; exit 3`);
        expect(error.message).to.equal('fake-mysqldump failed with exit code 3: Error 2013: Lost connection');
        expect(error.advice).to.contain('ended the connection');
      }
    });

    it("reports what went wrong with the dump also when its file can't be removed", async () => {
      const error = await dumpBy(`rm '${path}'; mkdir '${path}'; complain 'Error 2013: Lost connection'; exit 3`).catch(
        error => error,
      );
      expect(error.message).to.equal('fake-mysqldump failed with exit code 3: Error 2013: Lost connection');
      expect(await left()).to.deep.equal(['dump.sql']);
    });

    it('ends by a signal, even behind the marker', async () => {
      for (const signal of ['KILL', 'TERM', 'SEGV'])
        expect((await failureOf(`header; marker; kill -${signal} $$; sleep 5`)).message).to.equal(
          `fake-mysqldump was ended by SIG${signal}`,
        );
    });

    it('ends with a code, even behind the marker', async () => {
      for (const code of [1, 2, 3, 255])
        expect((await failureOf(`header; marker; exit ${code}`)).message).to.equal(
          `fake-mysqldump failed with exit code ${code}`,
        );
    });

    it('exits with 0, but without the marker', async () => {
      for (const script of [
        'header; rows 5000',
        'header; marker; echo more',
        'header; printf "%s" "-- Dump complete"',
        "printf '%s\\n' \"x '-- Dump completed\"",
      ]) {
        const error = await failureOf(script);
        expect(error.message).to.contain('the dump is cut off');
        expect(error.advice).to.contain('Run the backup again');
      }
    });

    it('writes nothing at all', async () =>
      expect((await failureOf('exit 0')).message).to.contain('the dump is cut off'));

    it('says why although it exits with 0', async () => {
      const error = await failureOf("complain 'Error 1356: a view (1356)'; header; exit 0");
      expect(error.message).to.contain('a view (1356)');
      expect(error.advice).to.contain('view');
    });

    it('writes the password to stderr', async () => {
      const error = await failureOf("complain 'using geheim for u'; exit 2");
      expect(error.message).to.equal('fake-mysqldump failed with exit code 2: using *** for u');
      expect((await dumpBy("complain 'using geheim for u'; header; marker")).findings).to.deep.equal([
        finding('DUMP_STDERR_WARNING', 'mysqldump said: using *** for u'),
      ]);
    });

    it('reports missing rights on stderr although it exits with 0', async () => {
      for (const line of [
        'mysqldump: Error: Access denied; you need (at least one of) the PROCESS privilege(s) for this operation',
        "SELECT command denied to user 'u'@'h' for table 'x'",
        "mysqldump: Couldn't execute 'SHOW SOMETHING'",
        '-- insufficient privileges to SHOW CREATE FUNCTION',
      ]) {
        expect((await dumpBy(`complain "${line}"; header; marker`)).findings, line).to.deep.equal([
          { ...finding('DUMP_STDERR_ERROR', `mysqldump said: ${line}`), advice: GRANT_OR_LEAVE_OUT },
        ]);
        await rm(path);
      }
    });

    it('reports missing rights in words that the password would make unreadable', async () => {
      const client = await fakeMysqldump(folder, "complain 'SELECT command denied to u'; header; marker");
      const { findings } = await dump({ ...source, password: 'e' }, path, { client, signal: never });
      expect(findings).to.deep.equal([
        finding('DUMP_STDERR_ERROR', 'mysqldump said: SELECT command d***ni***d to u', GRANT_OR_LEAVE_OUT),
      ]);
    });

    it('reports missing rights in the middle of more output than is kept', async () => {
      const notes = 'head -c 20000 /dev/zero | tr "\\\\0" "x" >&2';
      const { findings } = await dumpBy(`${notes}; complain; complain 'denied'; ${notes}; header; marker`);
      expect(findings.map(({ code }) => code)).to.deep.equal([
        'DUMP_STDERR_ERROR',
        'DUMP_STDERR_WARNING',
        'DUMP_STDERR_WARNING',
        'DUMP_STDERR_WARNING',
      ]);
      expect(findings[0]!.message).to.match(/^mysqldump wrote more messages than sade keeps: 2\d\.\d KiB of them/);
      for (const { message } of findings) expect(message.length).to.be.below(16_384);
    });

    it('writes so long a line that a finding would not fit into a manifest', async () => {
      const { findings } = await dumpBy('head -c 16384 /dev/zero | tr "\\\\0" "x" >&2; header; marker');
      expect(findings.map(({ code }) => code)).to.deep.equal(['DUMP_STDERR_WARNING']);
      expect(findingList.isValidSync(findings)).to.equal(true);
    });

    it('meets a table that was changed meanwhile: once more, and says so', async () => {
      const changed = "Error 1412: 'Table definition has changed, please retry transaction' when dumping table `t`";
      const flag = join(folder, 'changed');
      const script = `[ -e '${flag}' ] || { : > '${flag}'; header; complain "${changed.replaceAll('`', '\\`')}"; exit 3; }`;
      const { findings, isRepeated, size } = await dumpBy(`${script}; header; marker`);
      expect(findings.map(({ code }) => code)).to.deep.equal(['DUMP_REPEATED']);
      expect(findings[0]!.message).to.contain('Table definition has changed');
      expect(isRepeated).to.equal(true);
      const text = await readFile(path, 'utf8');
      expect(text, 'the second alone').to.match(/^-- MariaDB dump.*-- Dump completed/s);
      expect([text.split('-- Server version').length, size]).to.deep.equal([2, Buffer.byteLength(text)]);
    });

    it('meets a table that is changed each time: twice, and no more', async () => {
      const log = join(folder, 'begun');
      const error = await dumpBy(`echo x >> '${log}'; header; complain 'Error 1412: changed'; exit 3`).catch(
        error => error,
      );
      expect(error.message).to.contain('1412');
      expect((await readFile(log, 'utf8')).trim().split('\n')).to.have.length(2);
      await rm(log);
      expect(await left()).to.deep.equal([]);
    });

    it('completes, and the check for swapped tables fails: the dump is kept, and not repeated', async () => {
      const log = join(folder, 'begun');
      const client = await fakeMysqldump(folder, `echo x >> '${log}'; header; marker`);
      const tablesSeen = { fingerprint: new Map([['t', 'InnoDB 1']]), ignoresCase: false };
      const gone = { ...source, host: '127.0.0.1', port: 1 };
      const { findings, isRepeated } = await dump(gone, path, { client, signal: never, tablesSeen });
      expect(findings.map(({ code }) => code)).to.deep.equal(['TABLES_RECREATED']);
      expect(findings[0]!.message).to.contain("can't connect to 127.0.0.1:1");
      expect(isRepeated).to.equal(false);
      expect((await readFile(log, 'utf8')).trim().split('\n')).to.have.length(1);
      await rm(log);
    });

    it('ended by a signal of which this process hears later: it is interrupted', async () => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(new Error('interrupted')), 300);
      const error = await dumpBy('header; kill -INT $$', stop.signal).catch(error => error);
      expect(error).to.have.property('message', 'interrupted');
      expect(await left()).to.deep.equal([]);
    });

    it('floods stderr with 200 MB', async () => {
      const before = process.memoryUsage().rss;
      const error = await failureOf("yes 'Error 1356: broken view (1356)' | head -c 200000000 >&2; exit 2");
      expect(error.message.length).to.be.below(17_000);
      expect(error.advice).to.contain('view');
      expect(process.memoryUsage().rss - before).to.be.below(150 << 20);
    });

    it('no longer exists', async () => {
      const client = await fakeMysqldump(folder, '');
      await rm(client.path);
      const error = await dump(source, path, { client, signal: never }).catch(error => error);
      expect(error).to.be.instanceOf(ExplainedError);
      expect(error.message).to.contain('not installed');
      expect(await left()).to.deep.equal([]);
    });

    it("has a file to write to before it begins, also when it is begun again, and none that is somebody else's", async () => {
      const flag = join(folder, 'changed');
      const script = `[ -e '${flag}' ] || { : > '${flag}'; complain 'Error 1412: changed'; exit 3; }; header; marker`;
      const client = await fakeMysqldump(folder, script);
      const file = await createDumpFile(path);
      expect(existsSync(path)).to.equal(true);
      const { ino } = await stat(path);
      await dumpInto({ source, client, fallbackOptions: [], tablesSeen: undefined }, file, never);
      expect((await stat(path)).ino).to.equal(ino);
      expect(await createDumpFile(path).catch(error => error.code)).to.equal('EEXIST');
    });

    it('would write over a file: that one is left alone', async () => {
      await writeFile(path, "somebody else's");
      await dumpBy('header; marker').catch(() => {});
      expect(await readFile(path, 'utf8')).to.equal("somebody else's");
    });

    it('hangs, and is ended when aborted', async () => {
      const stop = new AbortController();
      setTimeout(() => stop.abort('stop'), 150);
      using time = new OwnTime();
      expect(await dumpBy('header; exec sleep 60', stop.signal).catch(error => error)).to.equal('stop');
      expect(time.ms).to.be.below(2000);
      expect(await left()).to.deep.equal([]);
    });

    it('is not even begun when aborted before', async () => {
      expect(await dumpBy('touch begun; header; marker', AbortSignal.abort('before')).catch(error => error)).to.equal(
        'before',
      );
      expect(await left()).to.deep.equal([]);
    });

    describe('and does not end', () => {
      const outcomes = { stubborn: '', isStubbornAlive: true, seconds: 0, wrapped: '', ended: '' };

      /** They take as long as the grace that mysqldump has: so they take it at the same time. */
      before(async () => {
        const own = await mkdtemp(join(tmpdir(), 'lumbung-dump-slow-'));
        const [one, other, third] = [join(own, 'one'), join(own, 'other'), join(own, 'third')];
        await Promise.all([mkdir(one), mkdir(other), mkdir(third)]);
        /** The script writes into `pid` whom it takes to end it, should it not end by itself. */
        const abortedDump = async (place: string, script: string): Promise<string> => {
          const stop = new AbortController();
          const isRunning = () => existsSync(join(place, 'pid'));
          const aborting = until('the script runs', isRunning).then(() => setTimeout(() => stop.abort('stopped'), 100));
          const client = await fakeMysqldump(place, script);
          const path = join(place, 'dump.sql');
          const dumping = dump(source, path, { client, signal: stop.signal }).catch(error => error);
          await aborting;
          const outcome = await Promise.race([dumping, sleep(7000, 'still waiting')]);
          const pid = Number(await readFile(join(place, 'pid'), 'utf8'));
          if (place === one) outcomes.isStubbornAlive = isAlive(pid);
          if (isAlive(pid)) process.kill(pid, 'SIGKILL');
          await dumping;
          return outcome;
        };
        const stubborn = async () => {
          const started = performance.now();
          const script = `trap '' TERM; echo $$ > '${one}/pid'; header; while :; do read x < /dev/zero; done`;
          outcomes.stubborn = await abortedDump(one, script);
          outcomes.seconds = (performance.now() - started) / 1000;
        };
        const wrapped = async () => {
          outcomes.wrapped = await abortedDump(other, `header; sleep 60 & echo $! > '${other}/pid'; wait`);
        };
        const ended = async () => {
          outcomes.ended = await abortedDump(third, `header; marker; sleep 60 & echo $! > '${third}/pid'`);
        };
        await Promise.all([stubborn(), wrapped(), ended()]);
        await rm(own, { recursive: true });
      });

      it('because it does not heed SIGTERM: it is killed after five seconds', () => {
        expect(outcomes.stubborn).to.equal('stopped');
        expect(outcomes.seconds).to.be.within(4.9, 8);
        expect(outcomes.isStubbornAlive).to.equal(false);
      });

      it('because a script runs the real one, which outlives it: that is not waited for', () =>
        expect(outcomes.wrapped).to.equal('stopped'));

      it('because something holds its stderr that it has left behind: that is not waited for either', () =>
        expect(outcomes.ended).to.equal('stopped'));
    });

    it('is never left behind: no child of ours is there after all this', async () => {
      const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
      const status = await Promise.all(ids.map(id => readFile(`/proc/${id}/status`, 'utf8').catch(() => '')));
      const children = ids.filter((_, index) => status[index]!.includes(`\nPPid:\t${process.pid}\n`));
      const running = await Promise.all(children.map(id => readFile(`/proc/${id}/cmdline`, 'latin1').catch(() => '')));
      expect(running.filter(args => args.includes('fake-mysqldump'))).to.deep.equal([]);
    });

    it('leaves no listener on the signal', async () => {
      const { signal } = new AbortController();
      await dumpBy('header; marker', signal);
      await dumpBy('exit 1', signal).catch(() => {});
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });
  });
});
