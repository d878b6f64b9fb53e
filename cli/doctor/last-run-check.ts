import { formatTimestamp } from '../../protocol/backup-name.ts';
import { EXIT, type ExplainedError } from '../problems.ts';
import type { LastRun } from '../report/last-run.ts';
import { exitCodeOf } from '../report/run-report.ts';
import { count, formatAge } from '../terminal/format.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { type Check, type Marker, marker } from './check.ts';

/** A nightly run may begin an hour late, and may take an hour longer than the one before. */
export const STALE_AFTER_HOURS = 26;

/** Tells how the last run from this work folder ended, and when. */
export function checkLastRun(lastRun: LastRun | undefined, now = new Date()): readonly Check[] {
  const started = lastRun?.startedAt ?? now;
  const mark = marker('last run', lastRun ? `of ${inLocalTime(started)}` : 'none');
  if (!lastRun) return [mark.ok('there was none from this work folder yet; sade backup makes one')];
  const checks = [describeEnd(lastRun, mark), ...lastRun.outcomes.flatMap(outcome => describeOutcome(outcome, mark))];
  if (lastRun.notDone.length > 0)
    checks.push(mark.fail(`not done: ${lastRun.notDone.join(', ')}`, 'Run sade backup again.'));
  if (now.getTime() - started.getTime() > STALE_AFTER_HOURS * 3_600_000)
    checks.push(
      mark.warn(
        `that is ${formatAge(formatTimestamp(started), now)} ago`,
        'See that cron or the timer still starts sade backup, with this work folder.',
      ),
    );
  return checks;
}

/** Tells that the report of the last run is there, and can't be read: that is not "there was none yet". */
export function unreadableLastRun({ message, advice }: ExplainedError): Check {
  return marker('last run', 'unknown').warn(message, advice);
}

function describeEnd(lastRun: LastRun, { ok, fail }: Marker): Check {
  const { exitCode, outcomes, total, interruptedBy, amendedBy } = lastRun;
  const complete = outcomes.filter(({ isLeftover, state }) => !isLeftover && state === 'complete').length;
  const message = `${howItEnded(lastRun)}${complete} of ${total} complete`;
  if ((amendedBy ? exitCodeOf(outcomes, total) : exitCode) === EXIT.ok) return ok(message);
  const shrunk = new Set(outcomes.flatMap(({ database, loss }) => (loss ? [database] : [])));
  const isAllKept = complete === total && outcomes.every(({ state }) => state === 'complete');
  // Whether somebody has accepted it since, the service knows, and tells above.
  if (isAllKept && (amendedBy || !interruptedBy) && shrunk.size > 0)
    return ok(`${message}; SHRUNK: ${[...shrunk].join(', ')}`);
  return fail(message, 'Fix what is listed here, then run sade backup: until then the last backups are older ones.');
}

function howItEnded({ exitCode, interruptedBy, only, amendedBy }: LastRun): string {
  const how = interruptedBy ? `was interrupted by ${interruptedBy}` : `ended with code ${exitCode}`;
  const which = only ? ' (a run with --only)' : '';
  if (!amendedBy) return `${how}${which}; `;
  const { startedAt, databases } = amendedBy;
  return `${how}${which}; with the run of ${count(databases.length, 'database')} at ${inLocalTime(startedAt)} it is `;
}

function describeOutcome(outcome: LastRun['outcomes'][number], { fail }: Marker): Check[] {
  const { database, state, failure, findings } = outcome;
  if (state === 'complete') return [];
  if (failure) return [fail(`${database} failed in its ${failure.stage}: ${failure.message}`, failure.advice)];
  return findings
    .filter(({ severity }) => severity !== 'warning')
    .map(({ message, code, advice }) => fail(`${database} is incomplete: ${message} (${code})`, advice));
}
