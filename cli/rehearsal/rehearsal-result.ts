import { type Finding, finding } from '../../protocol/finding.ts';
import type { Rehearsal } from '../../protocol/manifest.ts';

/** The result of a rehearsal. */
export interface RehearsalResult {
  readonly record: Rehearsal;
  readonly findings: readonly Finding[];
}

/** @returns what stands in the manifest of a backup that was not rehearsed, and the finding that reports it where each is to be */
export function notRehearsed(reason: string, advice?: string): RehearsalResult {
  const record: Rehearsal = {
    ...{ server: null, reason: reason.slice(0, 500), objects: null, seconds: null, compared: null, left_out: [] },
  };
  return { record, findings: [finding('NOT_REHEARSED', `it was not rehearsed: ${reason}`, advice ?? RUN_DOCTOR)] };
}

const RUN_DOCTOR = 'Run sade doctor: it shows whether rehearsals are possible here. --rehearse auto does without them.';
