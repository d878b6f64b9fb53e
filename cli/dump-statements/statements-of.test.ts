import { expect } from 'chai';
import fc from 'fast-check';
import { MANY_KINDS } from '../../testing/databases/many-kinds.ts';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { MYSQL_9 } from '../../testing/databases/mysql9-dump.ts';
import { realDump } from '../../testing/databases/real-dump.ts';
import type { DumpContents } from '../dump-parser/dump-contents.ts';
import { InventoryScanner } from '../dump-parser/inventory-scanner.ts';
import { ExplainedError } from '../errors.ts';
import type { SplitOptions } from './statement-splitter.ts';
import { statementBatchesOf, statementsOf } from './statements-of.ts';

const MARKER = '-- Dump completed on 2026-01-01  0:00:00\n';
const DATABASE = 'dump_statements';

interface Seen {
  readonly kind: string;
  readonly object: string | undefined;
  readonly text: string;
  readonly at: number;
  readonly rows: number;
  readonly delimiter: string;
  readonly doubt: string | undefined;
}

describe('statements of a dump', () => {
  it('are what the server gets, each with its kind, its object and its rows', async () => {
    const dump = `-- MariaDB dump 10.19  Distrib 10.11.14-MariaDB, for Linux
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS \`t\`;
CREATE TABLE \`t\` (a int /* it's; */);
LOCK TABLES \`t\` WRITE;
/*!40000 ALTER TABLE \`t\` DISABLE KEYS */;
INSERT INTO \`t\` VALUES (1),(';'),
(3);
REPLACE INTO \`d\`.\`t\` VALUES (4);
UNLOCK TABLES;
SELECT SETVAL(\`s\`, 5, 0);
/*!50001 CREATE VIEW \`v\` AS SELECT
 1 AS \`a\`*/;
DELIMITER ;;
CREATE PROCEDURE \`p\`() BEGIN SELECT 1; END ;;
DELIMITER ;
/*!50003 DROP FUNCTION IF EXISTS \`f\` */;
COMMIT;
${MARKER}`;
    expect((await read(dump)).map(({ kind, object, rows, text }) => [kind, object, rows, text])).to.deep.equal([
      ['set', undefined, 0, '/*!40101 SET NAMES utf8mb4 */'],
      ['drop', 'tables t', 0, 'DROP TABLE IF EXISTS `t`'],
      ['create', 'tables t', 0, "CREATE TABLE `t` (a int /* it's; */)"],
      ['lock', 'tables t', 0, 'LOCK TABLES `t` WRITE'],
      ['keys', 'tables t', 0, '/*!40000 ALTER TABLE `t` DISABLE KEYS */'],
      ['insert', 'tables t', 3, "INSERT INTO `t` VALUES (1),(';'),\n(3)"],
      ['insert', 'tables t', 1, 'REPLACE INTO `d`.`t` VALUES (4)'],
      ['unlock', undefined, 0, 'UNLOCK TABLES'],
      ['sequence value', 'sequences s', 0, 'SELECT SETVAL(`s`, 5, 0)'],
      ['create', 'views v', 0, '/*!50001 CREATE VIEW `v` AS SELECT\n 1 AS `a`*/'],
      ['create', 'procedures p', 0, 'CREATE PROCEDURE `p`() BEGIN SELECT 1; END '],
      ['drop', 'functions f', 0, '/*!50003 DROP FUNCTION IF EXISTS `f` */'],
      ['commit', undefined, 0, 'COMMIT'],
    ]);
  });

  it('are read the same wherever the chunks of a dump are cut', async () => {
    const whole = await read(MYSQL_9);
    expect(whole.length).to.be.greaterThan(35);
    const cuts = fc.array(fc.nat(MYSQL_9.length), { maxLength: 40 }).map(places => places.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(cuts, async cutAt => {
        expect(await read(MYSQL_9, { cutAt })).to.deep.equal(whole);
      }),
      { numRuns: 200 },
    );
    for (const size of [1, 2, 15, 16, 17, 61])
      expect(await read(MYSQL_9, { cutAt: every(size, MYSQL_9.length) }), `${size}`).to.deep.equal(whole);
  });

  it('are read the same with any text in their rows and wherever they are cut', async () => {
    const value = fc
      .array(fc.constantFrom("\\'", '\\\\', ';', '),(', '/*', '-- ', '\n', '`', '"', '🐈', 'x'.repeat(70), '#'))
      .map(parts => `('${parts.join('')}')`);
    const insert = fc
      .record({ table: fc.constantFrom('t', 'u'), rows: fc.array(value, { minLength: 1, maxLength: 6 }) })
      .map(({ table, rows }) => `INSERT INTO \`${table}\` VALUES ${rows.join(',')}`);
    const cuts = fc.array(fc.nat(2000), { maxLength: 20 }).map(places => places.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(
        fc.array(insert, { maxLength: 8 }),
        cuts,
        fc.integer({ min: 20, max: 400 }),
        async (...random) => {
          const [inserts, cutAt, partBytes] = random;
          const dump = [...inserts.map(text => `${text};\n`), MARKER].join('');
          expect((await read(dump, { cutAt })).map(({ text }) => text)).to.deep.equal(
            inserts.map(text => textOf(Buffer.from(text))),
          );
          // In parts they have the same rows.
          const parts = await read(dump, { cutAt, partBytes });
          expect(rowsOf(parts)).to.deep.equal(rowsOf(await read(dump)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reports what mysqldump does not write', async () => {
    for (const [statement, doubt] of [
      ['GRANT ALL ON *.* TO a', 'mysqldump writes no such statement'],
      ['INSERT INTO `t` VALUES (1) ON DUPLICATE KEY UPDATE a = 1', 'it has more than values'],
      ['INSERT INTO `t` VALUES (now())', 'it has more than values'],
      ['\\! ls\nSELECT 1', 'it has a backslash outside of strings'],
      ['CREATE TABLE `t` (a int) /* ', 'a comment that is not closed'],
    ] as const) {
      const dump = `-- MariaDB dump 10.19  Distrib 10.11.14-MariaDB, for Linux\n${statement};\n${MARKER}`;
      const seen = await read(dump).catch((error: Error) => [{ doubt: error.message }]);
      if (statement.endsWith('/* ')) expect(seen[0]?.doubt, statement).to.contain('ends in the middle');
      else expect(seen[0]?.doubt, statement).to.contain(doubt);
    }
  });

  it('are split as the mysql client does, unless no client will read them', async () => {
    const dump = `DELIMITER ;;\nCREATE PROCEDURE \`p\`() SELECT 1 \\! ls\n;;\nDELIMITER ;\n${MARKER}`;
    expect((await read(dump))[0]?.doubt).to.contain('a backslash outside of strings');
    expect((await read(dump, { programs: 'as the server' }))[0]?.doubt).to.equal(undefined);
  });

  it('keeps what is doubtful of one INSERT away from the next that begins alike', async () => {
    const seen = await read(`INSERT INTO \`t\` VALUES (now());\nINSERT INTO \`t\` VALUES (1);\n${MARKER}`);
    expect(seen.map(({ doubt }) => doubt !== undefined)).to.deep.equal([true, false]);
  });

  describe('the end', () => {
    const endOf = async (dump: string): Promise<{ before: string[]; message: string }> => {
      const before: string[] = [];
      try {
        for await (const { bytes } of statementsOf(chunksOf(Buffer.from(dump), []))) before.push(textOf(bytes));
      } catch (error) {
        expect(error).to.be.instanceOf(ExplainedError);
        return { before, message: (error as Error).message };
      }
      return { before, message: '' };
    };

    it('is reported as missing after all that came before it', async () => {
      expect(await endOf('COMMIT;\n')).to.deep.equal({
        before: ['COMMIT'],
        message: 'the dump is cut off: its last line is not "-- Dump completed"',
      });
      expect(await endOf(`COMMIT;${MARKER}`))
        .to.have.property('message')
        .that.contains('cut off');
      expect((await endOf(`COMMIT;\n${MARKER}COMMIT;`)).message).to.contain('cut off');
      expect(await endOf(`COMMIT;\n${MARKER}`)).to.deep.equal({ before: ['COMMIT'], message: '' });
    });

    it('is reported as too early within a statement, of which nothing is given', async () => {
      for (const cut of [
        "INSERT INTO `t` VALUES (1),('a",
        'INSERT INTO `t` VALUES (1)',
        'CREATE TABLE `t` (a int)',
        '/* open',
        'DELIMITER ;;\nCOMMIT;;',
        `INSERT INTO \`t\` VALUES ('\n${MARKER}`,
      ]) {
        const { before, message } = await endOf(`INSERT INTO \`t\` VALUES (1);\n${cut}`);
        expect(before, cut).to.deep.equal([
          'INSERT INTO `t` VALUES (1)',
          ...(cut.startsWith('DELIMITER') ? ['COMMIT'] : []),
        ]);
        expect(message, cut).to.contain('ends in the middle of a statement or a comment');
      }
    });
  });

  describe('a long statement', () => {
    const rows = Array.from({ length: 50 }, (_, i) => `(${i},'${'x'.repeat(i)}')`);
    const long = `INSERT INTO \`t\` (\`a\`,\n\`b\`) VALUES ${rows.join(',\n')};\n`;

    it('comes in parts with whole rows, if it is an INSERT', async () => {
      for (const repeated of [1, 3]) {
        const dump = `${long.repeat(repeated)}COMMIT;\n${MARKER}`;
        const parts = await read(dump, { cutAt: every(10, dump.length), partBytes: 200, maxStatementBytes: 300 });
        const inserts = parts.slice(0, -1);
        expect(parts.at(-1)?.text).to.equal('COMMIT');
        expect(inserts.length).to.be.greaterThan(8 * repeated);
        for (const { text, doubt } of inserts) {
          expect(text).to.match(/^INSERT INTO `t` \(`a`,\n`b`\) VALUES \(\d+,'x*'\)(?:,\n\(\d+,'x*'\))*$/);
          expect(text.length).to.be.lessThan(320);
          expect(doubt).to.equal(undefined);
        }
        expect(inserts.flatMap(({ text }) => text.match(/\(\d+,'x*'\)/g))).to.deep.equal(
          Array.from({ length: repeated }, () => rows).flat(),
        );
        expect(inserts.map(({ rows }) => rows)).to.deep.equal(inserts.map(({ text }) => text.match(/\(\d/g)!.length));
      }
    });

    it('is refused when it is one row, or no INSERT: with the table and the place', async () => {
      const limits = { partBytes: 100, maxStatementBytes: 4096, cutAt: every(64, 10_000) };
      const row = await read(`COMMIT;\nINSERT INTO \`t\` VALUES (1),('${'x'.repeat(5000)}');\n${MARKER}`, limits).catch(
        error => error,
      );
      expect(row).to.be.instanceOf(ExplainedError);
      expect(row.message).to.match(
        /^a row of table t has more than 4\.0 KiB, which the server does not accept \(max_allowed_packet\); it begins at byte \d+ of the dump$/,
      );
      const other = await read(`CREATE TABLE \`t\` (a int comment '${'x'.repeat(5000)}');\n${MARKER}`, limits).catch(
        error => error,
      );
      expect(other.message).to.match(/^a statement has more than 4\.0 KiB.*it begins at byte 0 of the dump$/);
    });

    it('that has more than values is doubtful in each part from there on', async () => {
      const dump = `INSERT INTO \`t\` VALUES (1),(now()),${rows.join(',')};\n${MARKER}`;
      const parts = await read(dump, { cutAt: every(10, dump.length), partBytes: 200 });
      expect(parts.every(({ doubt }) => doubt !== undefined)).to.equal(true);
    });
  });

  describe('of a real dump', function () {
    this.timeout(120_000);
    let mariadb: MariaDb;
    before(async () => {
      mariadb = await sharedMariaDb();
      await mariadb.sql(`create database ${DATABASE} default character set utf8mb4`);
      await mariadb.sql(MANY_KINDS, DATABASE);
    });
    after(() => mariadb.sql(`drop database ${DATABASE}`));

    for (const options of [[], ['--skip-extended-insert', '--complete-insert'], ['--skip-hex-blob', '--replace']])
      it(`give back what the dump holds: ${options.join(' ') || 'no options'}`, async () => {
        const dump = await realDump(mariadb, DATABASE, `--ignore-table=${DATABASE}.large`, ...options);
        for (const size of [65_536, 1000]) {
          const seen = await read(dump, { cutAt: every(size, dump.length) });
          expect(seen.filter(({ doubt }) => doubt !== undefined)).to.deep.equal([]);
          for (const { at, text, kind } of seen) {
            expect(dump.toString('latin1', at, at + text.length), kind).to.equal(text);
            expect(kind).not.to.equal('other');
          }
          const { server, client, ...joined } = contentsOf(joinedAgain(seen));
          const { server: _, client: __, ...wanted } = contentsOf(dump);
          expect({ ...joined, naming: [] }).to.deep.equal({ ...wanted, naming: [] });
          expect({ server, client }).to.deep.equal({ server: null, client: null });
        }
      });

    it('are as long as the one row in them', async () => {
      const dump = await realDump(mariadb, DATABASE);
      const seen = await read(dump, { cutAt: every(65_536, dump.length), partBytes: 1_000_000 });
      const [large, ...more] = seen.filter(({ kind, object }) => kind === 'insert' && object === 'tables large');
      expect(more).to.deep.equal([]);
      expect(large!.text.length).to.be.greaterThan(16 << 20);
      expect(dump.toString('latin1', large!.at, large!.at + large!.text.length)).to.equal(large!.text);
    });
  });
});

async function read(
  dump: string | Buffer,
  { cutAt = [], ...limits }: { cutAt?: readonly number[] } & Partial<SplitOptions> = {},
): Promise<Seen[]> {
  const seen: Seen[] = [];
  const chunks = chunksOf(Buffer.from(dump), cutAt);
  for await (const batch of statementBatchesOf(chunks, limits))
    for (const { kind, object, bytes, at, rows, doubt, reading } of batch)
      seen.push({
        ...{ kind, at, rows, doubt, text: textOf(bytes), delimiter: reading.rules.delimiter },
        object: object && `${object.kind} ${object.name}`,
      });
  return seen;
}

/** Each chunk is overwritten once the next one is asked for, as a source may do that uses one buffer. */
async function* chunksOf(dump: Buffer, cutAt: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const at of [...cutAt, dump.length]) {
    const chunk = Buffer.from(dump.subarray(from, at));
    from = Math.max(from, at);
    yield chunk;
    chunk.fill('?');
  }
}

function every(size: number, length: number): number[] {
  return Array.from({ length: Math.floor(length / size) }, (_, i) => (i + 1) * size);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function rowsOf(seen: readonly Seen[]): [string | undefined, string][] {
  return seen.flatMap(({ object, text }) =>
    text
      .slice(text.indexOf('('))
      .split(/(?<='\)),(?=\(')/)
      .map((row): [string | undefined, string] => [object, row]),
  );
}

function joinedAgain(seen: readonly Seen[]): Buffer {
  const parts = seen.map(({ text, delimiter }) =>
    delimiter === ';' ? `${text};\n` : `DELIMITER ${delimiter}\n${text}${delimiter}\nDELIMITER ;\n`,
  );
  return Buffer.from([...parts, MARKER].join(''), 'latin1');
}

function contentsOf(dump: Buffer): DumpContents {
  const scanner = new InventoryScanner();
  scanner.scan(dump);
  return scanner.end();
}
