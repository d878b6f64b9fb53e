import { count, formatBytes } from '../terminal/format.ts';
import { sweepThrowawayServers } from '../throwaway-server/private-folder.ts';
import { endOrphanedDumps, findOrphanedDumps, type OrphanedDump } from './orphaned-dumps.ts';
import type { HalfDone, Spool } from './spool.ts';

/**
 * Ends and removes what a run that was killed has left. Only while the run's lock is held.
 * @returns sentences for the administrator: a run that was killed could not report that it failed
 */
export async function clearAfterKilledRun(spool: Spool): Promise<string[]> {
  const dumps = await endOrphanedDumps(spool.folder);
  await sweepThrowawayServers(spool.folder);
  const halfDone = await spool.halfDone();
  await spool.sweep();
  return [
    ...(dumps.length > 0 ? [`${KILLED}. Its dumps were still running and were ended: ${namesOf(dumps)}`] : []),
    ...(halfDone.length > 0 ? [`${KILLED}. Removed ${sizeOf(halfDone)} that it left unfinished`] : []),
  ];
}

/**
 * Looks for the same without changing anything.
 * @param spool in which no run is going on
 * @returns for each kind a sentence and what to do
 */
export async function describeKilledRun(spool: Spool): Promise<{ message: string; advice: string }[]> {
  const dumps = findOrphanedDumps(spool.folder);
  const halfDone = await spool.halfDone();
  const ids = dumps.map(({ pid }) => pid).join(' ');
  return [
    ...(dumps.length > 0
      ? [
          {
            message: `${KILLED}. Its dumps are still running: ${namesOf(dumps)}`,
            advice: `The next run ends them; or run: kill ${ids}`,
          },
        ]
      : []),
    ...(halfDone.length > 0
      ? [
          {
            message: `${KILLED}. It left ${sizeOf(halfDone)} unfinished`,
            advice: 'The next run removes them: sade backup',
          },
        ]
      : []),
  ];
}

const KILLED = 'an earlier run was killed, or the machine went down';

function namesOf(dumps: readonly OrphanedDump[]): string {
  return dumps.map(({ pid, database }) => `${database} (process ${pid})`).join(', ');
}

function sizeOf(files: readonly HalfDone[]): string {
  return `${count(files.length, 'file')} (${formatBytes(files.reduce((sum, { size }) => sum + size, 0))})`;
}
