import { stopSharedMariaDb } from './databases/mariadb.ts';

/**
 * What decides whether a program writes in colour, and is not the same on all machines: Node and Deno write none on a terminal
 * where `CI` is set. A test sets what it is about.
 */
for (const name of ['CI', 'NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS']) delete process.env[name];

/** A run whose tests are over ends by itself; what keeps it longer was left behind by a test. */
const GRACE_MS = 60_000;

/** What mocha runs around all tests (`require` in .mocharc.json). */
export const mochaHooks = { afterAll: [stopSharedMariaDb, endInTime] };

/** A test that fails in the middle may leave a server behind. The run is to be red then, and not to hang. */
function endInTime(): void {
  setTimeout(() => {
    const left = process.getActiveResourcesInfo().filter(name => name !== 'TTYWrap');
    console.error(`The tests are over, and something that they left keeps the run from its end: ${left.join(', ')}`);
    process.on('exit', () => (process.exitCode ||= 1)); // after mocha's own listener, which knows of no failure
    process.exit();
  }, GRACE_MS).unref();
}
