import { byWeight, type FindingList } from '../../../../protocol/finding.ts';
import type { BackupLoss } from '../../../../protocol/responses.ts';
import { detailsById } from '../../../backups/backup-details.ts';
import { lastCompleteBefore, lastSoundBefore, newerThan, olderThan } from '../../../backups/contents/neighbours.ts';
import { type Contents, readContents, type WantedObjects } from '../../../backups/contents/read-contents.ts';
import type { BackupEvents } from '../../../backups/events/backup-events.ts';
import { shownFindings } from '../../../backups/losses/loss.ts';
import { lossSurroundings } from '../../../backups/losses/loss-surroundings.ts';
import { presentLoss } from '../../../backups/losses/presenter.ts';
import { markAtSight } from '../../../backups/mark-at-sight.ts';
import { findBackup } from '../../../backups/queries/find-backup.ts';
import type { ListedBackup } from '../../../backups/queries/listed-backup.ts';
import { drillsOfBackups, type LastDrills } from '../../../drills/last-drills.ts';
import { reportsOfBackups } from '../../../drills/reports-of.ts';
import { type Backup, findingsOf } from '../../../entities/backup.entity.ts';
import type { Pin } from '../../../entities/pin.entity.ts';
import type { Reading } from '../../../history/reading/in-scope.ts';
import { pinsOfBackups } from '../../../pins/pins-of-backups.ts';
import { isLastComplete } from '../../../removal/last-complete.ts';
import type { ListedReport } from '../../../reports/search-reports.ts';
import type { Retention } from '../../../retention/retention.ts';
import type { Decision } from '../../../retention/rules/decide.ts';
import { type ListedOutcome, outcomeOfBackup } from '../../../runs/search-outcomes.ts';
import type { Storage } from '../../../storage/storage.ts';

/** So many drills and restores are shown. */
const REPORTS = 10;

/** All that the page of a backup shows. */
export interface BackupFacts {
  /** With its database, without its manifest. */
  readonly backup: Backup;
  /** Size of the manifest, 0 without one. */
  readonly manifestBytes: number;
  /** What weighs most first, each with what to do. */
  readonly findings: NonNullable<FindingList>;
  readonly loss: BackupLoss | null;
  /** Null without a manifest that this version understands. */
  readonly contents: Contents | null;
  readonly neighbours: Neighbours;
  readonly lastDrills: LastDrills | null;
  /** Newest first. */
  readonly drills: readonly ListedReport[];
  readonly restores: readonly ListedReport[];
  /** Also those that have ended. */
  readonly pins: readonly Pin[];
  /** Of the retention; undefined for a removed one. */
  readonly decision: Decision | undefined;
  readonly isRetentionOn: boolean;
  /** Whether nothing complete of its database would be left without it. */
  readonly isLast: boolean;
  /** The run that sent it, if one has reported it. */
  readonly outcome: ListedOutcome | undefined;
}

/** The backups of the same database beside one. */
interface Neighbours {
  readonly older: ListedBackup | undefined;
  readonly newer: ListedBackup | undefined;
  /** The last one before it that was received complete. */
  readonly olderComplete: ListedBackup | undefined;
  /** What can be restored instead; undefined also for one that can be restored itself. */
  readonly instead: ListedBackup | undefined;
}

interface Loading extends Reading {
  readonly retention: Retention;
  readonly storage: Storage;
  readonly events: BackupEvents;
}

/**
 * Reads what the page of a backup shows.
 * @param wanted which of its objects are listed
 * @throws AppError 404 when no backup in scope has that id
 */
export async function loadBackup(
  { em, scope, retention, storage, events }: Loading,
  id: number,
  wanted: WantedObjects,
): Promise<BackupFacts> {
  const backup = await findBackup({ em, scope }, id);
  // Who opens the page may be about to restore it. Where nothing is known of the disk, the page shows what is known of the backup.
  backup.damage = (await markAtSight({ em, storage, events }, backup).catch(() => undefined)) ?? backup.damage;
  const { database, takenAt, receivedAt } = backup;
  const [details] = await detailsById({ em }, [id]);
  const manifestBytes = details?.manifestBytes ?? 0;
  const surroundings = await lossSurroundings({ em }, backup);
  const shown = shownFindings(findingsOf(backup), backup, { ...surroundings, label: database.name });
  const [drills = []] = await reportsOfBackups({ em }, [id], { kind: 'drill', limit: REPORTS });
  const [restores = []] = await reportsOfBackups({ em }, [id], { kind: 'restore', limit: REPORTS });
  const [pins = []] = await pinsOfBackups({ em }, [id]);
  const plan = backup.removedAt ? undefined : await retention.planOf(database.name);
  return {
    ...{ backup, manifestBytes, drills, restores, pins },
    findings: byWeight(shown),
    loss: presentLoss(backup, surroundings),
    contents: await readContents({ em }, { id, manifestBytes }, wanted),
    neighbours: await neighboursOf({ em }, backup),
    lastDrills: (await drillsOfBackups({ em }, [id])).get(id) ?? null,
    decision: plan?.decisions.find(decision => decision.backup.id === id),
    isRetentionOn: retention.isOn,
    isLast: !backup.removedAt && (await isLastComplete(em, backup)),
    outcome: await outcomeOfBackup({ em }, { id, database: database.name, takenAt, receivedAt }),
  };
}

async function neighboursOf({ em }: Pick<Reading, 'em'>, backup: Backup): Promise<Neighbours> {
  const { id, sortedAt, size, database, state, damage, removedAt } = backup;
  const placed = { id, sortedAt: sortedAt!, size, databaseId: database.id };
  const isUsable = state === 'complete' && !damage && !removedAt;
  return {
    ...{ older: await olderThan({ em }, placed), newer: await newerThan({ em }, placed) },
    olderComplete: await lastCompleteBefore({ em }, placed),
    instead: isUsable ? undefined : await lastSoundBefore({ em }, placed),
  };
}
