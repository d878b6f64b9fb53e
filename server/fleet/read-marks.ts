import { drillsOfBackups, lastDrills } from '../drills/last-drills.ts';
import { isActive } from '../entities/pin.entity.ts';
import { isOneOf } from '../history/conditions.ts';
import { readRows } from '../history/read-rows.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';

/** What stands beside the backups of a page. */
export interface Marks {
  /** Ids of backups that a pin or a legal hold keeps. */
  readonly pinned: ReadonlySet<number>;
  /** By the id of a backup: whether its newest drill with a result could restore it. */
  readonly drilled: ReadonlyMap<number, boolean>;
}

/** @param ids of the backups that the page leads to */
export async function readMarks({ em }: Pick<Reading, 'em'>, ids: readonly number[], now: Date): Promise<Marks> {
  const drills = await drillsOfBackups({ em }, ids);
  return {
    pinned: await pinnedAmong({ em }, ids, now),
    drilled: new Map(
      [...drills].flatMap(([id, { proof }]) => (proof ? [[id, proof.outcome === 'restorable'] as const] : [])),
    ),
  };
}

/** Not as entities, which `pinsOfBackups` reads: for a thousand ids these take longer than all else of a page. */
async function pinnedAmong({ em }: Pick<Reading, 'em'>, ids: readonly number[], now: Date): Promise<Set<number>> {
  const pinned = new Set<number>();
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = PINS.where(isOneOf(eb.ref('p.backup_id'), ids.slice(at, at + AT_ONCE)));
    for (const { backupId, endsAt } of await readRows(em, some))
      if (isActive({ releasedAt: null, endsAt }, now)) pinned.add(backupId);
  }
  return pinned;
}

const AT_ONCE = 1_000;

const PINS = query
  .selectFrom('pins as p')
  .where('p.released_at', 'is', null)
  .select(['p.backup_id as backupId', 'p.ends_at as endsAt']);

const eb = aliased<{ p: 'pins' }>();

/** The newest drill of a database. */
export interface RowDrill {
  readonly at: Date;
  readonly outcome: string;
}

/** @returns by the names of the databases */
export async function readLastDrills(
  reading: Reading,
  names: readonly string[],
): Promise<ReadonlyMap<string, RowDrill>> {
  const drills = await lastDrills(reading, names);
  return new Map([...drills].map(([name, { last }]) => [name, { at: last.endedAt, outcome: last.outcome }]));
}
