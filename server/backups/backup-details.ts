import { columns, type Selected } from '../history/columns.ts';
import { isOneOf } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { allBackups, expressions } from '../history/tables.ts';

/** What a list does not bring along, since it is rarely asked for and would take half of its time. */
const DETAILS = [
  'id',
  'received_at',
  'sha256',
  'findings',
  'dump_size',
  'dump_sha256',
  'checked_at',
  'made_for',
  'shrunk_from',
  'accepted_at',
  'accepted_by',
  'accepted_for',
  'removal_due',
  'removed_at',
  'removed_by',
  'removed_for',
  'removal_kind',
] as const;

export interface BackupDetails extends Selected<(typeof DETAILS)[number]> {
  /** The size of its manifest, 0 without one. */
  readonly manifestBytes: number;
}

const eb = expressions<'b'>();

const manifestBytes = eb.fn.coalesce(eb.fn<number>('octet_length', ['b.manifest']), eb.lit(0)).as('manifestBytes');
const details = allBackups.select([...columns('b', DETAILS), manifestBytes]);

/** @returns those of these backups that there are, in no order */
export function detailsById({ em }: { em: EntityManager }, ids: readonly number[]): Promise<BackupDetails[]> {
  return readRows(em, details.where(isOneOf(eb.ref('b.id'), ids)));
}
