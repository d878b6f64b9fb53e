import process from 'node:process';

/** Does the work and prints, for `measure`, what that took without the start of the process. */
export async function tell(work: () => Promise<void>): Promise<void> {
  const before = process.cpuUsage();
  const began = performance.now();
  await work();
  const wallSeconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ wallSeconds, cpuSeconds: (user + system) / 1e6 }));
}
