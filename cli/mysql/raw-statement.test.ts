import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { CERTIFICATE, KEY } from '../../testing/databases/certificate.ts';
import { startHostileDatabase } from '../../testing/databases/hostile-database.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { connect } from './connect.ts';

const { signal } = new AbortController();
const FULL_PACKET = 0xff_ff_ff;

describe('a raw statement', () => {
  let folder: string;
  let server: MariaDb;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'lumbung-raw-statement-'));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    await writeFile(key, KEY);
    await writeFile(certificate, CERTIFICATE);
    server = await startMariaDb([`--ssl-key=${key}`, `--ssl-cert=${certificate}`, '--max-allowed-packet=48M']);
    await server.sql('create database raw; create table raw.t (id int, b longblob)');
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const source = (more: Partial<DatabaseSource> = {}): DatabaseSource => ({
    ...{ label: 'r', database: 'raw', host: '127.0.0.1', port: server.port, user: 'root', password: server.password },
    ...{ dumpOptions: [], shrinkLimitPercent: 50, ...more },
  });
  const failureOf = (work: Promise<unknown>): Promise<Error & { errno?: number; sqlState?: string }> =>
    work.then(
      () => expect.fail('it did not fail'),
      error => error,
    );

  for (const ssl of ['off', 'require'] as const)
    it(`arrives byte for byte, in parts where it is long, with ssl: ${ssl}`, async function () {
      this.timeout(60_000);
      using session = await connect(source({ ssl }), { signal });
      const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const escaped = Buffer.from(all.toString('latin1').replace("'", "''"), 'latin1');
      await session.run(Buffer.from("SET NAMES binary, sql_mode='NO_BACKSLASH_ESCAPES'"));
      const rows = [Buffer.from("INSERT INTO t VALUES (1,'"), escaped, Buffer.from("'),(2,'')")];
      expect(await session.run(Buffer.concat(rows))).to.deep.equal({ affectedRows: 2, warnings: 0 });
      const [row] = await server.sql('select b from raw.t where id = 1');
      expect((row!.b as Buffer).equals(all)).to.equal(true);

      // The command takes one byte of the first packet.
      for (const length of [FULL_PACKET - 2, FULL_PACKET - 1, FULL_PACKET, 20 << 20, 2 * FULL_PACKET - 1]) {
        const statement = Buffer.alloc(length, 'x');
        statement.write("INSERT INTO t VALUES (3,'");
        statement.write("')", length - 2);
        await session.run(statement);
        const stored = (await server.sql('select length(b) stored from raw.t where id = 3'))[0]!.stored;
        expect(stored, `${length}`).to.equal(length - 27);
        expect(await session.run(Buffer.from('DELETE FROM t WHERE id = 3'))).to.include({ affectedRows: 1 });
      }
      await session.run(Buffer.from('DELETE FROM t'));
    });

  it('arrives byte for byte under Deno, too', async function () {
    this.timeout(60_000);
    const settings = JSON.stringify(source({ ssl: 'require' }));
    const script = `import { connect } from ${JSON.stringify(import.meta.resolve('./connect.ts'))};
       using session = await connect(${settings}, { signal: new AbortController().signal });
       const statement = new Uint8Array(20 << 20).fill(0xe9);
       statement.set(new TextEncoder().encode("INSERT INTO t VALUES (4,'"));
       statement.set(new TextEncoder().encode("')"), statement.length - 2);
       await session.run(new TextEncoder().encode('SET NAMES binary'));
       console.log((await session.run(statement)).affectedRows);
       console.log(await session.run(new TextEncoder().encode('nonsense')).catch(error => error.errno));`;
    const cwd = join(import.meta.dirname, '../..');
    const { stdout } = await promisify(execFile)('deno', ['eval', '--quiet', '--ext=ts', script], { cwd });
    expect(stdout).to.equal('1\n1064\n');
    const stored = (await server.sql("select length(trim(both x'e9' from b)) - length(b) stored from raw.t"))[0]!
      .stored;
    expect(stored).to.equal(-((20 << 20) - 27));
    await server.sql('delete from raw.t');
  });

  it('fails with the number, the state and the readable message of the server in any character set', async () => {
    using session = await connect(source(), { signal });
    for (const set of ['SET NAMES utf8mb4', 'SET NAMES latin1', 'SET character_set_results = NULL']) {
      await session.run(Buffer.from(set));
      await session.run(Buffer.from('SET character_set_client = utf8mb4'));
      const error = await failureOf(session.run(Buffer.from('SELECT 1 FROM `größe`')));
      expect(error, set).to.include({ errno: 1146, sqlState: '42S02', message: "Table 'raw.größe' doesn't exist" });
    }
    expect(await session.run(Buffer.from('DO 1')), 'it goes on').to.include({ affectedRows: 0 });
  });

  it('is one statement, and gets no file of this machine', async () => {
    using session = await connect(source(), { signal });
    expect(await failureOf(session.run(Buffer.from('DO 1; DO 2')))).to.include({ errno: 1064 });
    const file = join(folder, 'key.pem');
    const error = await failureOf(session.run(Buffer.from(`LOAD DATA LOCAL INFILE '${file}' INTO TABLE t`)));
    expect(error.message).to.match(/LOCAL|not allowed|infile/i);
    const rows = (await server.sql('select count(*) `rows` from raw.t'))[0]!.rows;
    expect(rows).to.equal(0);

    await using hostile = await startHostileDatabase({ plugin: 'mysql_native_password', infile: file });
    using fooled = await connect(source({ port: hostile.port }), { signal });
    expect(await failureOf(fooled.run(Buffer.from('DO 1')))).to.be.instanceOf(Error);
    expect(hostile.heard()).not.to.contain('PRIVATE KEY');
  });

  it('may answer with rows, of which nothing is needed', async () => {
    using session = await connect(source(), { signal });
    await session.run(Buffer.from('SELECT 1, 2 UNION SELECT 3, 4'));
    expect(await session.ask('select 5')).to.deep.equal([[5]]);
  });

  it('is one of several that are sent at once, each with its own answer in their order', async () => {
    using session = await connect(source(), { signal });
    const answers = await session.runAll(
      ['DO 1', 'SELECT 1, NULL', 'SELECT 1 FROM `größe`', 'SHOW DATABASES LIKE "raw"', 'DO 1; DO 2', 'DO 2'].map(
        statement => Buffer.from(statement),
      ),
    );
    expect(
      answers.map(answer => (answer instanceof Error ? (answer as { errno?: number }).errno : answer)),
    ).to.deep.equal([[], [[1, null]], 1146, [['raw']], 1064, []]);
    expect(await session.runAll([])).to.deep.equal([]);
    const many = await session.runAll(Array.from({ length: 500 }, (_, at) => Buffer.from(`SELECT ${at}`)));
    expect(many).to.deep.equal(Array.from({ length: 500 }, (_, at) => [[at]]));
  });

  it('that is one of several fails like all of them when the connection ends in between', async () => {
    using session = await connect(source(), { signal });
    const work = session.runAll(['DO 1', 'KILL CONNECTION_ID()', 'DO 2'].map(statement => Buffer.from(statement)));
    const error = await failureOf(work);
    expect(error.message).to.match(/closed|interrupted|lost|killed/i);
  });

  it('may take longer than a question, but no longer than it is given', async () => {
    using session = await connect(source(), { signal, answerWithinMs: 300 });
    await session.run(Buffer.from('DO sleep(1)'));
    const error = await failureOf(session.run(Buffer.from('DO sleep(20)'), { withinMs: 300 }));
    expect(error.message).to.contain('did not answer a question within');
  });

  it('that is longer than the server takes fails for that reason', async function () {
    this.timeout(60_000);
    for (const length of [49 << 20, 80 << 20]) {
      using session = await connect(source(), { signal });
      const error = await failureOf(session.run(Buffer.alloc(length, 'x')));
      expect(error).to.include({ errno: 1153, sqlState: '08S01' });
    }
  });
});
