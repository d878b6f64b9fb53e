import { ReportClock } from '../report/clock.ts';
import type { LastRun } from '../report/last-run.ts';
import { headline } from './verdict.ts';

/**
 * Brings the outcomes of a run of some databases into what is known of the others: a failure of the night must not be forgotten
 * because another database was backed up in the morning. The times, the exit code and the verdict stay those of the run of all.
 */
export function mergeReports(before: LastRun, later: LastRun): LastRun {
  const done = new Set(ownOf(later).map(({ database }) => database));
  const outcomes = mergedOutcomes(before, later, done);
  const notDone = before.notDone.filter(label => !done.has(label));
  const { startedAt, endedAt, exitCode, told } = later;
  return {
    ...before,
    ...(!before.amendedBy && { verdict: verdictOf(before) }),
    total: new Set([...ownOf({ outcomes }).map(({ database }) => database), ...notDone]).size,
    ...{ outcomes, notDone, kept: later.kept, ...(told && { told }) },
    amendedBy: {
      ...{ startedAt, endedAt, exitCode, verdict: verdictOf(later) },
      databases: [...new Set([...(later.only ?? []), ...done])],
    },
  };
}

/** @returns how the mail of a run began, in one line */
export function verdictOf(report: LastRun): string {
  return headline(report, new ReportClock(report.startedAt), report.endedAt).join('. ').replaceAll('..', '.');
}

/** A zip of an earlier run is no result of this one, but it may be the zip that waited when that run ended. */
function mergedOutcomes(before: LastRun, later: LastRun, done: ReadonlySet<string>): LastRun['outcomes'] {
  const delivered = new Map(later.outcomes.map(outcome => [outcome.fileName, outcome]));
  const kept = before.outcomes
    .filter(({ database }) => !done.has(database))
    .map(outcome => ({ ...(delivered.get(outcome.fileName) ?? outcome), isLeftover: outcome.isLeftover }));
  const known = new Set(kept.map(({ fileName }) => fileName));
  return [...kept, ...later.outcomes.filter(({ fileName }) => !known.has(fileName))];
}

function ownOf({ outcomes }: Pick<LastRun, 'outcomes'>): LastRun['outcomes'] {
  return outcomes.filter(({ isLeftover }) => !isLeftover);
}
