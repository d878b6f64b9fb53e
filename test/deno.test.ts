import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { filesOnDisk } from '../testing/cli/on-disk.ts';
import { DENO_PERMISSIONS, sade, Workplace } from '../testing/cli/sade.ts';
import { CLIENTS, createClients, entryOf } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { proveRestorable } from '../testing/databases/prove-restorable.ts';
import { blocksRunBy } from '../testing/docs/pages.ts';
import { testsPeers } from '../testing/peers.ts';
import { type ServiceHere, startServiceHere } from '../testing/service/service-here.ts';

/** Under Deno mocha does not know --no-config: any JSON file without options of its own will do. */
const NO_MOCHA_CONFIG = '--config=tsconfig.json';

/** Of what Node and Deno each have their own: files, locks, child processes, TLS, requests, zlib. */
const RUNTIME_DEPENDENT = [
  'cli/client-programs/option-file.test.ts',
  'cli/client-programs/tls-relay.test.ts',
  'cli/dump/dump.test.ts',
  'cli/mysql/connect.test.ts',
  'cli/mysql/hostile-logins.test.ts',
  'cli/spool/run-lock.test.ts',
  'cli/upload/multipart.test.ts',
  'cli/upload/send-body.test.ts',
  'cli/upload/upload.test.ts',
  'cli/zip/deflate.test.ts',
  'cli/zip/part-file.test.ts',
  'cli/zip/source.test.ts',
];

/** Those of them that also have something to do with MySQL 9. */
const WITH_MYSQL = ['cli/client-programs/tls-relay.test.ts', 'cli/mysql/connect.test.ts'];

/** Of our own code over these, which has the same JavaScript to run on: by `npm run test:peers`. */
const RUNTIME_INDEPENDENT = [
  'cli/dump-parser/dump-header.test.ts',
  'cli/dump-parser/inventory-scanner.test.ts',
  'cli/dump-parser/lexer/quote.test.ts',
  'cli/manifest/manifest-file.test.ts',
  'cli/pipeline/per-host-limiter.test.ts',
  'cli/pipeline/pipeline.test.ts',
  'cli/pipeline/zip-stage.test.ts',
  'cli/pipeline/time-budget.test.ts',
  'cli/secrets/redactor.test.ts',
];

interface MochaReport {
  readonly stats: { readonly passes: number; readonly pending: number };
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[];
}

const ROOT = join(import.meta.dirname, '..');
const MOCHA = join(ROOT, 'node_modules/mocha/bin/mocha.js');

describe('under Deno', function () {
  this.timeout(240_000);
  filesOnDisk();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-deno-'));
  });
  after(() => rm(folder, { recursive: true }));

  const suites = testsPeers
    ? ([
        ['the tests of what depends little on the runtime', RUNTIME_INDEPENDENT, 130],
        ['the tests with MySQL 9', [...WITH_MYSQL, '--grep', 'MySQL'], 1],
      ] as const)
    : ([
        ['the tests of the channel library', ['cli/channel/*.test.ts'], 60],
        ['the tests of what depends most on the runtime', RUNTIME_DEPENDENT, 170],
      ] as const);
  for (const [what, files, least] of suites)
    it(`${what} pass`, async () => {
      const report = join(folder, 'report.json');
      const options = ['--timeout', '20000', '--exit', '--reporter', 'json', '--reporter-option', `output=${report}`];
      const args = ['run', '-A', '--quiet', MOCHA, NO_MOCHA_CONFIG, '--require', './testing/hooks.ts', ...options];
      await promisify(execFile)('deno', [...args, ...files], { cwd: ROOT, maxBuffer: 16 << 20 }).catch(() => {});
      const { stats, failures } = JSON.parse(await readFile(report, 'utf8')) as MochaReport;
      expect(failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.message}`)).to.deep.equal([]);
      expect(stats.passes).to.be.greaterThan(least);
      expect(stats.pending).to.equal(0);
    });

  describe('the whole path', () => {
    let mariadb: MariaDb;
    let service: ServiceHere;
    let place: Workplace;

    before(async function () {
      if (testsPeers) return this.skip(); // `npm test` has done it
      mariadb = await startMariaDb();
      await createClients(mariadb);
      place = await Workplace.create(CLIENTS.map(client => entryOf(mariadb, client)));
      service = await startServiceHere({
        STORAGE_DIR: join(place.folder, 'backups'),
        DATABASE_URL: `sqlite:${place.folder}/history.sqlite`,
      });
    });
    after(async () => {
      await service?.[Symbol.asyncDispose]();
      await place?.[Symbol.asyncDispose]();
      await mariadb?.stop();
    });

    it('backs up and restores, with just the permissions that the docs list', async () => {
      const [block] = blocksRunBy('test/deno.test.ts');
      expect(block!.text).to.equal(`cd /opt/lumbung\ndeno run ${DENO_PERMISSIONS.join(' ')} cli/main.ts backup\n`);
      const { code, stderr } = await place.backup(service.url, [], { runtime: 'deno' });
      expect(code, stderr).to.equal(0);
      expect((await readdir(place.workDir)).filter(name => name.startsWith('mysql-'))).to.deep.equal([]);
      const { data } = (await (await fetch(service.url)).json()) as {
        data: Parameters<typeof proveRestorable>[0]['backup'][];
      };
      expect(data).to.have.length(CLIENTS.length);
      for (const backup of data) await proveRestorable({ mariadb, service: service.url, backup, folder: place.folder });
    });

    it('lists, and downloads', async () => {
      const list = await sade(['list', '--server', service.url], { runtime: 'deno' });
      for (const client of CLIENTS) expect(list.stdout).to.contain(client);
      const download = await sade(['download', '1', '--server', service.url, '--output', place.folder], {
        runtime: 'deno',
      });
      expect(download.code, download.stderr).to.equal(0);
    });
  });
});
