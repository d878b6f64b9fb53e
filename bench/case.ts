import type { Results } from './results/results.ts';
import type { Scene } from './scene.ts';

/** What one run of a contestant took. */
export interface Sample {
  /** Under load: of one answer, as is the CPU. */
  readonly wallSeconds: number;
  /** User and system, of the command with all its children and of the servers that worked for it. */
  readonly cpuSeconds: number | undefined;
  /** Of the largest process of the command, in bytes. */
  readonly peakBytes: number | undefined;
  /** Of the largest server that worked for it and is ours, in bytes. */
  readonly serverPeakBytes?: number | undefined;
  /** Under load: how long clients waited. */
  readonly latency?: Latency | undefined;
}

/** So many milliseconds, or less, passed from a question to the end of its answer, for half of them and for 95 %. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
}

/** Somebody who does the work of a case. */
export interface Contestant {
  /** Stands in the table; no two of a case have the same. */
  readonly name: string;
  /** `piece`: a part of the work, measured for the floor. */
  readonly role: 'ours' | 'peer' | 'piece';
  /** The name of the one whose time is 1 in the table; when left out, the first of the case, and under load itself. */
  readonly against?: string;
  /** Before each run, not measured. */
  readonly prepare?: () => Promise<void>;
  readonly run: () => Promise<Sample>;
  /**
   * After each run, not measured: looks at what it made.
   * @returns bytes of the output, undefined where the size means nothing @throws Error when it is not what it must be
   */
  readonly check: () => Promise<number | undefined>;
}

/** What the project wants to reach; without a limit it is only a figure worth telling. */
export interface Target {
  /** Such as `zip -6 / ours`. */
  readonly what: string;
  /** What was measured; undefined when a contestant that it needs was missing. */
  readonly value: number | undefined;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Behind the numbers: `x`, `ms`, `MiB`. */
  readonly unit: string;
}

/** A case that is ready to run. */
export interface Match {
  readonly contestants: readonly Contestant[];
  /** How many rounds, where it is not the number that was asked for. */
  readonly rounds?: (asked: number) => number;
  /** The least time that the work can take on this machine: its CPU seconds, spread over all cores. */
  readonly floor?: (results: Results) => number;
  readonly targets: (results: Results) => readonly Target[];
  /** Whether the output is what was moved, so that bytes a second say something. */
  readonly isTransfer?: boolean;
  /** Whether the contestants answer many clients at once, so that answers a second and latencies say something. */
  readonly isLoad?: boolean;
  /** What a reader must know to read the rows rightly, a sentence each. */
  readonly notes?: readonly string[];
}

/** One comparison: who takes part, on which work, and what is expected. */
export interface BenchCase {
  /** For `--only`. */
  readonly name: string;
  /** Says what the work is. */
  readonly title: (scene: Scene) => string;
  /** Makes ready what all rounds share. */
  readonly prepare: (scene: Scene) => Promise<Match>;
}
