import { expect } from 'chai';
import fc from 'fast-check';
import { createConnection } from 'mysql2/promise';
import { awkwardDefinitions, type Definition } from '../../testing/databases/definition-trial.ts';
import { filtered } from '../../testing/databases/filtered.ts';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { realDump } from '../../testing/databases/real-dump.ts';
import { InventoryScanner } from '../dump-parser/inventory-scanner.ts';
import { connect } from '../mysql/connect.ts';

const SOURCE = 'awkward_source';
const TARGET = 'awkward_target';

const COMMENT_IN_CASE = `BEGIN SET @a = CASE WHEN 1/* ' */THEN-- "/*+-- --\n'/\\\\/**/' ELSE '' END; END`;

/** The mysql client loses its way in each: it sees a comment in a string, a string in a comment, or a comment that does not end. */
const MISREAD: readonly Definition[] = [
  { kind: 'procedure', sqlMode: 'NO_BACKSLASH_ESCAPES', body: 'BEGIN SET @a/*;/*/= "/*!50003 "\n; END' },
  { kind: 'procedure', sqlMode: '', body: 'BEGIN SET @a =/*  */";;#/*!x"; SET @b = 2/*/*!50003 */;\nSET @a = 1; END' },
  { kind: 'trigger', sqlMode: '', body: COMMENT_IN_CASE },
  { kind: 'event', sqlMode: '', body: COMMENT_IN_CASE },
];

/** Definitions that an application can make, with comments, strings and signs in all places. */
describe('restore filter with an awkward definition', function () {
  this.timeout(120_000);
  let mariadb: MariaDb;
  before(async () => {
    mariadb = await sharedMariaDb();
  });
  after(() => mariadb.sql(`drop database if exists ${SOURCE}; drop database if exists ${TARGET}`));

  const create = async ({ kind, body, sqlMode }: Definition): Promise<boolean> => {
    await mariadb.sql(`drop database if exists ${SOURCE}; create database ${SOURCE}`);
    const { socket: socketPath } = mariadb;
    await using api = await createConnection({ socketPath, user: 'root', charset: 'utf8mb4', database: SOURCE });
    await api.query('create table t (id int)');
    await api.query(`set sql_mode = '${sqlMode}'`);
    const head = {
      trigger: 'create trigger it before insert on t for each row',
      event: "create event it on schedule every 1 day starts '2037-01-01 00:00:00' do",
      procedure: 'create procedure it()',
    }[kind];
    return api.query(`${head} ${body}`).then(
      () => true,
      () => false,
    );
  };

  const shown = async (database: string, { kind }: Definition) => {
    const [row] = await mariadb.sql(`show create ${kind} ${database}.it`);
    const { Created: _, ...rest } = row!;
    return rest;
  };

  const restore = async (dump: Buffer) => {
    const { sent } = await filtered([dump], { sourceDatabase: SOURCE, targetDatabase: TARGET });
    await mariadb.sql(`drop database if exists ${TARGET}; create database ${TARGET}`);
    const { host, port, user, password } = mariadb;
    const account = { label: TARGET, database: TARGET, host, port, user, password };
    using session = await connect(
      { ...account, dumpOptions: [], shrinkLimitPercent: 0 },
      { signal: new AbortController().signal },
    );
    for (const { bytes } of sent) await session.run(bytes);
  };

  /**
   * mysqldump cuts a definition off at a NUL, and writes triggers and events into comments that are code, which the product of `2*`
   * and a comment ends to the server itself.
   */
  const isLost = ({ kind, body }: Definition): boolean =>
    body.includes('\0') || (kind !== 'procedure' && body.includes('*/*'));

  it('brings it back exactly, unless the dump does not have it', async () => {
    let restored = 0;
    await fc.assert(
      fc.asyncProperty(awkwardDefinitions('mariadb'), async definition => {
        fc.pre(!isLost(definition));
        fc.pre(await create(definition));
        await restore(await realDump(mariadb, SOURCE));
        expect(await shown(TARGET, definition)).to.deep.equal(await shown(SOURCE, definition));
        restored++;
      }),
      { numRuns: 25 },
    );
    expect(restored).to.be.at.least(25);
  });

  it('brings it back exactly where the mysql client misreads it', async () => {
    for (const definition of MISREAD) {
      expect(await create(definition), definition.body).to.equal(true);
      const dump = await realDump(mariadb, SOURCE);
      expect(isMisread(dump), definition.body).to.equal(true);
      await restore(dump);
      expect(await shown(TARGET, definition)).to.deep.equal(await shown(SOURCE, definition));
    }
  });

  const isMisread = (dump: Buffer): boolean => {
    const scanner = new InventoryScanner();
    scanner.scan(dump);
    const { misreadings, unexpected, isBalanced, endsWithMarker } = scanner.end();
    return misreadings.length > 0 || unexpected.length > 0 || !isBalanced || !endsWithMarker;
  };

  it('brings back a definition that ends with a semicolon, which the mysql client cuts in two', async () => {
    expect(await create({ kind: 'event', sqlMode: '', body: 'BEGIN SET @a = 1; END' })).to.equal(true);
    const dump = await realDump(mariadb, SOURCE);
    const text = dump.toString('latin1').replace(/END\s*\*\/ ;;/, 'END; */ ;;');
    expect(text).to.contain('END; */ ;;');
    await restore(Buffer.from(text, 'latin1'));
    const event = { kind: 'event', sqlMode: '', body: '' } as const;
    expect(await shown(TARGET, event)).to.deep.equal(await shown(SOURCE, event));
  });

  it('brings back what the mysql client changes: line ends of Windows, and blanks behind comments', async () => {
    for (const body of [
      "SET @a = 'one\r\ntwo'",
      "BEGIN /* a */ SET @a = '*/'; -- it's */ /*\n SET @b=1; # don't /*\n END",
      'SET @a = (SELECT \\N)',
    ]) {
      const definition = { kind: 'procedure', sqlMode: '', body } as const;
      expect(await create(definition)).to.equal(true);
      await restore(await realDump(mariadb, SOURCE));
      expect(await shown(TARGET, definition)).to.deep.equal(await shown(SOURCE, definition));
    }
  });
});
