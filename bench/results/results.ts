import type { Latency, Sample } from '../case.ts';

/** What one contestant took in all rounds. */
export interface Summary {
  readonly wallSeconds: { readonly median: number; readonly min: number; readonly max: number };
  readonly cpuSeconds: number | undefined;
  /** The largest of all rounds, in bytes. */
  readonly peakBytes: number | undefined;
  readonly serverPeakBytes: number | undefined;
  /** Of the output; the largest of all rounds. */
  readonly outputBytes: number | undefined;
  /** The medians of all rounds. */
  readonly latency?: Latency | undefined;
  readonly rounds: number;
}

/** What was measured in one case, by the names of the contestants. */
export class Results {
  readonly #runs = new Map<string, { sample: Sample; outputBytes: number | undefined }[]>();

  add(name: string, sample: Sample, outputBytes: number | undefined): void {
    const runs = this.#runs.get(name) ?? [];
    runs.push({ sample, outputBytes });
    this.#runs.set(name, runs);
  }

  /** @returns undefined for one that has not taken part */
  of(name: string): Summary | undefined {
    const runs = this.#runs.get(name);
    if (!runs) return undefined;
    const walls = runs.map(({ sample }) => sample.wallSeconds);
    const samples = runs.map(({ sample }) => sample);
    const peak = (key: 'peakBytes' | 'serverPeakBytes') =>
      ifAny(
        samples.map(sample => sample[key]),
        largest,
      );
    return {
      wallSeconds: { median: median(walls), min: Math.min(...walls), max: Math.max(...walls) },
      cpuSeconds: ifAny(
        samples.map(sample => sample.cpuSeconds),
        median,
      ),
      peakBytes: peak('peakBytes'),
      serverPeakBytes: peak('serverPeakBytes'),
      outputBytes: ifAny(
        runs.map(run => run.outputBytes),
        largest,
      ),
      latency: latencyOf(samples),
      rounds: runs.length,
    };
  }

  /** @returns how many times as long the first takes as the second: the median over the rounds, in which both ran */
  ratio(first: string, second: string): number | undefined {
    return this.#medianRatio(first, second, ({ wallSeconds }) => wallSeconds);
  }

  /** @returns the same of CPU seconds, which say more than time does where the machine has other work */
  cpuRatio(first: string, second: string): number | undefined {
    return this.#medianRatio(first, second, ({ cpuSeconds }) => cpuSeconds ?? Number.NaN);
  }

  /** @returns how many times as many bytes a second the first moves, or makes, as the second; both of the same work */
  speed(first: string, second: string): number | undefined {
    return this.ratio(second, first);
  }

  #medianRatio(first: string, second: string, of: (sample: Sample) => number): number | undefined {
    const [a, b] = [this.#runs.get(first), this.#runs.get(second)];
    if (!a || !b) return undefined;
    return median(a.map(({ sample }, round) => of(sample) / of(b[round]!.sample)));
  }
}

/** @returns the middle one; of an even number the mean of the middle two */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function latencyOf(samples: readonly Sample[]): Latency | undefined {
  const known = samples.flatMap(({ latency }) => latency ?? []);
  if (known.length === 0) return undefined;
  return { p50: median(known.map(({ p50 }) => p50)), p95: median(known.map(({ p95 }) => p95)) };
}

function ifAny(values: readonly (number | undefined)[], of: (values: number[]) => number): number | undefined {
  const known = values.filter(value => value !== undefined);
  return known.length > 0 ? of(known) : undefined;
}

function largest(values: readonly number[]): number {
  return Math.max(...values);
}
