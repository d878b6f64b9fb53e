import { AuditEntry } from '../entities/audit-entry.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import type { EntryRow } from './entry.ts';

/** Adds entries to the trail, in the transaction that is open, if one is. This is all that the service ever does to it. */
export async function insertEntries({ em }: { em: EntityManager }, rows: readonly EntryRow[]): Promise<void> {
  await em.insertMany(
    AuditEntry,
    rows.map(row => ({ ...row })),
  );
}
