import type { DatabaseHistory, DatabaseList } from '../../protocol/responses.ts';
import { presentUnacceptedLoss } from '../backups/losses/presenter.ts';
import type { LocatedLoss } from '../backups/losses/unaccepted-losses.ts';
import { presentSummary } from '../backups/presenter.ts';
import { type LastDrills, presentLastDrill } from '../drills/last-drills.ts';
import type { HistoryOfDatabase } from './database-history.ts';
import type { ListedDatabase } from './list-databases.ts';

/** Response 1. */
export function presentDatabases(databases: readonly ListedDatabase[]): DatabaseList {
  const data = databases.map(({ name, latestBackup, latestComplete, lossFindings, unacceptedLoss, drills }) => ({
    database_name: name,
    // None is newer, so that its loss can't be superseded.
    latest_backup: presentSummary(latestBackup, undefined, lossFindings),
    latest_complete: latestComplete && presentSummary(latestComplete, undefined),
    ...presentLossOf(unacceptedLoss),
    ...presentDrillsOf(drills),
  }));
  return { data, message: 'Success' };
}

/** Response 2. */
export function presentHistory(
  name: string,
  { backups, backupCount, clean, lossFindings, unacceptedLoss, drills, drillOf }: HistoryOfDatabase,
): DatabaseHistory {
  const data = {
    database_name: name,
    histories: backups.map((backup, at) => {
      const drill = drillOf.get(backup.id);
      const summary = presentSummary(backup, clean, at === 0 ? lossFindings : undefined);
      return drill ? { ...summary, last_drill: presentLastDrill(drill) } : summary;
    }),
    backup_count: backupCount,
    ...presentLossOf(unacceptedLoss),
    ...presentDrillsOf(drills),
  };
  return { data, message: 'success' };
}

function presentLossOf(loss: LocatedLoss | undefined): Pick<DatabaseHistory['data'], 'unaccepted_loss'> {
  return loss ? { unaccepted_loss: presentUnacceptedLoss(loss) } : {};
}

function presentDrillsOf(drills: LastDrills | undefined): Pick<DatabaseHistory['data'], 'last_drill' | 'last_proof'> {
  if (!drills) return {};
  return {
    last_drill: presentLastDrill(drills.last),
    last_proof: drills.proof ? presentLastDrill(drills.proof) : null,
  };
}
