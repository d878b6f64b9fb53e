import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { peakMib } from '../machine/peak-memory.ts';
import type { Service } from './service.ts';

/** The environment of a service that can be metered. */
export const METERED = { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'loop-meter.ts')}` };

const START_MS = 2_000;
const EVERY_MS = 5_000;

/** What a service was seen to be while others were at work with it. */
export interface Metered {
  /** The longest that its event loop stood still. */
  readonly stalledMs: number;
  /** What it held of memory after a collection of all garbage, at first and in the end, in MiB. */
  readonly early: number;
  readonly late: number;
  /** The largest that it ever was, in MiB. */
  readonly peak: number;
}

/** Meters a service that has just started, again and again until the work is over. @throws what the work throws */
export async function meterWhile(service: Service, work: () => Promise<unknown>): Promise<Metered> {
  await sleep(START_MS); // the start and its look for stray files are not what is measured
  await metered(service);
  const stalls: number[] = [];
  const used: number[] = [];
  const done = work().then(() => true);
  for (let isOver = false; !isOver; ) {
    isOver = await Promise.race([done, sleep(EVERY_MS).then(() => false)]);
    const { stalledMs, usedMib } = await metered(service);
    stalls.push(stalledMs);
    used.push(usedMib);
  }
  // What is collected in the middle of much work is more: the least of some is what stays.
  const third = Math.max(1, Math.floor(used.length / 3));
  return {
    stalledMs: Math.max(...stalls),
    early: Math.min(...used.slice(0, third)),
    late: Math.min(...used.slice(-third)),
    peak: await peakMib(service.pid),
  };
}

async function metered({ pid, output }: Service): Promise<{ stalledMs: number; usedMib: number }> {
  const before = output().length;
  process.kill(pid, 'SIGUSR2');
  for (let i = 0; i < 1_000; i++) {
    const [line] = /\{[^\n]*"metered"\}/.exec(output().slice(before)) ?? [];
    if (line) return JSON.parse(line);
    await sleep(20);
  }
  throw new Error('the service does not answer SIGUSR2');
}
