import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import { statementsOf } from '../../dump-statements/statements-of.ts';
import { connect } from '../../mysql/connect.ts';
import type { FilterChange } from '../../restore-filter/filter-options.ts';
import { EVENT_DISABLED, RestoreFilter } from '../../restore-filter/restore-filter.ts';
import { idOf } from '../choice/backup-to-restore.ts';
import { replaceDatabase } from '../replace/replace-database.ts';
import { replaceNames } from '../replace/replace-names.ts';
import type { ReplaceOrder, ReplaceResult, ReplaceStep } from '../replace/replace-order.ts';
import { expectationOf } from './compare.ts';
import { filterOptions, loadBackup } from './load-backup.ts';
import { defaultsOf } from './make-database.ts';
import type { RestoreRun } from './restore-database.ts';
import { safetyBackup } from './safety-backup.ts';

/** Replaces what is there: a backup of it first, then the restore beside it, and only if all agrees the swap. */
export async function replace(run: RestoreRun): Promise<void> {
  const { result } = run;
  const replaced = await replaceDatabase(orderOf(run));
  result.verification = replaced.verification;
  result.seconds.verify = replaced.verification.seconds;
  result.notes.push(...replaced.notes);
  keepPlaces(result, replaced);
  result.outcome = replaced.end === 'differs' ? 'differs' : 'agreed';
}

function keepPlaces(result: RestoreRun['result'], replaced: ReplaceResult): void {
  const { safetyBackup: safety, oldDatabase, stagingDatabase } = replaced;
  if (safety) result.safetyBackup = safety.where;
  if (oldDatabase !== undefined) result.oldDatabase = oldDatabase;
  if (stagingDatabase === undefined) delete result.stagingDatabase;
  else result.stagingDatabase = stagingDatabase;
}

function orderOf(run: RestoreRun): ReplaceOrder {
  const { prepared, result, settings, signal, progress, inventory } = run;
  const { backup, target, wish, preflight } = prepared;
  const id = idOf(backup);
  return {
    database: target.database,
    server: preflight.facts,
    open: signal => connect(target.server, { signal, answerWithinMs: NO_LIMIT_MS }),
    backup: { ...(id !== undefined && { id }), fileName: backup.fileName },
    again: changes => prepared.call.again({ ...(id !== undefined && { at: String(id) }), ...changes }),
    expected: expectationOf(prepared, inventory),
    tables: wish.tables && new Set(wish.tables),
    defaults: defaultsOf(prepared),
    safetyBackup: async () => {
      const safety = await safetyBackup({ target, settings, folder: run.folder, signal });
      // Kept at once, since also a failure reports it.
      result.safetyBackup = safety.where;
      return safety;
    },
    load: into => loadBeside(run, into),
    filtered: filteredFor(run),
    ...{ jobs: settings.jobs, signal },
    onStep: step => {
      if (step === 'load') result.stagingDatabase = replaceNames(target.database).staging;
      if (step === 'swap' || step === 'finish an earlier swap') result.isTargetUnchanged = false;
      progress.step(STEPS[step](target.database));
    },
    onVerified: (done, total) => progress.compared(done, total),
  };
}

/** Loads the backup into the database that is to be swapped in. */
async function loadBeside(run: RestoreRun, into: string): Promise<void> {
  const { prepared, result, settings, signal, progress, zip, folder: workFolder } = run;
  const loaded = await loadBackup({
    ...{ prepared, zip, into, jobs: settings.jobs, workFolder, signal, areEventsDisabled: true },
    onProgress: at => progress.loaded(at),
  });
  const isAsLoaded = prepared.wish.isWithoutEvents;
  result.loaded = isAsLoaded ? loaded : { ...loaded, changes: loaded.changes.map(asAfterSwap) };
  result.seconds.load = loaded.seconds;
}

const STEPS: Readonly<Record<ReplaceStep, (database: string) => string>> = {
  'safety backup': database => `backing up ${database} as it is now`,
  load: database => `loading the backup beside ${database}`,
  verify: () => 'comparing what was loaded with the backup',
  swap: database => `swapping it with ${database}`,
  'finish an earlier swap': database => `finishing an earlier restore of ${database}, which was cut off`,
};

/** Beside the old data events are disabled; the swap makes them as they were. */
function asAfterSwap(change: FilterChange): FilterChange {
  return change.what === EVENT_DISABLED ? { ...change, what: 'enabled at the very end' } : change;
}

/** Hours of counting, or of waiting for a lock. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/** The dump once more, for what can't be moved from one database to another. */
function filteredFor({ prepared, zip }: RestoreRun): ReplaceOrder['filtered'] {
  const options = filterOptions(prepared, prepared.target.database, false);
  return {
    settings: new RestoreFilter(options).settings,
    async *statements(): AsyncGenerator<DumpStatement> {
      const filter = new RestoreFilter(options);
      for await (const statement of statementsOf(zip.read(), { programs: 'as the server' }))
        yield* filter.apply(statement);
      yield* filter.end();
    },
  };
}
