import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { beforeItEnds, runDocumented, sade, startSade } from '../../testing/cli/sade.ts';
import { type Fault, startFaultyProxy } from '../../testing/proxies/faulty-proxy.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const RESTORER = { restore_username: 'faller', restore_password: 'only for falling' };

/** A dump of about 500 kB, and a zip of half as much. */
const BULK = `create table bulk (id int primary key, t varchar(300) not null);
  insert into bulk select seq, concat(sha2(seq, 512), sha2(seq + 5000, 512)) from seq_1_to_2000`;

/** A line that is reset at once takes with it what the other side has not read yet. */
const breakSlowly = () => sleep(200).then(() => 'break' as const);

describe('sade restore that fails', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  let id: number;
  before(async () => {
    scene = await FaultScene.open();
    trial = await scene.trial(await scene.createDatabase(BULK), { entry: RESTORER });
    await scene.mariadb.sql(
      `create or replace user faller@'127.0.0.1' identified by '${RESTORER.restore_password}'; grant all on *.* to faller@'127.0.0.1'`,
    );
    id = (await trial.backup()).outcome.backup_id!;
  });
  after(async () => {
    await trial[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const command = (server: string, ...args: string[]) => {
    const files = ['--config', join(trial.place.folder, 'databases.json'), '--work-dir', trial.place.workDir];
    return ['restore', trial.label, '--yes', '--server', server, ...files, ...args];
  };
  const restore = (...args: string[]) => sade(command(trial.url, ...args));
  const isThere = async (name: string) => (await scene.mariadb.sql(`show databases like '${name}'`)).length === 1;
  /** Lets the target be reached through a proxy. */
  const through = async (fault: Fault) => {
    const proxy = await startFaultyProxy(() => `http://127.0.0.1:${scene.mariadb.port}`, fault);
    await trial.place.list([{ ...trial.entry, db_port: new URL(proxy.url).port }]);
    return proxy;
  };
  const HEADER = [
    '-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)\n--\n-- Host: x    Database: shop',
    '-- ------------------------------------------------------\n-- Server version\t10.11.6-MariaDB\n',
    '/*!40101 SET NAMES utf8mb4 */;\n',
  ].join('\n');
  const zipOf = async (statements: string, end = '-- Dump completed\n') => {
    const path = join(trial.place.folder, 'made.sql.zip');
    await writeFile(path, sampleZip({ content: `${HEADER}${statements}${end}` }).bytes);
    return path;
  };

  it('at a statement says which one and where, what is left, how to start again, and tells the service', async () => {
    const zip = await zipOf(
      'CREATE TABLE `a` (`id` int(11));\nINSERT INTO `a` VALUES (1);\nCREATE TABLE `b` (`id` nonsense);\n',
    );
    const { code, stderr } = await restore('--from', zip, '--into', 'half_one');
    expect(code, stderr).to.equal(2);
    expect(stderr)
      .to.contain('table b could not be loaded: ')
      .and.match(/the statement begins at byte \d+ of the dump: /)
      .and.contain('The database half_one, which this restore has made, is only half restored: do not use it.')
      .and.contain('To start again: DROP DATABASE `half_one`; then: ');
    const { data } = (await (await fetch(`${trial.url}/-/restores`)).json()) as { data: object[] };
    expect(data[0]).to.include({ outcome: 'failed', target_database: 'half_one' });
    expect((await restore('--from', zip, '--into', 'half_one')).code).to.equal(3);
    // Pasted as it stands there, with a zip that loads by now.
    const [, drop, again] = /To start again: (DROP DATABASE [^;]*;) then: (sade .*)$/m.exec(stderr)!;
    await scene.mariadb.sql(drop!);
    await zipOf('CREATE TABLE `a` (`id` int(11));\n');
    const second = await runDocumented(`${again} --yes`, trial.place, trial.url);
    expect(second.code, second.stderr).to.equal(0);
    await scene.mariadb.sql('drop database half_one');
  });

  for (const [what, statements, shown] of [
    [
      'a row has a key that is there already',
      "CREATE TABLE `a` (`mail` varchar(50) NOT NULL, PRIMARY KEY (`mail`));\nINSERT INTO `a` VALUES ('ann.customer@x');\nINSERT INTO `a` VALUES ('ann.customer@x');\n",
      /Duplicate entry '…' for key 'PRIMARY'/,
    ],
    [
      'a row cannot be understood',
      "CREATE TABLE `a` (`mail` varchar(50));\nINSERT INTO `a` VALUES ('x',,'ann.customer@x');\n",
      /in words that may quote rows|near '…' at line 1|is refused/,
    ],
    [
      'a statement with a number and a text is refused',
      "CREATE TABLE `a` (`mail` varchar(50));\nINSERT INTO `a` SELECT 'ann.customer@x', 4111222233334444, 0x616e6e;\n",
      /is refused, INSERT INTO `a` SELECT '\.\.\.' , \.\.\. /,
    ],
    [
      'a table is named as the password of the user that restores',
      'CREATE TABLE `only for falling` (`id` nonsense);\n',
      /table \*\*\* could not be loaded: /,
    ],
  ] as const)
    it(`shows and reports no row and no password where ${what}`, async () => {
      const zip = await zipOf(statements);
      const { code, stderr, stdout } = await restore('--from', zip, '--into', 'half_secret', '--json');
      expect(code, stderr).to.equal(2);
      const { data } = (await (await fetch(`${trial.url}/-/restores`)).json()) as {
        data: { id: number; reason: string }[];
      };
      const report = await (await fetch(`${trial.url}/-/restores/${data[0]!.id}`)).text();
      expect(stderr.replace(/\s+/g, ' ')).to.match(shown);
      expect(data[0]!.reason).to.match(shown);
      for (const said of [stderr, stdout, report, JSON.stringify(data[0])])
        expect(said).to.not.match(/ann\.customer|4111222|616e6e|only for falling/i);
      await scene.mariadb.sql('drop database half_secret');
    });

  it('at a hostile statement refuses it, and runs nothing behind it', async () => {
    const zip = await zipOf(
      'CREATE TABLE `a` (`id` int(11));\nGRANT ALL ON *.* TO evil@localhost;\nCREATE TABLE `b` (`id` int(11));\n',
    );
    const { code, stderr } = await restore('--from', zip, '--into', 'half_two');
    expect(code, stderr).to.equal(2);
    expect(stderr).to.contain('GRANT ALL ON');
    expect(await scene.mariadb.sql("select user from mysql.user where user = 'evil'")).to.deep.equal([]);
    expect(await scene.mariadb.sql("show tables like 'b'", 'half_two')).to.deep.equal([]);
    await scene.mariadb.sql('drop database half_two');
  });

  it('at a dump that is cut off, or a damaged zip, has made no database', async () => {
    const zip = await zipOf('CREATE TABLE `a` (`id` int(11));\n', '');
    const cut = await restore('--from', zip, '--into', 'never_made');
    expect(cut.code, cut.stderr).to.equal(2);
    expect(cut.stderr).to.contain('is not whole').and.contain('Nothing was changed on the server.');
    const { bytes } = sampleZip({ content: HEADER });
    bytes[200]! ^= 8;
    await writeFile(zip, bytes);
    const damaged = await restore('--from', zip, '--into', 'never_made');
    expect(damaged.code, damaged.stderr).to.equal(2);
    expect(damaged.stderr).to.match(/is damaged|not a valid zip/);
    expect(await isThere('never_made')).to.equal(false);
  });

  it('at a download that breaks off time and again goes on with the next call where it stopped', async () => {
    await using proxy = await startFaultyProxy(
      () => trial.url,
      async ({ direction, bytesSoFar }) => (direction === 'down' && bytesSoFar > 150_000 ? breakSlowly() : 'pass'),
    );
    // Each attempt brings some of it, and so another one follows: the zip comes in the end, through many connections.
    const first = await sade(command(proxy.url, '--into', 'cut_again'));
    expect(first.code, first.stderr).to.equal(0);
    expect(proxy.connections).to.be.greaterThan(2);
    await scene.mariadb.sql('drop database cut_again');
    let isOver = false;
    await using broken = await startFaultyProxy(
      () => trial.url,
      async ({ direction, bytesSoFar }) => {
        if (isOver) return 'break';
        isOver = direction === 'down' && bytesSoFar > 150_000;
        return isOver ? breakSlowly() : 'pass';
      },
    );
    const second = await sade(command(broken.url, '--into', 'cut_again'));
    expect(second.code, second.stderr).to.equal(2);
    const [folder] = await readdir(join(trial.place.workDir, 'restore'));
    expect(await readdir(join(trial.place.workDir, 'restore', folder!))).to.include('backup.sql.zip.part');
    const third = await restore('--into', 'cut_again');
    expect(third.code, third.stderr).to.equal(0);
    expect(await readdir(join(trial.place.workDir, 'restore'))).to.deep.equal([]);
    await scene.mariadb.sql('drop database cut_again');
  });

  it('at a lost connection says so, what is left, and the next command works', async () => {
    await using _proxy = await through(({ direction, bytesSoFar }) =>
      direction === 'up' && bytesSoFar > 200_000 ? 'break' : 'pass',
    );
    const { code, stderr } = await restore('--into', 'line_lost', '--at', `${id}`);
    expect(code, stderr).to.equal(2);
    expect(stderr)
      .to.contain('table bulk could not be loaded: the connection to the server was lost')
      .and.contain('The database line_lost, which this restore has made, is only half restored');
    await trial.place.list([trial.entry]);
    await scene.mariadb.sql('drop database line_lost');
    // The zip that was fetched is still there, and is looked at again.
    const [folder] = await readdir(join(trial.place.workDir, 'restore'));
    const zip = join(trial.place.workDir, 'restore', folder!, 'backup.sql.zip');
    const bytes = await readFile(zip);
    await writeFile(
      zip,
      bytes.map((byte, at) => (at === 5000 ? byte ^ 1 : byte)),
    );
    let received = 0;
    await using counting = await startFaultyProxy(
      () => trial.url,
      ({ direction, bytesSoFar }) => {
        if (direction === 'down') received = Math.max(received, bytesSoFar);
        return 'pass';
      },
    );
    const changed = await sade(command(counting.url, '--into', 'line_lost'));
    expect(changed.code, changed.stderr).to.equal(0);
    expect(received, 'what is not the backup is fetched again').to.be.greaterThan(bytes.length - 1000);
    await scene.mariadb.sql('drop database line_lost');
    await mkdir(dirname(zip));
    await writeFile(zip, bytes);
    received = 0;
    // In a process of its own, which opens a connection of its own: the proxy counts by connection.
    const last = await sade(command(counting.url, '--into', 'line_lost'), { runtime: 'node' });
    expect(last.code, last.stderr).to.equal(0);
    expect(received, 'what is the backup is not fetched again').to.be.lessThan(bytes.length / 2);
    expect(await readdir(join(trial.place.workDir, 'restore'))).to.deep.equal([]);
    await scene.mariadb.sql('drop database line_lost');
  });

  it('on Ctrl-C says what is left, and leaves no statement that goes on', async () => {
    const [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<'pass'>()];
    await using _proxy = await through(({ direction, bytesSoFar }) => {
      if (direction === 'down' || bytesSoFar < 200_000) return 'pass';
      reached.resolve();
      return goOn.promise;
    });
    const run = startSade(command(trial.url, '--into', 'interrupted'));
    try {
      await beforeItEnds(reached.promise, run.ended);
      run.child.kill('SIGINT');
      const { code, stderr } = await run.ended;
      expect(code, stderr).to.equal(130);
      expect(stderr)
        .to.contain('The database interrupted, which this restore has made, is only half restored: do not use it.')
        .and.contain('To start again: DROP DATABASE `interrupted`; then: sade restore ');
      const left = await scene.mariadb.sql("select id from information_schema.processlist where user = 'faller'");
      expect(left).to.deep.equal([]);
    } finally {
      goOn.resolve('pass');
      await trial.place.list([trial.entry]);
    }
    await scene.mariadb.sql('drop database interrupted');
  });
});
