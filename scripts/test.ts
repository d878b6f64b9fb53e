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
import { DURATIONS, type Duration, readDurations, USUAL_DURATIONS, writeDurations } from '../testing/durations.ts';
import { makeMemoryFolder } from '../testing/machine/memory-folder.ts';
import { isUnitTest, reaches } from './test-imports.ts';

const MOCHA = 'node_modules/mocha/bin/mocha.js';
const FOLDERS = ['test', 'bench', 'testing', 'server', 'cli', 'protocol'];
/** Tests wait for servers and disks from time to time: three files for each core keep these at work. Those of --peers hardly wait. */
const JOBS = process.argv.includes('--peers') ? availableParallelism() : 3 * availableParallelism();

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
 * Of a test's objects most are garbage at once: in a space of 16 MiB, as usual, more of them are still in use when it is full, and are
 * copied. What stays, the code of all tests, is looked through again whenever the old space has grown: seldom, if it may grow first.
 * And with a test on each core the threads of the garbage collector have none to themselves. In MiB, for mocha and its workers, not for
 * the programs that tests start.
 */
const MEMORY = [
  '--min-semi-space-size=32',
  '--max-semi-space-size=64',
  '--initial-old-space-size=400',
  '--single-threaded-gc',
];

/**
 * A worker starts a thousand programs, and with each of them Linux copies the page tables of the worker: those of 2 MiB pages are
 * small. Without it tests took a fifth more CPU time in the kernel. For the programs that tests start too: mallopt(3) of glibc 2.35.
 */
const HUGE_PAGES = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' };

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
    ...{ ...HUGE_PAGES, ...process.env, ...COMPILE_CACHE },
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
    return wellOrdered(all.filter(file => isPeer(file) || (reaches(file, 'testing/peers.ts') && !isInPart(file))));
  return wellOrdered(all.filter(file => !isPeer(file)));
}

/**
 * Some files wait, others keep a core busy: those that run side by side are to be of both kinds, so each kind is spread over
 * the whole run. The longest of a kind begins first, as a long file that began last would run alone.
 */
function wellOrdered(files: readonly string[]): string[] {
  const noted = readDurations();
  writeDurations(noted);
  const known = new Map([...readDurations(USUAL_DURATIONS), ...noted]);
  const durations = new Map(files.map(file => [file, known.get(file) ?? guessedDuration(file)]));
  const kinds = Object.values(Object.groupBy(files, file => String(isWaiting(durations.get(file)!))));
  const places = new Map(kinds.flatMap(kind => [...placesIn(kind!, durations)]));
  return files.toSorted((a, b) => places.get(a)! - places.get(b)!);
}

/** @returns for each file which part of the kind's time is over when it begins, where they run one after the other, longest first */
function placesIn(kind: readonly string[], durations: ReadonlyMap<string, Duration>): Map<string, number> {
  const secondsOf = (file: string) => durations.get(file)!.seconds;
  const all = kind.reduce((sum, file) => sum + secondsOf(file), 0);
  const places = new Map<string, number>();
  let over = 0;
  for (const file of kind.toSorted((a, b) => secondsOf(b) - secondsOf(a))) {
    places.set(file, over / all);
    over += secondsOf(file);
  }
  return places;
}

function isWaiting({ seconds, cpuSeconds }: Duration): boolean {
  return cpuSeconds < 0.3 * seconds;
}

/** Of a file that is new here: those that start programs take longest, and of these the ones with the most in them. */
function guessedDuration(file: string): Duration {
  const seconds = statSync(file).size / (isUnitTest(file) ? 10_000 : 2000);
  return { seconds, cpuSeconds: seconds };
}

/** `npm test` has run the other tests of these files. */
function filesInPart(): string[] {
  const areChosen = args.includes('--peers') && paths.length === 0;
  return areChosen ? wellOrdered(FOLDERS.flatMap(testsIn).filter(isInPart)) : [];
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
