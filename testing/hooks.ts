import module from 'node:module';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { dropAccounts } from './databases/accounts.ts';
import { stopSharedMariaDb } from './databases/mariadb.ts';
import { cpuSecondsSoFar, noteDuration } from './durations.ts';
import { stillRunning } from './left-behind.ts';
import { expectNoneLost, failLateRejections, watchRejections } from './lost-rejections.ts';

/**
 * What decides whether a program writes in colour, and is not the same on all machines: Node and Deno write none on a terminal
 * where `CI` is set. A test sets what it is about.
 */
for (const name of ['CI', 'NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS']) delete process.env[name];

// Also while the first file is loaded.
watchRejections();

/** A run starts no server of its own, unless a test is about that: it takes a second. */
process.env.SADE_REHEARSE ??= 'off';

/** What property tests begin with, where a run is to be the same each time; otherwise each one prints its own when it fails. */
if (process.env.TEST_SEED) fc.configureGlobal({ seed: Number(process.env.TEST_SEED) });

/** Whether this process runs one file after the other for a mocha that runs several side by side. */
const isWorker = process.env.MOCHA_WORKER_ID !== undefined;
delete process.env.MOCHA_WORKER_ID; // not for a mocha that a test starts

// Mocha sends it to a worker that takes more than a second to end: what tests share ends with it then, too.
if (isWorker) process.once('SIGTERM', () => process.exit(143));

/** A run whose tests are over ends by itself; what keeps it longer was left behind by a test. */
const GRACE_MS = Number(process.env.TEST_GRACE_MS ?? 60_000);

/**
 * What mocha runs around all tests (`require` in .mocharc.json). A worker runs it around each file, and keeps its database server
 * for the next one: that ends when the worker does.
 */
export const mochaHooks = isWorker
  ? { beforeAll: [watchRejections, noteHeld, begin], afterAll: [noneLost, dropAccounts, expectNothingLeft, noteTime] }
  : { afterAll: [stopSharedMariaDb, endInTime, noneLost] };

/** When the tests of the file began, and what this process had taken of the processor's time. */
let begun = { at: 0, cpuSeconds: 0 };

function begin(): void {
  // For the others and the programs that tests start: else it is written at the end of the run. Deno has no such cache.
  module.flushCompileCache?.();
  begun = { at: performance.now(), cpuSeconds: cpuSecondsSoFar() };
}

/** For the next run, which puts its files into an order (scripts/test.ts). */
function noteTime(this: Mocha.Context): void {
  const file = this.test?.parent?.suites[0]?.file;
  if (!file || !process.env.TEST_DURATIONS) return;
  const seconds = (performance.now() - begun.at) / 1000;
  noteDuration(file, { seconds, cpuSeconds: cpuSecondsSoFar() - begun.cpuSeconds }, process.env.TEST_DURATIONS);
}

/** How much was running in this process before the tests of the file. */
let held = 0;

async function noteHeld(): Promise<void> {
  await setImmediate(); // mocha's timer of this hook is held by then, as below
  held = stillRunning().length;
}

/** Mocha ends a worker without asking what it still holds, so a file that leaves a server or a timer behind fails here. */
async function expectNothingLeft(this: Mocha.Context): Promise<void> {
  this.timeout(2 * GRACE_MS);
  const deadline = performance.now() + GRACE_MS;
  for (; ; await sleep(20, undefined, { ref: false })) {
    await setImmediate(); // the timer that has just run out counts until then
    if (stillRunning().length <= held) return;
    if (performance.now() > deadline)
      throw new Error(`The tests of this file left some of these behind: ${stillRunning().join(', ')}`);
  }
}

/** Node reports a rejection once all that waits for a turn had one. */
async function noneLost(): Promise<void> {
  await setImmediate();
  expectNoneLost();
  if (!isWorker) failLateRejections();
}

/** A test that fails in the middle may leave a server behind. The run is to be red then, and not to hang. */
function endInTime(): void {
  setTimeout(() => {
    const left = process.getActiveResourcesInfo().filter(name => name !== 'TTYWrap');
    console.error(`The tests are over, and something that they left keeps the run from its end: ${left.join(', ')}`);
    process.on('exit', () => (process.exitCode ||= 1)); // after mocha's own listener, which knows of no failure
    process.exit();
  }, GRACE_MS).unref();
}
