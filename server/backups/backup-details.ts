import type { Backup } from '../entities/backup.entity.ts';
import { listOf } from '../history/conditions.ts';
import { fromStore } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import type { LossColumns } from './losses/loss.ts';

/** What a list does not bring along, since it is rarely asked for and would take half of its time. */
export interface BackupDetails
  extends Readonly<Pick<Backup, 'id' | 'receivedAt' | 'sha256' | 'findings' | 'dumpSize' | 'dumpSha256' | 'checkedAt'>>,
    LossColumns {
  /** The size of its manifest, 0 without one. */
  readonly manifestBytes: number;
}

interface Row {
  readonly id: number;
  readonly received_at: number | string;
  readonly sha256: string;
  readonly findings: string | null;
  readonly dump_size: number | null;
  readonly dump_sha256: string | null;
  readonly checked_at: number | string | null;
  readonly manifest_bytes: number | null;
  readonly shrunk_from: string | null;
  readonly accepted_at: number | string | null;
  readonly accepted_by: string | null;
  readonly accepted_for: string | null;
}

/** @returns those of these backups that there are, in no order */
export async function detailsById({ em }: { em: EntityManager }, ids: readonly number[]): Promise<BackupDetails[]> {
  const columns = `id, received_at, sha256, findings, dump_size, dump_sha256, checked_at, octet_length(manifest) as manifest_bytes,
    shrunk_from, accepted_at, accepted_by, accepted_for`;
  const rows = await readRows<Row>(em, `select ${columns} from backups where id in ${listOf(ids)}`, ids);
  return rows.map(row => ({
    id: row.id,
    receivedAt: fromStore(row.received_at),
    sha256: row.sha256,
    findings: row.findings,
    dumpSize: row.dump_size,
    dumpSha256: row.dump_sha256,
    checkedAt: row.checked_at === null ? null : fromStore(row.checked_at),
    manifestBytes: Number(row.manifest_bytes ?? 0),
    shrunkFrom: row.shrunk_from,
    acceptedAt: row.accepted_at === null ? null : fromStore(row.accepted_at),
    acceptedBy: row.accepted_by,
    acceptedFor: row.accepted_for,
  }));
}
