import { columns, joined, type Selected } from '../../history/columns.ts';
import { isOneOf, isPresent, isText } from '../../history/conditions.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { isInScope, type Reading } from '../../history/reading/in-scope.ts';
import { allBackups, expressions, query } from '../../history/tables.ts';
import { findSound } from './find-sound.ts';
import { isGone, type Place } from './loss.ts';
import type { Surroundings } from './loss-surroundings.ts';

const LOSS = ['id', 'database_id', 'taken_at', 'findings'] as const;
const REFERENCE = ['id', 'taken_at', 'state', 'damage', 'removed_at'] as const;

/** A database whose newest complete backup has lost something, which no one has accepted. */
export interface UnacceptedLoss extends Selected<(typeof LOSS)[number]> {
  readonly database: string;
  /** Name of the zip that still has what was lost. */
  readonly shrunkFrom: string;
  /** The backup of that name, if the history still knows it. */
  readonly reference: Selected<(typeof REFERENCE)[number]> | null;
}

/** The same, with another backup that has it; looked for only when the reference is damaged or removed. */
export type LocatedLoss = UnacceptedLoss & Pick<Surroundings, 'sound'>;

const eb = expressions<'b' | 'lost' | 'newest' | 'clean'>();

/** Entries of `backups_by_loss`: few, since most backups lose nothing. */
const isAmongLosses = eb(
  'd.id',
  'in',
  query
    .selectFrom('backups as lost')
    .select('lost.database_id')
    .where('lost.shrunk_from', 'is not', null)
    .where('lost.accepted_at', 'is', null),
);

const newestCompleteId = query
  .selectFrom('backups as newest')
  .select('newest.id')
  .where(eb('newest.database_id', '=', eb.ref('d.id')))
  .where('newest.state', '=', 'complete')
  .where(isPresent('newest'))
  .orderBy('newest.database_id', 'desc')
  .orderBy('newest.sorted_at', 'desc')
  .orderBy('newest.id', 'desc')
  .limit(1);

const isUnaccepted = eb.and([eb('b.shrunk_from', 'is not', null), eb('b.accepted_at', 'is', null)]);

/** Of a database `d`; what it holds with few losses is cheap to ask, however many databases there are. */
export const hasUnacceptedLoss = eb.and([
  isAmongLosses,
  eb.exists(
    allBackups
      .select(eb.lit(1).as('one'))
      .where(eb('b.id', '=', newestCompleteId))
      .where(isUnaccepted),
  ),
]);

const losses = query
  .selectFrom('databases as d')
  .innerJoin('backups as b', join => join.on('b.id', '=', newestCompleteId))
  .leftJoin('backups as r', 'r.file_name', 'b.shrunk_from')
  .select([...columns('b', LOSS), 'd.name as database', eb.ref('b.shrunk_from').$notNull().as('shrunkFrom')])
  .select(columns('r', REFERENCE, 'reference_'))
  .where(isAmongLosses)
  .where(isUnaccepted)
  .orderBy('d.name');

/**
 * Lists the losses that no one has accepted: at most one of each database, by the names of the databases. An older one does
 * not count any more once a newer complete backup has none.
 * @param which of some databases only
 */
export async function unacceptedLosses(
  { em, scope }: Reading,
  { database, ids }: { database?: string; ids?: readonly number[] } = {},
): Promise<UnacceptedLoss[]> {
  const seen = losses.where(eb.and(isInScope(eb.ref('d.name'), scope)));
  const named = database === undefined ? seen : seen.where(isText(eb.ref('d.name'), database));
  const rows = await readRows(em, ids === undefined ? named : named.where(isOneOf(eb.ref('d.id'), ids)));
  return rows.map(row => ({ ...row, reference: referenceIn(row) }));
}

const referenceIn = joined(REFERENCE, 'reference_');

/** The same, each with a sound backup that has what was lost: one after the other, since that may take manifests. */
export async function locatedLosses({ em, scope }: Reading, which: { database?: string } = {}): Promise<LocatedLoss[]> {
  const located: LocatedLoss[] = [];
  for (const loss of await unacceptedLosses({ em, scope }, which)) {
    const { id, reference } = loss;
    const sound = reference && isGone(reference) ? await findSound({ em }, { id, referenceId: reference.id }) : null;
    located.push({ ...loss, sound });
  }
  return located;
}

/** @returns for each of some databases its newest complete backup without an unaccepted loss, if there is one */
export async function newestClean(
  { em }: { em: EntityManager },
  ids: readonly number[],
): Promise<Array<Place | undefined>> {
  const rows = await readRows(em, newestCleanBackups.where(isOneOf(eb.ref('d.id'), ids)));
  const byId = new Map(rows.map(({ databaseId, ...place }) => [databaseId, place]));
  return ids.map(id => byId.get(id));
}

const newestCleanId = query
  .selectFrom('backups as clean')
  .select('clean.id')
  .where(eb('clean.database_id', '=', eb.ref('d.id')))
  .where('clean.state', '=', 'complete')
  .where(isPresent('clean'))
  .where(eb.or([eb('clean.shrunk_from', 'is', null), eb('clean.accepted_at', 'is not', null)]))
  .orderBy('clean.database_id', 'desc')
  .orderBy('clean.sorted_at', 'desc')
  .orderBy('clean.id', 'desc')
  .limit(1);

const newestCleanBackups = query
  .selectFrom('databases as d')
  .innerJoin('backups as b', join => join.on('b.id', '=', newestCleanId))
  .select(columns('b', ['database_id', 'id', 'sorted_at']));
