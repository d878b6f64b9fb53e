import { dueTimes } from '../freshness/due-times.ts';
import type { FleetDatabase } from './read-databases.ts';

/** How old the newest complete backup of a database is, and how old it may become by the contract. */
export interface Age {
  /** Milliseconds, as is the limit. */
  readonly age: number;
  readonly limit: number;
}

/** @returns undefined where there is no complete backup */
export function ageOf(
  { countsAt, contract }: Pick<FleetDatabase, 'countsAt' | 'contract'>,
  now: Date,
): Age | undefined {
  if (!countsAt) return undefined;
  const limit = dueTimes(contract, countsAt).lateAt.getTime() - countsAt.getTime();
  return { age: Math.max(0, now.getTime() - countsAt.getTime()), limit };
}
