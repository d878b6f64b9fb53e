import type { Contestant, Match, Target } from '../case.ts';
import type { Results, Summary } from './results.ts';

/** A line of the table. */
export interface Row {
  readonly name: string;
  readonly role: Contestant['role'] | 'floor';
  /** How many times as long it took as ours, usually the first of the case; undefined for a part of the work. */
  readonly ratio: number | undefined;
  /** Undefined for the floor, of which only the time is known. */
  readonly summary: Summary | undefined;
  readonly seconds: number;
  /** Undefined where the work is not to move bytes. */
  readonly mibPerSecond?: number | undefined;
}

/** A case after its rounds. */
export interface FinishedCase {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly targets: readonly Target[];
  readonly notes: readonly string[];
  readonly isLoad?: boolean;
}

/** @returns the lines of a case, the floor last */
export function rowsOf({ contestants, floor: floorOf, isTransfer, isLoad }: Match, results: Results): Row[] {
  const floor = floorOf?.(results);
  const first = contestants[0]!.name;
  const rows: Row[] = contestants.map(({ name, role, against }) => {
    const summary = results.of(name)!;
    const ratio = role === 'piece' ? undefined : results.ratio(name, against ?? (isLoad ? name : first));
    const seconds = summary.wallSeconds.median;
    const mibPerSecond = isTransfer && summary.outputBytes ? summary.outputBytes / 1024 ** 2 / seconds : undefined;
    return { name, role, ratio, summary, seconds, mibPerSecond };
  });
  if (floor === undefined || Number.isNaN(floor)) return rows;
  const ratio = floor / results.of(first)!.wallSeconds.median;
  return [
    ...rows,
    { name: 'floor: CPU of the parts / cores', role: 'floor', ratio, summary: undefined, seconds: floor },
  ];
}

/** How a target stands: a `figure` has no limit, one that is `not judged` lacks a contestant that it needs. */
export type Verdict = 'met' | 'missed' | 'figure' | 'not judged';

export function verdictOn({ value, atLeast, atMost }: Target): Verdict {
  if (value === undefined || Number.isNaN(value)) return 'not judged';
  if (atLeast === undefined && atMost === undefined) return 'figure';
  const isMet = value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);
  return isMet ? 'met' : 'missed';
}
