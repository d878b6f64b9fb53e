import { firstNames } from '../../protocol/first-names.ts';
import type { DatabaseList } from '../../protocol/responses.ts';
import type { LastGood, Outcome } from '../pipeline/outcome.ts';
import { toDate } from '../terminal/local-time.ts';
import { printableInLine } from '../terminal/printable.ts';
import type { ReportClock } from './clock.ts';
import type { LastRun } from './last-run.ts';
import { isFine } from './run-report.ts';

type Listed = DatabaseList['data'];

/**
 * Adds to each outcome that is not fine what is known of the nights before: the newest complete backup of its database, and the
 * loss of an earlier night, which a night without a complete backup must not hide.
 * @param listed what the service lists; undefined when it could not be asked
 * @param before what the last run left in the work folder
 */
export function withHistory(
  outcomes: readonly Outcome[],
  listed: Listed | undefined,
  before: LastRun | undefined,
): Outcome[] {
  const databases = listed && new Map(listed.map(database => [database.database_name, database]));
  return outcomes.map(outcome => {
    if (isFine(outcome)) return outcome;
    const { database, state, isLeftover } = outcome;
    const known = databases?.get(database);
    const good = state === 'complete' ? undefined : databases ? goodOf(known) : undefined;
    const lastGood = state === 'complete' ? undefined : good === undefined ? goodIn(before, database) : good;
    const loss = outcome.loss ?? (isLeftover || state === 'complete' ? undefined : known?.unaccepted_loss);
    return { ...outcome, ...(lastGood !== undefined && { lastGood }), ...(loss && { loss }) };
  });
}

/** @returns null when there is none; undefined when a service of before does not say it */
function goodOf(known: Listed[number] | undefined): LastGood | null | undefined {
  if (!known) return null;
  const { latest_backup, latest_complete } = known;
  if (latest_complete === null) return null;
  const good = latest_complete ?? (latest_backup.state === 'complete' ? latest_backup : undefined);
  return good && { id: good.id, takenAt: toDate(good.timestamp) };
}

function goodIn(before: LastRun | undefined, database: string): LastGood | null | undefined {
  const last = before?.outcomes.findLast(outcome => outcome.database === database && !outcome.isLeftover);
  if (last?.state === 'complete' && last.backupId !== undefined) return { id: last.backupId, takenAt: last.startedAt };
  return last?.lastGood;
}

/** @returns such as `last good: 27 Nov 01:30–01:31; never: a, b` of the databases that share a cause */
export function describeLastGood(outcomes: readonly Outcome[], clock: ReportClock): string {
  const times = outcomes.flatMap(({ lastGood }) => (lastGood ? [lastGood.takenAt.getTime()] : []));
  const never = outcomes.filter(({ lastGood }) => lastGood === null).map(({ database }) => database);
  const unknown = outcomes.length - times.length - never.length;
  if (never.length === outcomes.length) return 'last good: never';
  if (unknown === outcomes.length) return 'last good: not known';
  const parts = [
    ...(times.length > 0
      ? [`last good: ${clock.range(new Date(Math.min(...times)), new Date(Math.max(...times)))}`]
      : []),
    ...(never.length > 0 ? [`never: ${firstNames(never.map(printableInLine), 3)}`] : []),
    ...(unknown > 0 ? [`not known of ${unknown}`] : []),
  ];
  return parts.join('; ');
}
