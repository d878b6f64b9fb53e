import { columns } from '../history/columns.ts';
import { isPresent } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { allBackups, expressions, query, reportExpressions } from '../history/tables.ts';
import type { Pin, RetainedBackup } from './rules/retained-backup.ts';

/** So many backups of one database are planned at most: they are in memory together. */
export const MOST_BACKUPS = 20_000;

const PAGE = 1_000;

/** A row of the table `databases`. */
export interface DatabaseRow {
  readonly id: number;
  readonly name: string;
}

/**
 * Reads all backups of a database that exist, in pages, with what decides about them.
 * @returns undefined when there are more than `MOST_BACKUPS`
 */
export async function readRetained(
  { em, now }: { em: EntityManager; now: Date },
  { id, name }: DatabaseRow,
): Promise<RetainedBackup[] | undefined> {
  const pins = await pinsOf(em, id);
  const proven = await provenOf(em, name, now);
  const longProven = await provenOf(em, name, new Date(now.getTime() - LONG_MS));
  const backups: RetainedBackup[] = [];
  for (let page = await readPage(em, id); ; ) {
    for (const { sortedAt: _, removalDue, removalKind, ...row } of page)
      backups.push({
        ...row,
        pins: pins.get(row.id) ?? [],
        isProven: proven.has(row.id),
        isLongProven: longProven.has(row.id),
        goesBy: removalDue === null ? null : removalKind === 'retention' ? 'retention' : 'person',
      });
    if (page.length < PAGE) return backups;
    if (backups.length >= MOST_BACKUPS) return undefined;
    page = await readPage(em, id, page.at(-1)!);
  }
}

const READ = [
  'id',
  'file_name',
  'taken_at',
  'received_at',
  'sorted_at',
  'size',
  'state',
  'damage',
  'shrunk_from',
  'accepted_at',
  'made_for',
  'removal_due',
  'removal_kind',
] as const;

const eb = expressions<'b'>();

const page = allBackups
  .select(columns('b', READ))
  .where(isPresent('b'))
  .orderBy('b.sorted_at')
  .orderBy('b.id')
  .limit(PAGE);

function readPage(em: EntityManager, databaseId: number, after?: { readonly sortedAt: Date; readonly id: number }) {
  const ofDatabase = page.where('b.database_id', '=', databaseId);
  if (!after) return readRows(em, ofDatabase);
  const { sortedAt, id } = after;
  return readRows(
    em,
    ofDatabase
      .where('b.sorted_at', '>=', sortedAt)
      .where(eb.or([eb('b.sorted_at', '>', sortedAt), eb('b.id', '>', id)])),
  );
}

/** @returns by backup, what was not released */
async function pinsOf(em: EntityManager, databaseId: number): Promise<Map<number, Pin[]>> {
  const rows = await readRows(
    em,
    query
      .selectFrom('pins as p')
      .innerJoin('backups as b', 'b.id', 'p.backup_id')
      .where('b.database_id', '=', databaseId)
      .where('p.released_at', 'is', null)
      .select(['p.backup_id as backupId', 'p.kind as kind', 'p.reason as reason', 'p.ends_at'])
      .orderBy('p.id'),
  );
  const found = new Map<number, Pin[]>();
  for (const { backupId, kind, reason, ends_at: endsAt } of rows)
    found.set(backupId, [...(found.get(backupId) ?? []), { kind, reason, endsAt }]);
  return found;
}

/** Drills of the last years: what was drilled before is too old to be the newest proven one. */
const MOST_DRILLS = 2_000;

const report = reportExpressions<'r'>();

/**
 * Reports of the last month are believed beside those of before, not instead of them: who may upload may report drills, too, so that
 * with a stolen token anyone can say that a good backup is not restorable, or that a forged one is.
 */
const LONG_MS = 30 * 86_400_000;

/** @returns the backups whose newest drill that could test showed that they can be restored, by the reports until then */
async function provenOf(em: EntityManager, name: string, until: Date): Promise<Set<number>> {
  const rows = await readRows(
    em,
    query
      .selectFrom('reports as r')
      .select(['r.backup_id as backupId', 'r.outcome as outcome'])
      .where('r.kind', '=', 'drill')
      .where(report('r.database_name', '=', name))
      .where('r.outcome', '!=', 'could_not_test')
      .where('r.backup_id', 'is not', null)
      .where('r.stored_at', '<=', until)
      .orderBy('r.ended_at', 'desc')
      .orderBy('r.id', 'desc')
      .limit(MOST_DRILLS),
  );
  const outcomes = new Map<number, string>();
  for (const { backupId, outcome } of rows)
    if (backupId !== null && !outcomes.has(backupId)) outcomes.set(backupId, outcome);
  return new Set([...outcomes].filter(([, outcome]) => outcome === 'restorable').map(([id]) => id));
}
