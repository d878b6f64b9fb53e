import type { BackupReport, DatabaseList, UnacceptedLoss } from '../../../protocol/responses.ts';
import { shellCommand, shellFlag } from '../../../protocol/texts/shell-word.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { foundLosses, lossAdvice, lossOfIncomplete } from '../../losses/losses.ts';
import { adviceFor, describeDrill, failedDrill } from '../../proof/proof.ts';
import type { LastRun } from '../../report/last-run.ts';
import { STALE_AFTER_HOURS } from '../../report/stale-after.ts';
import { formatAge, formatState } from '../../terminal/format.ts';
import { inLocalTime, withLocalTimes } from '../../terminal/local-time.ts';
import type { Check, Checked } from './check.ts';
import { checkReporter } from './check.ts';

export interface StoredCheckOptions {
  readonly sources: readonly DatabaseSource[];
  /** Asks the service for the latest backup of each database. @throws {ExplainedError} */
  readonly ask: () => Promise<DatabaseList['data']>;
  /** Asks it for all that is known of one backup. @throws {ExplainedError} */
  readonly askReport: (id: string) => Promise<BackupReport['data']>;
  /** The last run from here: before the first run no backup is expected. */
  readonly lastRun: LastRun | 'unreadable' | undefined;
  readonly now?: Date;
}

/** Looks at the newest backup of each database that the service has, whichever run made it. */
export async function checkStored(options: StoredCheckOptions): Promise<Checked> {
  const { sources, ask, askReport } = options;
  const stored = new Map((await ask()).map(database => [database.database_name, database]));
  const checks: Check[] = [];
  for (const { label } of sources) {
    const { latest_backup: latest, unaccepted_loss } = stored.get(label) ?? {};
    // One that was removed is the latest only where all were.
    const latest_backup = latest?.removed_at ? undefined : latest;
    checks.push(describe(label, latest_backup, options));
    const found = await lossOfIncomplete(latest_backup, askReport);
    const { fail } = checkReporter('newest backup', label);
    if (found) checks.push(...foundLosses(found).map(({ message, advice }) => fail(message, advice ?? LOOK)));
    if (unaccepted_loss) checks.push(describeLoss(label, unaccepted_loss));
    const failed = failedDrill(stored.get(label) ?? {});
    if (failed) checks.push(fail(describeDrill(failed), adviceFor(failed)));
  }
  return { checks };
}

function describeLoss(label: string, loss: UnacceptedLoss): Check {
  const what = `backup ${loss.id} (${inLocalTime(loss.timestamp)}): ${withLocalTimes(loss.message)}; not accepted (SHRUNK)`;
  return checkReporter('newest backup', label).fail(what, `Check the database. ${lossAdvice(label, loss)}`);
}

const LOOK = 'Check the database.';

const LOST =
  'Either --server names another service now, or the service has lost its history. In that case rebuild the history before the next backup (docs/how-to/rebuild-a-lost-history.md).';

type Latest = DatabaseList['data'][number]['latest_backup'];

function describe(label: string, latest: Latest | undefined, { lastRun, now = new Date() }: StoredCheckOptions): Check {
  const { ok, warn, fail } = checkReporter('newest backup', label);
  if (!latest) {
    const known = lastRun === 'unreadable' ? undefined : lastRun;
    const delivered = known?.outcomes.find(({ database, backupId }) => database === label && backupId !== undefined);
    if (delivered)
      return fail(
        `the service has no backup of it, although the last run delivered one (id ${delivered.backupId})`,
        LOST,
      );
    const none = 'the service has no backup of it yet';
    return lastRun
      ? warn(none, `Make one: sade backup ${shellFlag('--only', label)}`)
      : ok(`${none}; sade backup makes one`);
  }
  const { id, state, timestamp } = latest;
  const what = `is ${formatState(state)}, ${formatAge(timestamp, now)} old (id ${id})`;
  if (state !== 'complete')
    return fail(what, `sade show ${id} shows why; ${shellCommand('sade history', label)} shows the ones before.`);
  const hours = (now.getTime() - Date.parse(`${timestamp.replace(' ', 'T')}Z`)) / 3_600_000;
  if (hours <= STALE_AFTER_HOURS) return ok(what);
  return warn(
    what,
    'Check the mails and logs of the runs since then, and that cron or the timer still starts sade backup.',
  );
}
