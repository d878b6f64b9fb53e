import { drillsOfBackups, lastDrills } from '../drills/last-drills.ts';
import { isActive } from '../entities/pin.entity.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { pinsOfBackups } from '../pins/pins-of-backups.ts';

/** What stands beside the backups of a page. */
export interface Marks {
  /** Ids of backups that a pin or a legal hold keeps. */
  readonly pinned: ReadonlySet<number>;
  /** By the id of a backup: whether its newest drill with a result could restore it. */
  readonly drilled: ReadonlyMap<number, boolean>;
}

/** @param ids of the backups that the page leads to */
export async function readMarks({ em }: Pick<Reading, 'em'>, ids: readonly number[], now: Date): Promise<Marks> {
  const pins = await pinsOfBackups({ em }, ids);
  const drills = await drillsOfBackups({ em }, ids);
  return {
    pinned: new Set(ids.filter((_, at) => pins[at]!.some(pin => isActive(pin, now)))),
    drilled: new Map(
      [...drills].flatMap(([id, { proof }]) => (proof ? [[id, proof.outcome === 'restorable'] as const] : [])),
    ),
  };
}

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
