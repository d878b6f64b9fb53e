import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

/**
 * Loaded into a service by `NODE_OPTIONS=--import=…`: at each SIGUSR2 it writes, as a line of the log, for how long the event
 * loop stood still at most since the last time, and how much memory the process has.
 */
const delays = monitorEventLoopDelay({ resolution: 5 });
delays.enable();
process.on('SIGUSR2', () => {
  // The delay that is under way ends first.
  setTimeout(() => {
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))![1]) / 1024;
    process.stdout.write(
      `${JSON.stringify({ level: 'info', stalledMs: delays.max / 1e6, rssMib: rss, msg: 'metered' })}\n`,
    );
    delays.reset();
  }, 20);
});
