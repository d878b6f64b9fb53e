import { formatTimestamp } from '../../protocol/backup-name.ts';
import { formatReprDigest } from '../../protocol/digest.ts';
import { type FindingList, findingsAsSent } from '../../protocol/finding.ts';
import { parseManifest } from '../../protocol/manifest.ts';
import type { BackupReport, BackupSummary, UploadReceipt } from '../../protocol/responses.ts';
import { type LastDrills, presentDrills } from '../drills/last-drills.ts';
import { type Backup, findingsOf, removalOf, storedState, worstFindingOf } from '../entities/backup.entity.ts';
import { lossStatus, type Place, shownFindings } from './losses/loss.ts';
import type { Surroundings } from './losses/loss-surroundings.ts';
import { presentLoss } from './losses/presenter.ts';
import type { SummarizedBackup } from './queries/summarized-backup.ts';

/**
 * One backup in a listing.
 * @param clean the newest complete backup of its database without an unaccepted loss
 * @param lossFindings what an incomplete one has lost, where that is shown
 */
export function presentSummary(
  backup: SummarizedBackup,
  clean: Place | undefined,
  lossFindings?: FindingList,
): BackupSummary {
  const { size, dumpSize = null, dumpRows = null, tableCount = null, findingCount, madeFor } = backup;
  const loss = lossStatus(backup, clean);
  const removal = removalOf(backup);
  return {
    ...nameAndState(backup),
    size,
    dump_size: dumpSize,
    dump_rows: dumpRows,
    table_count: tableCount,
    finding_count: findingCount,
    worst_finding: worstFindingOf(backup),
    ...(madeFor && { made_for: madeFor }),
    ...(loss && { loss }),
    ...(removal?.at && { removed_at: removal.at.toISOString() }),
    ...(removal?.due && !removal.at && { removal_due: removal.due.toISOString() }),
    ...(lossFindings && { loss_findings: lossFindings }),
  };
}

function nameAndState(backup: Pick<Backup, 'id' | 'fileName' | 'takenAt' | 'state' | 'damage'>) {
  const { id, fileName, takenAt } = backup;
  return { id, file_name: fileName, timestamp: formatTimestamp(takenAt), state: storedState(backup) };
}

/**
 * Response 3.
 * @param formerCodes that the client sent in its manifest
 */
export function presentReceipt(
  backup: Backup,
  surroundings: Surroundings,
  formerCodes: readonly string[] = [],
): UploadReceipt {
  const receipt = receiptOf(backup, surroundings);
  return { data: { ...receipt, findings: findingsAsSent(receipt.findings, formerCodes) }, message: 'success' };
}

/** All that is known of one backup; its manifest must be loaded. @param drills its newest ones, null when it had no drill */
export function presentReport(backup: Backup, surroundings: Surroundings, drills: LastDrills | null): BackupReport {
  const { checkedAt, damage, manifest } = backup;
  const removal = presentRemoval(backup);
  return {
    data: {
      ...receiptOf(backup, surroundings),
      checked_at: checkedAt?.toISOString() ?? null,
      damage: damage ?? null,
      ...(drills ? presentDrills(drills) : NO_DRILLS),
      ...(removal && { removal }),
      manifest: manifest ? parseManifest(manifest) : null,
    },
    message: 'success',
  };
}

function presentRemoval(backup: Backup): BackupReport['data']['removal'] {
  const removal = removalOf(backup);
  if (!removal) return null;
  const { due, at, by, why: reason } = removal;
  return { due: at ? null : due!.toISOString(), at: at?.toISOString() ?? null, by, reason };
}

const NO_DRILLS = { last_drill: null, last_proof: null };

function receiptOf(backup: Backup, surroundings: Surroundings): UploadReceipt['data'] {
  const { id, file_name, timestamp, state } = nameAndState(backup);
  const loss = presentLoss(backup, surroundings);
  return {
    id,
    database_name: backup.database.name,
    file_name,
    timestamp,
    size: backup.size,
    repr_digest: presentDigest(backup),
    state,
    findings: shownFindings(findingsOf(backup), backup, { ...surroundings, label: backup.database.name }),
    dump_size: backup.dumpSize ?? null,
    dump_sha256: backup.dumpSha256 ?? null,
    received_at: backup.receivedAt.toISOString(),
    ...(loss && { loss }),
  };
}

/** The SHA-256 of the zip, as the `Repr-Digest` field (RFC 9530). */
export function presentDigest({ sha256 }: Pick<Backup, 'sha256'>): string {
  return formatReprDigest(Buffer.from(sha256, 'hex'));
}

/** Where the zip can be downloaded. */
export function downloadPath({ id }: Pick<Backup, 'id'>): string {
  return `/${id}/download`;
}
