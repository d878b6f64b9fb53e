// Runs tests with mocha, several files side by side. Its arguments are test files, folders of them, and options of mocha.
//   node scripts/test.ts            all tests but those of test/peers
//   node scripts/test.ts FILE…      just these
//   node scripts/test.ts --unit     those that start no database, service or browser
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { isUnitTest } from './unit-tests.ts';

/** Those that start whole programs come first: they take longest, and a long file that began last would run alone. */
const FOLDERS = ['test', 'bench', 'testing', 'server', 'cli', 'protocol'];
/** Tests wait for servers and disks now and then: one file more than there are cores keeps these at work. */
const JOBS = availableParallelism() + 1;

process.chdir(join(import.meta.dirname, '..'));
const args = process.argv.slice(2);
const paths = args.filter(isTestPath);
const isUnitOnly = args.includes('--unit');
const options = args.filter(arg => !isTestPath(arg) && arg !== '--unit');
const files = (paths.length > 0 ? paths : FOLDERS).flatMap(testsIn).filter(file => !isUnitOnly || isUnitTest(file));
const missing = files.filter(file => !existsSync(file));

// Of several files mocha runs those that are there.
if (missing.length > 0) fail(`There is no such test: ${missing.join(', ')}`);
else if (files.length === 0) fail('There are no such tests.');
else process.exitCode = await runMocha();

async function runMocha(): Promise<number> {
  const parallel = files.length > 1 ? ['--parallel', '--jobs', String(JOBS)] : [];
  // All that the tests start compiles our sources again and again: this saves a third of the time of a start.
  const env = { ...process.env, NODE_COMPILE_CACHE: resolve('node_modules/.cache/lumbung-tests') };
  const mocha = spawn('mocha', [...parallel, ...options, ...files], { stdio: 'inherit', env });
  process.on('SIGINT', () => {}); // the terminal sends it to mocha as well
  process.on('SIGTERM', () => mocha.kill());
  const [code] = (await once(mocha, 'exit')) as [number | null];
  return code ?? 1;
}

function isTestPath(arg: string): boolean {
  return arg.endsWith('.test.ts') || (existsSync(arg) && statSync(arg).isDirectory());
}

function testsIn(path: string): string[] {
  if (path.endsWith('.test.ts')) return [path];
  return globSync(`${path}/**/*.test.ts`, { exclude: ['test/peers/**'] }).sort();
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
