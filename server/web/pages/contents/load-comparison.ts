import { detailsById } from '../../../backups/backup-details.ts';
import { type Comparison, compareContents } from '../../../backups/contents/compare-contents.ts';
import { lastCompleteBefore } from '../../../backups/contents/neighbours.ts';
import { findBackup } from '../../../backups/queries/find-backup.ts';
import type { Backup } from '../../../entities/backup.entity.ts';
import type { Reading } from '../../../history/reading/in-scope.ts';

/** Two backups, and what differs between them. */
export interface ComparedBackups {
  readonly after: Backup;
  /** Undefined where no older backup is complete. */
  readonly before: Backup | undefined;
  readonly result: Comparison | { readonly unknown: 'before' | 'after' } | undefined;
}

interface Asked {
  /** Undefined: the last complete one of the same database before it. */
  readonly other: number | undefined;
  readonly search: string;
  readonly limit: number;
}

/**
 * Compares what two backups contain, which may be of two databases: one may have got another label.
 * @throws AppError 404 when one of the two is not in scope
 */
export async function loadComparison(
  { em, scope }: Reading,
  id: number,
  { other, search, limit }: Asked,
): Promise<ComparedBackups> {
  const after = await findBackup({ em, scope }, id);
  const beforeId = other ?? (await previousComplete({ em }, after));
  if (beforeId === undefined) return { after, before: undefined, result: undefined };
  const before = await findBackup({ em, scope }, beforeId);
  const details = new Map((await detailsById({ em }, [id, beforeId])).map(row => [row.id, row.manifestBytes]));
  const of = (id: number) => ({ id, manifestBytes: details.get(id) ?? 0 });
  const result = await compareContents({ em }, { before: of(beforeId), after: of(id), search, limit });
  return { after, before, result };
}

async function previousComplete({ em }: Pick<Reading, 'em'>, backup: Backup): Promise<number | undefined> {
  const { id, sortedAt, size, database } = backup;
  const placed = { id, sortedAt: sortedAt!, size, databaseId: database.id };
  return (await lastCompleteBefore({ em }, placed))?.id;
}
