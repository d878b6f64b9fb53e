import type { DatabaseHistory, DatabaseList } from '../../protocol/responses.ts';
import { presentUnacceptedLoss } from '../backups/losses/presenter.ts';
import type { LocatedLoss } from '../backups/losses/unaccepted-losses.ts';
import { presentSummary } from '../backups/presenter.ts';
import { presentDrills } from '../drills/last-drills.ts';
import type { HistoryOfDatabase } from './database-history.ts';
import type { Freshness, ListedDatabase } from './list-databases.ts';

/** Response 1. */
export function presentDatabases(databases: readonly ListedDatabase[]): DatabaseList {
  const data = databases.map(
    ({ name, latestBackup, latestComplete, clean, lossFindings, unacceptedLoss, ...more }) => ({
      database_name: name,
      // None is newer, so that its loss can't be superseded.
      latest_backup: presentSummary(latestBackup, undefined, lossFindings),
      latest_complete: latestComplete && presentSummary(latestComplete, clean),
      ...presentLossOf(unacceptedLoss),
      ...(more.freshness && { freshness: presentFreshness(more.freshness) }),
      ...(more.drills && presentDrills(more.drills)),
    }),
  );
  return { data, message: 'Success' };
}

/** Response 2. */
export function presentHistory(
  name: string,
  { backups, backupCount, clean, lossFindings, unacceptedLoss, drills, drillsOf }: HistoryOfDatabase,
): DatabaseHistory {
  const data = {
    database_name: name,
    histories: backups.map((backup, at) => {
      const drills = drillsOf.get(backup.id);
      const summary = presentSummary(backup, clean, at === 0 ? lossFindings : undefined);
      return drills ? { ...summary, ...presentDrills(drills) } : summary;
    }),
    backup_count: backupCount,
    ...presentLossOf(unacceptedLoss),
    ...(drills && presentDrills(drills)),
  };
  return { data, message: 'success' };
}

function presentFreshness({ state, dueAt, pausedUntil }: Freshness): DatabaseList['data'][number]['freshness'] {
  const until = state === 'paused' ? pausedUntil : null;
  return { state, due_at: dueAt?.toISOString() ?? null, paused_until: until?.toISOString() ?? null };
}

function presentLossOf(loss: LocatedLoss | undefined): Pick<DatabaseHistory['data'], 'unaccepted_loss'> {
  return loss ? { unaccepted_loss: presentUnacceptedLoss(loss) } : {};
}
