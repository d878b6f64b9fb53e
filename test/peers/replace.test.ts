import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { findMysqldump } from '../../cli/client-programs/mysqldump-client.ts';
import { runPreflight } from '../../cli/preflight/preflight.ts';
import { replaceDatabase } from '../../cli/restore/replace/replace-database.ts';
import { RestoreFilter } from '../../cli/restore-filter/restore-filter.ts';
import { dumpDatabase } from '../../testing/databases/dump-database.ts';
import { createEverything, type ServerKind } from '../../testing/databases/everything/everything.ts';
import { startMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMariaDb11, mariaDb11Program, startMariaDb11 } from '../../testing/databases/mariadb11.ts';
import { hasMySql9, mySql9Program, startMySql9 } from '../../testing/databases/mysql9.ts';
import { replaceOrder } from '../../testing/restore/replace-scene.ts';

interface Server {
  readonly name: string;
  readonly flavour: ServerKind['flavour'];
  readonly isThere: () => boolean;
  readonly start: () => Promise<AsyncDisposable & { readonly port: number; readonly socket: string }>;
  readonly dumpProgram: string;
}

const PACKET = ['--max-allowed-packet=64M'];
const SERVERS: readonly Server[] = [
  ...[{ name: 'MariaDB 10.11', flavour: 'mariadb' as const, isThere: () => true }].map(server => ({
    ...{ ...server, start: () => startMariaDb(PACKET), dumpProgram: 'mysqldump' },
  })),
  {
    ...{ name: 'MariaDB 11.8', flavour: 'mariadb', isThere: hasMariaDb11, start: () => startMariaDb11(PACKET) },
    dumpProgram: mariaDb11Program('mariadb-dump'),
  },
  {
    ...{ name: 'MySQL 9', flavour: 'mysql', isThere: hasMySql9, start: startMySql9 },
    dumpProgram: mySql9Program('mysqldump'),
  },
];

for (const { name, flavour, isThere, start, dumpProgram } of SERVERS)
  describe(`a database with everything in it that is replaced by its backup, on ${name}`, function () {
    this.timeout(180_000);
    let folder: string;

    before(async function () {
      if (!isThere()) return this.skip();
      folder = await mkdtemp(join(tmpdir(), 'lumbung-replace-'));
    });
    after(async () => folder && rm(folder, { recursive: true }));

    it('gives the same bytes when it is dumped again, dates aside', async () => {
      await using server = await start();
      await using root = await createConnection({ socketPath: server.socket, user: 'root' });
      const [[row]] = (await root.query('select version() as version')) as unknown as [[{ version: string }]];
      const database = 'semua isi';
      await createEverything(root, { flavour, version: row.version, database, largestRow: 2 << 20 });
      await root.query("create user restorer@'127.0.0.1' identified by 'secret#1'");
      await root.query("grant all on *.* to restorer@'127.0.0.1'");
      const address = { host: '127.0.0.1', port: server.port, user: 'restorer', password: 'secret#1' };
      const client = await findMysqldump(dumpProgram);
      const dump = async (file: string) => {
        const source = { label: 'x', database, ...address, dumpOptions: [], shrinkLimitPercent: 50 };
        const clients = { all: [client], for: () => client };
        const signal = new AbortController().signal;
        await dumpDatabase(source, join(folder, file), { clients, preflight: runPreflight, signal });
        return readFile(join(folder, file));
      };
      const first = await dump('first.sql');
      const target = { flavour, version: row.version, maxPacketBytes: 64 << 20 };
      const filterFor = (targetDatabase: string) =>
        new RestoreFilter({
          ...{ target, sourceDatabase: database, targetDatabase, definer: 'keep', collations: new Map() },
          ...{ events: targetDatabase === database ? 'at the end' : 'disabled', parts: 'all' },
        });
      const order = await replaceOrder(address, database, first, { filterFor });
      const result = await replaceDatabase(order);
      expect(result.verification.differences).to.deep.equal([]);
      expect(result.end).to.equal('replaced');
      expect(firstDifference(first, await dump('second.sql')) ?? 'nothing differs').to.equal('nothing differs');
    });
  });

/** @returns where two dumps differ, dates aside */
function firstDifference(first: Buffer, second: Buffer): string | undefined {
  const [a, b] = [first, second].map(dump =>
    dump
      .toString('latin1')
      .replace(/\n-- Dump completed on [^\n]*\n$/, '')
      // MySQL writes it of columns whose definition was once loaded with their collation.
      .replace(/^( {2}`.*) CHARACTER SET (\w+)(?= COLLATE \2_)/gm, '$1'),
  );
  const [was, is] = [a!.split('\n'), b!.split('\n')];
  const at = was.findIndex((line, index) => line !== is[index]);
  if (at < 0) return was.length === is.length ? undefined : `${was.length} lines became ${is.length}`;
  return `line ${at}: ${was[at]?.slice(0, 300)}\nbecame: ${is[at]?.slice(0, 300)}`;
}
