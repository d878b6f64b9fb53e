import { formatTimestamp } from '../../protocol/backup-name.ts';
import { EXIT } from '../problems.ts';
import type { LastRun } from '../report/last-run.ts';
import { formatAge } from '../terminal/format.ts';
import { type Check, type Marker, marker } from './check.ts';

/** A nightly run may begin an hour late, and may take an hour longer than the one before. */
export const STALE_AFTER_HOURS = 26;

/** Tells how the last run from this work folder ended, and when. */
export function checkLastRun(lastRun: LastRun | undefined, now = new Date()): readonly Check[] {
  const started = new Date(lastRun?.startedAt ?? now);
  const mark = marker('last run', lastRun ? `of ${formatTimestamp(started)} UTC` : 'none');
  if (!lastRun) return [mark.ok('there was none from this work folder yet', 'Make one: sade backup.')];
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

function describeEnd({ exitCode, outcomes, total, interruptedBy }: LastRun, { ok, fail }: Marker): Check {
  const complete = outcomes.filter(({ isLeftover, state }) => !isLeftover && state === 'complete').length;
  const how = interruptedBy ? `was interrupted by ${interruptedBy}` : `ended with code ${exitCode}`;
  const message = `${how}; ${complete} of ${total} complete`;
  if (exitCode === EXIT.ok) return ok(message);
  const shrunk = new Set(outcomes.flatMap(({ database, loss }) => (loss ? [database] : [])));
  const isAllKept = !interruptedBy && complete === total && outcomes.every(({ state }) => state === 'complete');
  // Whether somebody has accepted it since, the service knows, and tells above.
  if (isAllKept && shrunk.size > 0) return ok(`${message}; SHRUNK: ${[...shrunk].join(', ')}`);
  return fail(message, 'Mend what is told of here, then run sade backup: until then the last backups are older ones.');
}

function describeOutcome(outcome: LastRun['outcomes'][number], { fail }: Marker): Check[] {
  const { database, state, failure, findings } = outcome;
  if (state === 'complete') return [];
  if (failure) return [fail(`${database} failed in its ${failure.stage}: ${failure.message}`, failure.advice)];
  return findings
    .filter(({ severity }) => severity !== 'warning')
    .map(({ message, code, advice }) => fail(`${database} is incomplete: ${message} (${code})`, advice));
}
