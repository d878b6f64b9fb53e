import { isLoss } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { DatabaseList } from '../../protocol/responses.ts';
import type { ReportClock } from '../report/clock.ts';
import type { LastRun } from '../report/last-run.ts';
import type { LastGood, Outcome } from '../report/outcome.ts';
import { isFine } from '../report/run-report.ts';
import { toDate } from '../terminal/local-time.ts';
import { printableInLine } from '../terminal/printable.ts';

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
    const { database } = outcome;
    // A complete backup that has lost something is the last good one itself.
    if (outcome.state === 'complete') return outcome;
    const listedGood = databases && goodOf(databases.get(database));
    const lastGood = listedGood === undefined ? goodIn(before, database) : listedGood;
    const withLoss = databases
      ? withListedLoss(outcome, databases.get(database))
      : withEarlierLoss(outcome, lastOf(before, database));
    return { ...withLoss, ...(lastGood !== undefined && { lastGood }) };
  });
}

function withListedLoss(outcome: Outcome, known: Listed[number] | undefined): Outcome {
  const loss = outcome.loss ?? (outcome.isLeftover ? undefined : known?.unaccepted_loss);
  return { ...outcome, ...(loss && { loss }) };
}

/** The losses of an incomplete backup stand among its findings: without the service no one has compared this one. */
function withEarlierLoss(outcome: Outcome, last: Outcome | undefined): Outcome {
  if (outcome.loss || outcome.isLeftover) return outcome;
  if (last?.loss) return { ...outcome, loss: last.loss };
  const losses = (last?.findings ?? []).filter(({ code }) => isLoss(code));
  return { ...outcome, findings: [...outcome.findings, ...losses] };
}

/** @returns null when the database has no such backup; undefined when an older service does not report it */
function goodOf(known: Listed[number] | undefined): LastGood | null | undefined {
  if (!known) return null;
  const { latest_backup, latest_complete } = known;
  if (latest_complete === null) return null;
  const good = latest_complete ?? (latest_backup.state === 'complete' ? latest_backup : undefined);
  return good && { id: good.id, takenAt: toDate(good.timestamp) };
}

function goodIn(before: LastRun | undefined, database: string): LastGood | null | undefined {
  const last = lastOf(before, database);
  if (last?.state === 'complete' && last.backupId !== undefined) return { id: last.backupId, takenAt: last.startedAt };
  return last?.lastGood;
}

function lastOf(before: LastRun | undefined, database: string): Outcome | undefined {
  return before?.outcomes.findLast(outcome => outcome.database === database && !outcome.isLeftover);
}

/** Within one night's run the databases have their turns one after the other. */
const ONE_NIGHT_MS = 12 * 3_600_000;

/**
 * @returns such as `last good: 27 Nov 01:30–01:31` of the databases that share a cause; those that have none, or an older one than
 *   the others, stand before them with their names
 */
export function describeLastGood(outcomes: readonly Outcome[], clock: ReportClock): string {
  const known = outcomes.flatMap(({ database, lastGood }) =>
    lastGood ? [{ database, at: lastGood.takenAt.getTime() }] : [],
  );
  const never = outcomes.filter(({ lastGood }) => lastGood === null).map(({ database }) => database);
  const unknown = outcomes.length - known.length - never.length;
  if (never.length === outcomes.length) return 'last good: never';
  if (unknown === outcomes.length) return 'last good: not known';
  const newest = Math.max(...known.map(({ at }) => at));
  const old = known.filter(({ at }) => newest - at > ONE_NIGHT_MS).toSorted((a, b) => a.at - b.at);
  const others = known.filter(each => !old.includes(each)).map(({ at }) => at);
  const parts = [
    ...(never.length > 0 ? [`${firstNames(never.map(printableInLine), MOST_NAMES)} never`] : []),
    ...old.slice(0, MOST_NAMES).map(({ database, at }) => `${printableInLine(database)} ${clock.moment(new Date(at))}`),
    ...(old.length > MOST_NAMES ? [`${old.length - MOST_NAMES} more before ${clock.moment(new Date(newest))}`] : []),
    ...(unknown > 0 ? [`not known of ${unknown}`] : []),
  ];
  const range = others.length === 0 ? [] : [clock.range(new Date(Math.min(...others)), new Date(newest))];
  return `last good: ${[...parts, ...range.map(when => (parts.length > 0 ? `the others ${when}` : when))].join(', ')}`;
}

const MOST_NAMES = 3;
