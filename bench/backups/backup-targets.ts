import { availableParallelism } from 'node:os';
import type { Target } from '../case.ts';
import type { Results } from '../results/results.ts';
import { OURS, PARTS } from './backup-names.ts';

/** @returns seconds that the parts would take if they kept all cores busy */
export function floorOf(results: Results): number {
  const cpuSeconds = PARTS.map(name => results.of(name)?.cpuSeconds ?? Number.NaN);
  return cpuSeconds.reduce((sum, seconds) => sum + seconds, 0) / availableParallelism();
}

/** @returns how near ours is to the floor */
export function floorTarget(results: Results, atMost: number): Target {
  const ours = results.of(OURS)?.wallSeconds.median;
  const value = ours === undefined || Number.isNaN(floorOf(results)) ? undefined : ours / floorOf(results);
  return { what: 'ours / floor', value, atMost, unit: 'x' };
}

/** @returns what the CLI and the service took of memory at most */
export function memoryTargets(results: Results, name: string = OURS): Target[] {
  const MIB = 1024 ** 2;
  const { peakBytes, serverPeakBytes } = results.of(name)!;
  return [
    { what: 'peak memory of sade', value: peakBytes && peakBytes / MIB, atMost: 200, unit: 'MiB' },
    { what: 'peak memory of the service', value: serverPeakBytes && serverPeakBytes / MIB, atMost: 200, unit: 'MiB' },
  ];
}
