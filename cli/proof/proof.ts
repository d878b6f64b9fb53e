import type { LastDrill } from '../../protocol/last-drill.ts';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import { formatAge, formatCount, formatSeconds } from '../terminal/format.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { printableInLine } from '../terminal/printable.ts';

/** The newest drills of a database or a backup, as the service lists them: an earlier service does not. */
export interface Drilled {
  readonly last_drill?: LastDrill | null | undefined;
  readonly last_proof?: LastDrill | null | undefined;
}

/** @returns the newest drill, if that showed that the backup is not restorable. One that could not test does not change that */
export function failedDrill({ last_drill, last_proof }: Drilled): LastDrill | undefined {
  const proof = last_proof ?? last_drill;
  return proof?.outcome === 'not_restorable' ? proof : undefined;
}

/** @returns how long ago it was proven, such as `3 d`; `FAILED`; `untested` where no drill could test; empty without a drill */
export function formatProof(drilled: Drilled, now: Date): string {
  const proof = drilled.last_proof ?? drilled.last_drill;
  if (!proof) return '';
  if (proof.outcome === 'could_not_test') return 'untested';
  return proof.outcome === 'not_restorable' ? 'FAILED' : formatAge(proof.at.slice(0, 19), now);
}

/** @returns a failed drill as it stands below a list, with what to do */
export function describeFailedDrill(drill: LastDrill, indent: string): string[] {
  return [`${indent}DRILL FAILED: ${describeDrill(drill)}`, `${indent}  what to do: ${adviceFor(drill)}`];
}

/** @returns the same as a sentence */
export function describeDrill(drill: LastDrill): string {
  const which = drill.backup_id === null ? 'a backup' : `backup ${drill.backup_id}`;
  return `${which} ${describeFailure(drill)}`;
}

/** @returns the same without the backup, which stands before it */
export function describeFailure({ at, reason }: LastDrill): string {
  return `was not restorable in the drill of ${inLocalTime(at)}: ${printableInLine(reason ?? 'no reason was given')}`;
}

/** @returns what to do about a failed drill */
export function adviceFor({ backup_id: id }: LastDrill): string {
  const shown = id === null ? '' : `sade show ${id} shows what differs. `;
  return `${shown}Fix the cause, back up again, and drill that backup.`;
}

const DIFFERENCES_SHOWN = 10;

/**
 * @param report what the client reported of the one that tested something, or else of the last one
 * @returns the lines about the drills of one backup: what it is called, and its sentence
 */
export function drillFacts({ last_drill, last_proof }: Drilled, report: DrillReport | undefined): [string, string][] {
  if (!last_drill) return [['drill', 'not yet: no one has tried to restore it']];
  const isLast = !last_proof || last_proof.id === last_drill.id;
  return [
    ['drill', sentenceOf(last_drill)],
    ...(isLast ? [] : [['before', sentenceOf(last_proof)] satisfies [string, string]]),
    ...detailsOf(report),
  ];
}

function sentenceOf({ outcome, at, reason, seconds }: LastDrill): string {
  const took = seconds === null ? '' : `; a restore takes ${formatSeconds(seconds)}`;
  return `${OUTCOMES[outcome]}, ${inLocalTime(at)}${took}${reason === null ? '' : `: ${reason}`}`;
}

function detailsOf(report: DrillReport | undefined): [string, string][] {
  const { differences = [], difference_count: count = 0, not_tested: untested = [] } = report ?? {};
  const shown = differences.slice(0, DIFFERENCES_SHOWN);
  const more = count - shown.length;
  return [
    ...shown.map(({ kind, object, expected, found }): [string, string] => [
      'differs',
      `${object === null ? kind : `${kind} ${object}`}: ${expected ?? 'nothing'} expected, ${found ?? 'nothing'} found`,
    ]),
    ...(more > 0 ? [['differs', `and ${formatCount(more)} more`] satisfies [string, string]] : []),
    ...untested.map((what): [string, string] => ['not tested', what]),
  ];
}

const OUTCOMES: Readonly<Record<LastDrill['outcome'], string>> = {
  restorable: 'restorable',
  not_restorable: 'FAILED, not restorable',
  could_not_test: 'could not test',
};
