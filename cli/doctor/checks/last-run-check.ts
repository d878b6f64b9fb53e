import { formatTimestamp } from '../../../protocol/backup-name.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import { shellWord } from '../../../protocol/texts/shell-word.ts';
import { EXIT, type ExplainedError } from '../../errors.ts';
import { verdictOf } from '../../mail/merge-reports.ts';
import type { LastRun } from '../../report/last-run.ts';
import { STALE_AFTER_HOURS } from '../../report/stale-after.ts';
import { formatAge } from '../../terminal/format.ts';
import { inLocalTime } from '../../terminal/local-time.ts';
import { type Check, type CheckReporter, checkReporter } from './check.ts';

/** Tells how the last run from this work folder ended, and when. */
export function checkLastRun(lastRun: LastRun | undefined, now = new Date()): readonly Check[] {
  const started = lastRun?.startedAt ?? now;
  const mark = checkReporter('last run', lastRun ? `of ${inLocalTime(started)}` : 'none');
  if (!lastRun) return [mark.ok('no run from this work folder yet; start one with sade backup')];
  const checks = [...describeEnds(lastRun, mark), ...describeOutcomes(lastRun.outcomes, mark)];
  if (lastRun.notDone.length > 0)
    checks.push(mark.fail(`not done: ${lastRun.notDone.join(', ')}`, 'Run sade backup again.'));
  if (now.getTime() - started.getTime() > STALE_AFTER_HOURS * 3_600_000)
    checks.push(
      mark.warn(
        `that is ${formatAge(formatTimestamp(started), now)} ago`,
        'Check that cron or the timer still starts sade backup with this work folder.',
      ),
    );
  return checks;
}

/** Tells that the report of the last run exists and can't be read: that is not "no run yet". */
export function unreadableLastRun({ message, advice }: ExplainedError): Check {
  return checkReporter('last run', 'unknown').warn(message, advice);
}

const ADVICE = 'Fix the problems listed here, then run sade backup. Until then the newest backups are older ones.';

/** The run of all as its mail began, and the latest run with `--only` since then in a line of its own. */
function describeEnds(lastRun: LastRun, mark: CheckReporter): Check[] {
  const { outcomes, notDone, amendedBy } = lastRun;
  if (!amendedBy) return [describeEnd(lastRun, outcomes, mark)];
  const isLater = (label: string) => amendedBy.databases.includes(label);
  const others = {
    ...lastRun,
    outcomes: outcomes.filter(({ database }) => !isLater(database)),
    notDone: notDone.filter(label => !isLater(label)),
  };
  const isOpen = others.notDone.length > 0 || !others.outcomes.every(isKept);
  const whole = howItEnded(lastRun, lastRun.verdict);
  const names = firstNames(amendedBy.databases.map(shellWord));
  const later = `later sade backup --only ${names} ${howItEnded(amendedBy, amendedBy.verdict)}`;
  const ofLater = outcomes.filter(({ database }) => isLater(database));
  const isCutShort = Object.values(EXIT.interrupted).some(code => code === amendedBy.exitCode);
  const isLaterOpen = amendedBy.exitCode !== EXIT.ok && (isCutShort || !ofLater.every(isKept));
  return [
    isOpen ? mark.fail(whole, ADVICE) : mark.ok(whole + shrunkOf(others.outcomes)),
    isLaterOpen ? mark.fail(later, ADVICE) : mark.ok(later + shrunkOf(ofLater)),
  ];
}

function describeEnd(lastRun: LastRun, outcomes: LastRun['outcomes'], { ok, fail }: CheckReporter): Check {
  const { exitCode, total, interruptedBy, only } = lastRun;
  const message = `${only ? 'a run with --only, which ' : ''}${howItEnded(lastRun, verdictOf(lastRun))}`;
  const isAllKept = ownLabels(outcomes).size === total && outcomes.every(isKept);
  // The service knows whether a loss was accepted since, and shows it above.
  if (exitCode === EXIT.ok || (isAllKept && !interruptedBy)) return ok(message + shrunkOf(outcomes));
  return fail(message, ADVICE);
}

/** @param verdict how its mail began; undefined where a version of before has not kept it */
function howItEnded({ exitCode }: { exitCode: number }, verdict: string | undefined): string {
  return `ended with exit code ${exitCode}${verdict ? `: ${verdict}` : ''}`;
}

function isKept({ state }: LastRun['outcomes'][number]): boolean {
  return state === 'complete';
}

function ownLabels(outcomes: LastRun['outcomes']): Set<string> {
  return new Set(outcomes.filter(({ isLeftover }) => !isLeftover).map(({ database }) => database));
}

function shrunkOf(outcomes: LastRun['outcomes']): string {
  const shrunk = new Set(outcomes.flatMap(({ database, loss }) => (loss ? [database] : [])));
  return shrunk.size > 0 ? `; SHRUNK: ${[...shrunk].join(', ')}` : '';
}

/** @returns each once: several zips that an earlier run left may lack the same */
function describeOutcomes(outcomes: LastRun['outcomes'], mark: CheckReporter): Check[] {
  const checks = outcomes.flatMap(outcome => describeOutcome(outcome, mark));
  return [...new Map(checks.map(check => [check.message, check])).values()];
}

function describeOutcome(outcome: LastRun['outcomes'][number], { fail }: CheckReporter): Check[] {
  const { database, state, failure, findings } = outcome;
  if (state === 'complete') return [];
  if (failure) return [fail(`${database} failed in its ${failure.stage}: ${failure.message}`, failure.advice)];
  return findings
    .filter(({ severity }) => severity !== 'warning')
    .map(({ message, code, advice }) => fail(`${database} is incomplete: ${message} (${code})`, advice));
}
