import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { filesOnDisk } from '../../testing/cli/on-disk.ts';

/** Under Deno mocha does not know --no-config: any JSON file without options of its own will do. */
const NO_MOCHA_CONFIG = '--config=tsconfig.json';

/** Of the channel library, and of what Node and Deno each have their own: files, locks, child processes, TLS, requests, zlib, threads. */
const RUNTIME_DEPENDENT = [
  ...globSync('cli/channel/*.test.ts', { cwd: join(import.meta.dirname, '../..') }),
  'cli/client-programs/option-file.test.ts',
  'cli/client-programs/tls-relay.test.ts',
  'cli/dump/dump.test.ts',
  'cli/manifest/dump-observers.test.ts',
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

/** Of our own code over these, which has the same JavaScript to run on. */
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

const ROOT = join(import.meta.dirname, '../..');
const MOCHA = join(ROOT, 'node_modules/mocha/bin/mocha.js');

/** Beside the whole path and the start of each command, which `npm test` has shown (test/deno.test.ts). */
describe('unit tests of sade under Deno', function () {
  this.timeout(240_000);
  filesOnDisk();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-deno-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const [what, files, { least, peers }] of [
    ['of what depends most on the runtime', RUNTIME_DEPENDENT, { least: 230, peers: 'off' }],
    ['of what depends little on the runtime', RUNTIME_INDEPENDENT, { least: 130, peers: 'off' }],
    ['with MySQL 9', [...WITH_MYSQL, '--grep', 'MySQL'], { least: 1, peers: 'on' }],
  ] as const)
    it(`those ${what} pass`, async () => {
      const report = join(folder, 'report.json');
      const options = ['--timeout', '20000', '--exit', '--reporter', 'json', '--reporter-option', `output=${report}`];
      const args = ['run', '-A', '--quiet', MOCHA, NO_MOCHA_CONFIG, '--require', './testing/hooks.ts', ...options];
      const env = { ...process.env, TEST_PEERS: peers };
      await promisify(execFile)('deno', [...args, ...files], { cwd: ROOT, env, maxBuffer: 16 << 20 }).catch(() => {});
      const { stats, failures } = JSON.parse(await readFile(report, 'utf8')) as MochaReport;
      expect(failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.message}`)).to.deep.equal([]);
      expect(stats.passes).to.be.greaterThan(least);
      expect(stats.pending).to.equal(0);
    });
});
