import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createEverything } from '../../testing/databases/everything/everything.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { openMariaDbSession } from '../../testing/databases/open-session.ts';
import { realDump } from '../../testing/databases/real-dump.ts';
import type { ConnectOptions } from '../mysql/connect.ts';
import type { StatementFilter } from '../restore-filter/restore-filter.ts';
import { loadDump } from './load-dump.ts';
import type { LoadOptions } from './load-options.ts';

/** The dump's statements as they are, but for the database's name where mysqldump writes it. */
const asItIs = (from: string, to: string): StatementFilter => ({
  settings: ['SET check_constraint_checks = 0, innodb_strict_mode = 0'],
  apply: statement => {
    if (statement.kind !== 'alter database') return [statement];
    const text = Buffer.from(statement.bytes).toString('latin1');
    return [{ ...statement, bytes: Buffer.from(text.replaceAll(`\`${from}\``, `\`${to}\``), 'latin1') }];
  },
  end: () => [],
  changes: [],
});

async function* chunksOf(dump: Uint8Array, size = 10_000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < dump.length; from += size) yield dump.subarray(from, from + size);
}

describe('loading a dump', function () {
  this.timeout(120_000);
  let server: MariaDb;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-load-'));
    server = await startMariaDb(['--max-allowed-packet=64M']);
  });
  after(async () => {
    await server.stop();
    expect(await readdir(folder), 'files that were left').to.deep.equal([]);
    await rm(folder, { recursive: true });
  });

  /** All tables count as large, and each piece holds few rows. */
  const LIMITS = { smallDump: 0, smallTable: 64, piece: 2000, leastWaiting: 1 };

  const load = (dump: Uint8Array, database: string, more: Partial<LoadOptions> = {}) =>
    loadDump({
      dump: () => chunksOf(dump),
      open: ({ signal }: ConnectOptions) => openMariaDbSession(server, { database, signal }),
      filter: asItIs('source', database),
      jobs: 3,
      signal: new AbortController().signal,
      limits: LIMITS,
      workFolder: folder,
      ...more,
    });

  /** What a dump says, but for its date and the name of its database. */
  const said = (dump: Buffer, database: string) =>
    dump
      .toString('latin1')
      .replaceAll(database, 'source')
      .replace(/Dump completed on .*/, '');

  const expectSame = async (dump: Buffer, database: string) => {
    const [wanted, found] = [said(dump, 'source'), said(await realDump(server, database, '--dump-history'), database)];
    const at = [...wanted].findIndex((character, at) => character !== found[at]);
    const around = (text: string) => text.slice(Math.max(0, at - 200), at + 200);
    expect(found === wanted, `wanted …${around(wanted)}… found …${around(found)}…`).to.equal(true);
  };

  it('gives the same bytes when it is dumped again, in order and side by side', async () => {
    const root = await server.connect();
    const [[row]] = (await root.query('select version() as version')) as unknown as [[{ version: string }]];
    await createEverything(root, {
      flavour: 'mariadb',
      version: row.version,
      database: 'source',
      largestRow: 3_000_000,
    });
    await root.end();
    const dump = await realDump(server, 'source', '--dump-history', '--net-buffer-length=4096');
    for (const [database, jobs, way] of [
      ['in_order', 1, 'in order'],
      ['by_side', 3, 'side by side'],
    ] as const) {
      await server.sql(`create database ${database} character set utf8mb4 collate utf8mb4_unicode_ci`);
      const made = new Set<string>();
      const result = await load(dump, database, { jobs, onProgress: ({ what }) => made.add(what) });
      expect(result).to.include({ way, whyInOrder: way === 'in order' ? 'one connection was asked for' : undefined });
      expect(made.has('the keys of table nullable_unique'), 'keys that come later').to.equal(jobs > 1);
      await expectSame(await realDump(server, 'source', '--dump-history'), database);
    }
  });
});
