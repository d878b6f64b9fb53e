import type { LastRun } from './last-run.ts';

/**
 * Brings the outcomes of a run of some databases into what is known of the others: a failure of the night must not be forgotten
 * because another database was backed up in the morning. The times and the exit code stay those of the run of all.
 */
export function mergeReports(before: LastRun, later: LastRun): LastRun {
  const done = new Set(later.outcomes.map(({ database }) => database));
  const outcomes = [...before.outcomes.filter(({ database }) => !done.has(database)), ...later.outcomes];
  const notDone = before.notDone.filter(label => !done.has(label));
  const own = outcomes.filter(({ isLeftover }) => !isLeftover).map(({ database }) => database);
  const { startedAt, endedAt, exitCode, told } = later;
  return {
    ...before,
    total: new Set([...own, ...notDone]).size,
    ...{ outcomes, notDone, kept: later.kept, ...(told && { told }) },
    amendedBy: { startedAt, endedAt, exitCode, databases: [...done] },
  };
}
