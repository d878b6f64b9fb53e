import { expect } from 'chai';
import { emptyInventory, type Inventory, OBJECT_KINDS, type ObjectKind } from '../../protocol/manifest.ts';
import { MANY_KINDS, ODD } from '../../testing/databases/many-kinds.ts';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { realDump } from '../../testing/databases/real-dump.ts';
import type { DumpContents } from './dump-contents.ts';
import { InventoryScanner } from './inventory-scanner.ts';

const DATABASE = 'inventory';
const IN_SCHEMA = {
  tables:
    "select table_name from information_schema.tables where table_type = 'BASE TABLE' and table_schema = database()",
  sequences:
    "select table_name from information_schema.tables where table_type = 'SEQUENCE' and table_schema = database()",
  views: 'select table_name from information_schema.views where table_schema = database()',
  triggers: 'select trigger_name from information_schema.triggers where trigger_schema = database()',
  procedures: routines('PROCEDURE'),
  functions: routines('FUNCTION'),
  packages: routines('PACKAGE'),
  package_bodies: routines('PACKAGE BODY'),
  events: 'select event_name from information_schema.events where event_schema = database()',
} as const satisfies Record<ObjectKind, string>;

const NOTHING_AMISS = { misreadings: [], unexpected: [], occasions: new Map(), databases: [] };

/** The real thing: what the real mysqldump writes, held against what the server says. */
describe('inventory of MariaDB', function () {
  this.timeout(120_000);
  let mariadb: MariaDb;
  const expected = emptyInventory();

  before(async () => {
    mariadb = await sharedMariaDb();
    await mariadb.sql(`create database ${DATABASE} default character set utf8mb4`);
    await mariadb.sql(MANY_KINDS, DATABASE);
    for (const kind of OBJECT_KINDS) {
      const names = await column(IN_SCHEMA[kind]);
      expect(names, kind).to.not.deep.equal([]);
      if (kind !== 'tables') expected[kind] = names.sort();
      else for (const name of names.sort()) expected.tables.push({ name, rows: await rowsOf(name), bytes: 0 });
    }
  });
  after(() => mariadb.sql(`drop database ${DATABASE}`));

  const column = async (query: string) =>
    (await mariadb.sql(query, DATABASE)).map(row => String(Object.values(row)[0]));
  const rowsOf = async (table: string) =>
    Number((await column(`select count(*) from \`${table.replaceAll('`', '``')}\``))[0]);

  const dump = (...options: string[]) => realDump(mariadb, DATABASE, ...options);

  for (const options of [
    [],
    ['--skip-extended-insert'],
    ['--complete-insert'],
    ['--complete-insert', '--skip-extended-insert'],
    ['--skip-hex-blob'],
    ['--replace'],
    ['--insert-ignore'],
    ['--compatible=ansi'],
    ['--skip-opt'],
  ])
    it(`is what the server says, with ${options.join(' ') || 'the options of a backup'}`, async () => {
      const seen = contentsOf(await dump(...options));
      expect(comparable(seen.inventory)).to.deep.equal(expected);
      expect(seen.rows).to.equal(expected.tables.reduce((sum, { rows }) => sum + rows, 0));
      expect(seen).to.include({ isBalanced: true, endsWithMarker: true });
      // With --compatible=ansi routines and events are dumped in quotes that do not load: dump_options may not have it.
      if (options[0] !== '--compatible=ansi') expect(seen).to.deep.include(NOTHING_AMISS);
    });

  for (const option of ['--compact', '--skip-comments'])
    it(`is what the server says, without a marker, with ${option}`, async () => {
      const seen = contentsOf(await dump(option));
      expect(comparable(seen.inventory)).to.deep.equal(expected);
      expect(seen).to.include({ isBalanced: true, endsWithMarker: false });
      expect(seen).to.deep.include(NOTHING_AMISS);
    });

  it('is of the rows alone, with --no-create-info', async () => {
    const { inventory } = contentsOf(
      await dump('--no-create-info', '--skip-triggers', '--skip-routines', '--skip-events'),
    );
    const tables = expected.tables.filter(({ rows }) => rows > 0);
    expect(comparable(inventory)).to.deep.equal({ ...emptyInventory(), tables });
  });

  it('is of no rows, with --no-data', async () => {
    const { inventory } = contentsOf(await dump('--no-data'));
    const tables = expected.tables.map(table => ({ ...table, rows: 0 }));
    expect(comparable(inventory)).to.deep.equal({ ...expected, tables });
  });

  it('reads names without quotes, with --skip-quote-names', async () => {
    const { inventory } = contentsOf(await dump('--skip-quote-names', `--ignore-table=${DATABASE}.${ODD}`));
    const tables = expected.tables.filter(({ name }) => name !== ODD);
    expect(comparable(inventory).tables).to.deep.equal(tables);
  });

  it('tells the server, the client, the character set and the place in the log', async () => {
    const seen = contentsOf(await dump());
    const [version] = await column('select version()');
    expect(seen.server).to.deep.equal({ flavour: 'mariadb', version });
    expect(seen.client?.flavour).to.equal('mariadb');
    expect(seen.client?.version).to.match(/^\d+\.\d+\.\d+-MariaDB$/);
    expect(seen).to.include({ characterSet: 'utf8mb4', binlog: null, gtid: null });
  });

  it('counts the bytes from INSERT to the delimiter', async () => {
    const bytes = await dump();
    const text = bytes.toString('latin1');
    const start = text.indexOf('INSERT INTO `large`');
    const { inventory } = contentsOf(bytes);
    const large = inventory.tables.find(({ name }) => name === 'large')!;
    expect(large.bytes).to.be.greaterThan(16 << 20);
    expect(large.bytes).to.equal(text.indexOf("');\n", start) + 3 - start);
  });

  it('never reports a part of a dump as a whole one', async () => {
    const whole = await dump(`--ignore-table=${DATABASE}.large`);
    for (let length = 0; length < whole.length - 1; length += 1 + (length % 97)) {
      const { isBalanced, endsWithMarker } = contentsOf(whole.subarray(0, length));
      const isInMarker = whole.length - length < 40; // of the marker's line only its date is cut
      if (!isInMarker) expect(isBalanced && endsWithMarker, `${length} of ${whole.length} bytes`).to.equal(false);
    }
  });
});

function routines(type: string): string {
  return `select routine_name from information_schema.routines where routine_type = '${type}' and routine_schema = database()`;
}

function contentsOf(dump: Buffer): DumpContents {
  const scanner = new InventoryScanner();
  for (let at = 0; at < dump.length; at += 256 * 1024) scanner.scan(dump.subarray(at, at + 256 * 1024));
  return scanner.end();
}

/** Sorted, and without the bytes, which the server can't tell. */
function comparable(inventory: Inventory): Inventory {
  const sorted = emptyInventory();
  for (const kind of OBJECT_KINDS) if (kind !== 'tables') sorted[kind] = [...inventory[kind]].sort();
  sorted.tables = inventory.tables.map(table => ({ ...table, bytes: 0 })).sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted;
}
