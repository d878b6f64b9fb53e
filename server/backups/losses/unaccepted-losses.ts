import type { Backup } from '../../entities/backup.entity.ts';
import { listOf, Where } from '../../history/conditions.ts';
import { fromStore } from '../../history/dialect.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { findSound } from './find-sound.ts';
import type { Place } from './loss.ts';
import type { Surroundings } from './loss-surroundings.ts';

/** A database whose newest complete backup has lost something, which no one has accepted. */
export interface UnacceptedLoss {
  readonly id: number;
  readonly takenAt: Date;
  readonly databaseId: number;
  readonly database: string;
  readonly findings: string | null;
  /** Name of the zip that still has what was lost. */
  readonly shrunkFrom: string;
  /** The backup of that name, if the history still knows it. */
  readonly reference: Pick<Backup, 'id' | 'takenAt' | 'state' | 'damage'> | null;
}

/** The same, with another backup that has it; looked for only when the reference is damaged. */
export type LocatedLoss = UnacceptedLoss & Pick<Surroundings, 'sound'>;

interface Row {
  readonly database_id: number;
  readonly name: string;
  readonly id: number;
  readonly taken_at: number | string;
  readonly findings: string | null;
  readonly shrunk_from: string;
  readonly reference_id: number | null;
  readonly reference_taken_at: number | string;
  readonly reference_state: Backup['state'];
  readonly reference_damage: string | null;
}

/** Entries of `backups_by_loss`: few, since most backups lose nothing. */
const WITH_UNACCEPTED_LOSS =
  '(select lost.database_id from backups lost where lost.shrunk_from is not null and lost.accepted_at is null)';

const NEWEST_COMPLETE_ID = `
  select newest.id from backups newest where newest.database_id = d.id and newest.state = 'complete'
  order by newest.database_id desc, newest.sorted_at desc, newest.id desc limit 1`;

/** Of a database `d`; what it holds with few losses is cheap to ask, however many databases there are. */
export const HAS_UNACCEPTED_LOSS = `d.id in ${WITH_UNACCEPTED_LOSS} and exists (
  select 1 from backups b where b.id = (${NEWEST_COMPLETE_ID}) and b.shrunk_from is not null and b.accepted_at is null)`;

/**
 * Lists the losses that no one has accepted: at most one of each database, by the names of the databases. An older one does
 * not count any more once a newer complete backup has none.
 * @param which of some databases only
 */
export async function unacceptedLosses(
  { em }: { em: EntityManager },
  { database, ids }: { database?: string; ids?: readonly number[] } = {},
): Promise<UnacceptedLoss[]> {
  const where = new Where();
  where.and(`d.id in ${WITH_UNACCEPTED_LOSS} and b.shrunk_from is not null and b.accepted_at is null`);
  if (database !== undefined) where.andText('d.name', database);
  if (ids !== undefined) where.and(`d.id in ${listOf(ids)}`, ...ids);
  const sql = `select d.id as database_id, d.name, b.id, b.taken_at, b.findings, b.shrunk_from,
      r.id as reference_id, r.taken_at as reference_taken_at, r.state as reference_state, r.damage as reference_damage
    from \`databases\` d
    join backups b on b.id = (${NEWEST_COMPLETE_ID})
    left join backups r on r.file_name = b.shrunk_from
    ${where} order by d.name`;
  return (await readRows<Row>(em, sql, where.values)).map(toLoss);
}

/** The same, each with a sound backup that has what was lost: one after the other, since that may take manifests. */
export async function locatedLosses(
  { em }: { em: EntityManager },
  which: { database?: string } = {},
): Promise<LocatedLoss[]> {
  const located: LocatedLoss[] = [];
  for (const loss of await unacceptedLosses({ em }, which)) {
    const { id, reference } = loss;
    const sound = reference?.damage ? await findSound({ em }, { id, referenceId: reference.id }) : null;
    located.push({ ...loss, sound });
  }
  return located;
}

function toLoss(row: Row): UnacceptedLoss {
  const { reference_id: id, reference_state: state, reference_damage: damage } = row;
  return {
    databaseId: row.database_id,
    database: row.name,
    id: row.id,
    takenAt: fromStore(row.taken_at),
    findings: row.findings,
    shrunkFrom: row.shrunk_from,
    reference: id === null ? null : { id, takenAt: fromStore(row.reference_taken_at), state, damage },
  };
}

/** @returns for each of some databases its newest complete backup without an unaccepted loss, if there is one */
export async function newestClean(
  { em }: { em: EntityManager },
  ids: readonly number[],
): Promise<Array<Place | undefined>> {
  const sql = `select d.id as database_id, b.id, b.sorted_at from \`databases\` d
    join backups b on b.id = (
      select clean.id from backups clean
      where clean.database_id = d.id and clean.state = 'complete' and (clean.shrunk_from is null or clean.accepted_at is not null)
      order by clean.database_id desc, clean.sorted_at desc, clean.id desc limit 1)
    where d.id in ${listOf(ids)}`;
  const rows = await readRows<{ database_id: number; id: number; sorted_at: number | string }>(em, sql, ids);
  const byId = new Map(rows.map(row => [row.database_id, { id: row.id, sortedAt: fromStore(row.sorted_at) }]));
  return ids.map(id => byId.get(id));
}
