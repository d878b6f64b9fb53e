import { zipBytesOf } from '../../files/disk-space.ts';
import type { LastRun } from '../../report/last-run.ts';
import { formatSeconds } from '../../terminal/format.ts';

/** Where no run tells better: what a dump, with its zip behind it, roughly gets through on a machine of two cores. */
const BYTES_PER_SECOND = 40 * 2 ** 20;

/** Smaller dumps spend their time on connecting and on the upload: their speed means nothing. */
const TELLING_BYTES = 2 ** 20;

export interface TimeEstimate {
  readonly seconds: number;
  /** By what it was reckoned. */
  readonly basis: string;
}

/** @param dumpBytes what the dump may roughly take @returns how long its backup may roughly take */
export function estimateTime(label: string, dumpBytes: number, lastRun: LastRun | undefined): TimeEstimate {
  const last = lastRun?.outcomes.find(
    ({ database, isLeftover, state }) => database === label && !isLeftover && state !== 'failed',
  );
  if (last?.dumpBytes !== undefined && last.seconds > 0) {
    if (last.dumpBytes < TELLING_BYTES) return { seconds: last.seconds, basis: 'as long as in the last run' };
    return { seconds: (dumpBytes * last.seconds) / last.dumpBytes, basis: 'at the speed of the last run' };
  }
  return { seconds: dumpBytes / BYTES_PER_SECOND, basis: 'a rough guess: 40 MiB/s, without the upload' };
}

/** @returns such as `about 4.2 s` */
export function formatEstimate({ seconds }: TimeEstimate): string {
  return seconds < 1 ? 'less than 1 s' : `about ${formatSeconds(seconds)}`;
}

/** How large the dumps of one run may get; the sizes of databases that could not be checked are unknown. */
export interface Sizes {
  readonly dumpBytes: readonly number[];
  /** Labels of those whose size is not known. */
  readonly unknown: readonly string[];
}

type Workers = { readonly dumpWorkers: number; readonly zipWorkers: number; readonly uploadWorkers: number };

/** @returns the most bytes in the work folder at one time, when nothing fails: the largest files that the workers can hold */
export function bytesUnderWay({ dumpBytes }: Sizes, { dumpWorkers, zipWorkers, uploadWorkers }: Workers): number {
  const largest = [...dumpBytes].sort((a, b) => b - a);
  const dumps = sum(largest.slice(0, dumpWorkers + zipWorkers));
  return dumps + zipBytesOf(sum(largest.slice(0, zipWorkers + uploadWorkers)));
}

/** @returns what the zips of one run roughly take together, in bytes */
export function bytesOfAllZips({ dumpBytes }: Sizes): number {
  return zipBytesOf(sum(dumpBytes));
}

/** @returns what to add to a sum of sizes when some are not known */
export function exceptUnknown({ unknown }: Sizes): string {
  return unknown.length === 0 ? '' : `, without ${unknown.join(', ')}, whose size is not known`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
