// Runs tests with mocha, several files side by side. Its arguments are test files, folders of them, and options of mocha.
//   node scripts/test.ts            all tests but those of test/peers and test/long, and most on one history store of two
//   node scripts/test.ts FILE…      just these
//   node scripts/test.ts --unit     those that start no database, service or browser
//   node scripts/test.ts --peers    test/peers, those that test more where TEST_PEERS is on (testing/peers.ts), and what the first
//                                   has left out of some files: Deno, MySQL, the history in MariaDB
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { COMPILE_CACHE } from '../testing/compile-cache.ts';
import { DURATIONS, readDurations, writeDurations } from '../testing/durations.ts';
import { makeMemoryFolder } from '../testing/machine/memory-folder.ts';
import { isUnitTest, reaches } from './test-imports.ts';

const MOCHA = 'node_modules/mocha/bin/mocha.js';
const FOLDERS = ['test', 'bench', 'testing', 'server', 'cli', 'protocol'];
/** Tests wait for servers and disks from time to time: two files for each core keep these at work. Those of --peers hardly wait. */
const JOBS = process.argv.includes('--peers') ? availableParallelism() : 2 * availableParallelism();

/** Have some tests with MySQL 9, and many with what `npm test` has, too. */
const WITH_MYSQL = [
  'cli/client-programs/tls-relay.test.ts',
  'cli/config/partial-dumps.test.ts',
  'cli/definitions/definitions.test.ts',
  'cli/mysql/connect.test.ts',
];

/**
 * All temporary folders of tests are in one that is kept in memory, where there is room: on a disk they wait for each flush, and
 * take a tenth more CPU time. Its name is short, as the path of a socket has 107 bytes at most. Those of --peers have dumps of
 * gigabytes.
 */
const TEMPORARY = 'lt-';
/** In bytes: the files of all tests that run at once take less than 2 GiB, the data of their servers as much. */
const ROOM = 6 * 1024 ** 3;

/**
 * Of a test's objects most are garbage at once. In a space of 16 MiB, as usual, more of them are still in use when it is full, and are
 * copied: that took a seventh of the CPU time. In MiB, for mocha and its workers, not for the programs that tests start.
 */
const MEMORY = ['--min-semi-space-size=32', '--max-semi-space-size=64'];

process.chdir(join(import.meta.dirname, '..'));
const args = process.argv.slice(2);
const paths = args.filter(isTestPath);
const isWhole = paths.length === 0 && !args.includes('--peers');
const given = args.filter(arg => !isTestPath(arg) && arg !== '--unit' && arg !== '--peers');
const files = chosenFiles();
const missing = files.filter(file => !existsSync(file));

// Of several files mocha runs those that are there.
if (missing.length > 0) fail(`There is no such test: ${missing.join(', ')}`);
else if (files.length === 0) fail('There are no such tests.');
else
  process.exitCode =
    (await runMocha(files, given)) ||
    (await runMocha(filesInPart(), [...given, '--grep', String.raw`Deno|MySQL|\(MariaDB\)`]));

async function runMocha(files: readonly string[], options: readonly string[]): Promise<number> {
  if (files.length === 0) return 0;
  const parallel = files.length > 1 ? ['--parallel', '--jobs', String(JOBS)] : [];
  const folder = args.includes('--peers') ? undefined : await makeMemoryFolder(TEMPORARY, ROOM);
  if (folder) await chmod(folder, 0o1777); // as /tmp: some tests are other users
  const env = {
    ...{ ...process.env, ...COMPILE_CACHE },
    ...(folder && { TMPDIR: folder, TEST_DISK_TMPDIR: tmpdir() }),
    // What both history stores do alike is run on one of them, unless it is asked for by its path.
    ...(isWhole && { TEST_STORES: 'one' }),
    // With an option such as --grep a file does not take its time.
    ...(options.length === 0 && { TEST_DURATIONS: DURATIONS }),
  };
  const mocha = spawn(process.execPath, [...MEMORY, MOCHA, ...parallel, ...options, ...files], {
    stdio: 'inherit',
    env,
  });
  process.on('SIGINT', () => {}); // the terminal sends it to mocha as well
  process.on('SIGTERM', () => mocha.kill());
  const [code] = (await once(mocha, 'exit')) as [number | null];
  if (folder) await rm(folder, { recursive: true, force: true });
  return code ?? 1;
}

function chosenFiles(): string[] {
  if (paths.length > 0) return paths.flatMap(testsIn);
  const all = FOLDERS.flatMap(testsIn).filter(file => !file.startsWith('test/long/'));
  const isPeer = (file: string) => file.startsWith('test/peers/');
  if (args.includes('--unit')) return all.filter(isUnitTest);
  if (args.includes('--peers'))
    return longestFirst(all.filter(file => isPeer(file) || (reaches(file, 'testing/peers.ts') && !isInPart(file))));
  return longestFirst(all.filter(file => !isPeer(file)));
}

/**
 * A long file that began last would run alone. How long each took is known of an earlier run on this machine; of a file that is new
 * here, those that start programs take longest, and of these the ones with the most in them.
 */
function longestFirst(files: readonly string[]): string[] {
  const durations = readDurations();
  writeDurations(durations);
  const guess = (file: string) => statSync(file).size / (isUnitTest(file) ? 10_000 : 1000);
  const seconds = new Map(files.map(file => [file, durations.get(file) ?? guess(file)]));
  return files.toSorted((a, b) => seconds.get(b)! - seconds.get(a)!);
}

/** `npm test` has run the other tests of these files. */
function filesInPart(): string[] {
  const areChosen = args.includes('--peers') && paths.length === 0;
  return areChosen ? longestFirst(FOLDERS.flatMap(testsIn).filter(isInPart)) : [];
}

/** Whether `npm run test:peers` runs of a file only what has Deno, MySQL or the history in MariaDB in its title. */
function isInPart(file: string): boolean {
  return reaches(file, 'testing/cli/runtimes.ts') || WITH_MYSQL.includes(file) || isOnAnyStore(file);
}

function isOnAnyStore(file: string): boolean {
  return readFileSync(file, 'utf8').includes('describeOnAnyStore(');
}

function isTestPath(arg: string): boolean {
  return arg.endsWith('.test.ts') || (existsSync(arg) && statSync(arg).isDirectory());
}

function testsIn(path: string): string[] {
  if (path.endsWith('.test.ts')) return [path];
  return globSync(`${path}/**/*.test.ts`).sort();
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
