import type { Severity } from '../configuration/alarm-kinds.ts';
import type { Contract } from '../freshness/contract-of.ts';
import { countsAt, dueTimes } from '../freshness/due-times.ts';
import { type DayBackup, resultOf } from './day-cells.ts';
import type { FleetDatabase } from './read-databases.ts';

/**
 * How a database stands this morning. `fine`: it has its complete backup. `waiting`: its first one is not due yet. `nothing`: nothing
 * arrived. `never`: nothing has ever arrived. `incomplete`, `unverified`, `damaged`: what is instead of a complete backup.
 */
export const STANDINGS = [
  ...(['damaged', 'nothing', 'incomplete', 'unverified', 'never', 'dropped'] as const),
  ...(['fine', 'waiting', 'paused', 'retired'] as const),
];
export type Standing = (typeof STANDINGS)[number];

/** Those that have no complete backup where one should be. */
export const WITHOUT: ReadonlySet<Standing> = new Set([
  'damaged',
  'nothing',
  'incomplete',
  'unverified',
  'never',
  'dropped',
]);

/** The newest backup of a database that still exists, and was not made for a restore. */
export type Newest = Pick<DayBackup, 'state' | 'damage' | 'sortedAt' | 'receivedAt'> & {
  /** When the newest complete one was begun; null without. */
  readonly completeAt: Date | null;
};

interface Judging {
  readonly now: Date;
  /** When the newest run ended that did not back it up, if no complete backup has come since. */
  readonly failedAt?: Date | undefined;
  /** @returns the day in the zone of the reader */
  readonly dayOf: (instant: Date) => string;
}

/** @param newest looked up only where the state or an alarm makes it worth it */
export function standingOf(database: FleetDatabase, newest: Newest | undefined, judging: Judging): Standing {
  const { state } = database;
  if (state === 'paused' || state === 'retired' || state === 'dropped') return state;
  if (state === 'late' || state === 'critical' || state === 'never') return standingOfLate(database, newest, judging);
  if (newest && !isOfGoodDay(newest, judging)) return standingWith(newest);
  if (hasFailed(newest, judging)) return 'nothing';
  return state === 'ok' ? 'fine' : 'waiting';
}

/** A run that failed says at once what the contract says only when the grace is over. */
function hasFailed(newest: Newest | undefined, { failedAt, dayOf }: Judging): boolean {
  return failedAt !== undefined && (!newest?.completeAt || dayOf(newest.completeAt) !== dayOf(failedAt));
}

function standingOfLate({ state, contract }: FleetDatabase, newest: Newest | undefined, { now }: Judging): Standing {
  if (!newest) return state === 'never' ? 'never' : 'nothing';
  if (resultOf(newest) === 'complete') return keepsContract(contract, newest, now) ? 'fine' : 'nothing';
  // Of what came before the last complete backup no one is waiting for more.
  return newest.completeAt && newest.sortedAt <= newest.completeAt ? 'nothing' : standingWith(newest);
}

function standingWith(newest: Newest): Standing {
  const result = resultOf(newest);
  return result === 'complete' ? 'fine' : result;
}

/** The best result of a day is that of the day: one that is incomplete behind a complete one takes nothing away. */
function isOfGoodDay(newest: Newest, { dayOf }: Judging): boolean {
  const { sortedAt, completeAt } = newest;
  return resultOf(newest) === 'complete' || (completeAt !== null && dayOf(completeAt) === dayOf(sortedAt));
}

/** A backup that came since the last evaluation, a minute ago at most. */
function keepsContract(contract: Contract, { sortedAt: takenAt, receivedAt }: Newest, now: Date): boolean {
  return now < dueTimes(contract, countsAt(contract, { takenAt, receivedAt })).lateAt;
}

/** How much a row needs someone: 0 most. */
export type Rank = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** Rows up to this one need someone. */
export const LAST_NEED: Rank = 3;

/** @param alarm the worst open alarm that is about this database */
export function rankOf({ state }: Pick<FleetDatabase, 'state'>, standing: Standing, alarm: Severity | undefined): Rank {
  if (standing === 'retired') return 6;
  if (standing === 'paused') return alarm ? 3 : 5;
  const isShort = WITHOUT.has(standing);
  if (alarm === 'critical' || (isShort && state === 'critical') || standing === 'damaged') return 0;
  if (standing === 'dropped') return 2;
  if (isShort) return 1;
  return alarm ? 3 : 4;
}
