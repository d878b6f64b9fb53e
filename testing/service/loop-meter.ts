import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Loaded into a service by `NODE_OPTIONS=--import=…`: at each SIGUSR2 it writes, as a line of the log, for how long the event
 * loop stood still at most since the last time, and how much memory is in use when all garbage is collected. What the
 * process has of the system says nothing: V8 gives little of it back.
 */
const delays = monitorEventLoopDelay({ resolution: 5 });
delays.enable();

process.on('SIGUSR2', async () => {
  await sleep(20); // the running delay ends first
  const stalledMs = delays.max / 1e6;
  gc!();
  const { heapUsed, external } = process.memoryUsage();
  await sleep(20);
  delays.reset(); // and with it the collection's own
  const usedMib = (heapUsed + external) / 1024 ** 2;
  process.stdout.write(`${JSON.stringify({ level: 'info', stalledMs, usedMib, msg: 'metered' })}\n`);
});
