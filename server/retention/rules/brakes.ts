import { minuteOf } from '../../../protocol/texts/minute.ts';
import { bucketLabels } from './bucket-labels.ts';
import type { Decision } from './decide.ts';
import { hasLoss, isSound, newestFirst, type RetainedBackup, timeOf } from './retained-backup.ts';

/** What keeps a plan from being carried out. */
export interface Brake {
  readonly kind: BrakeKind;
  /** Completes "the database … is not pruned: …". */
  readonly words: string;
}

/** Nothing of the database goes, also not when an operator applies the plan. */
const HOLDS = ['late', 'newest_not_complete', 'unaccepted_loss', 'too_many_backups', 'failed'] as const;
/** Goes only when an operator applies the plan. */
const WAITS = ['pushed_out', 'policy_changed', 'large_plan', 'large_fleet_plan'] as const;
/** Nothing of any database goes in this round. */
const FLEET_HOLDS = ['off', 'clock_jumped', 'storage_fails'] as const;
export type BrakeKind = (typeof HOLDS)[number] | (typeof WAITS)[number] | (typeof FLEET_HOLDS)[number];

/** What is known of a database beside its backups. */
export interface Circumstances {
  /** Why no new backup is sure to arrive, such as `its state has been late since …`; undefined while all is well. */
  readonly lateness: string | undefined;
  /** Whether its policy is a different one than that by which it was pruned last. */
  readonly isPolicyNew: boolean;
  /** Until this receipt an operator has seen that there are more backups a day than usual. */
  readonly receiptsAcceptedUntil: Date | null;
  /** How many backups a day its contract on the service asks for. */
  readonly perDay: number;
  /** How many backups a day are usual at most. */
  readonly mostPerDay: number;
}

/** @returns why nothing of the database may go now, by its state */
export function holdsOf(backups: readonly RetainedBackup[], { lateness }: Circumstances): Brake[] {
  const ordinary = newestFirst(backups).filter(({ madeFor, goesBy }) => madeFor === null && goesBy !== 'person');
  const [newest] = ordinary;
  const newestComplete = ordinary.find(({ state }) => state === 'complete');
  const holds: Brake[] = [];
  if (lateness !== undefined) holds.push({ kind: 'late', words: lateness });
  if (newest && newest.state !== 'complete')
    holds.push({ kind: 'newest_not_complete', words: `its newest backup, ${newest.id}, is ${newest.state}` });
  else if (newest?.damage)
    holds.push({ kind: 'newest_not_complete', words: `its newest backup, ${newest.id}, is damaged` });
  if (newestComplete && hasLoss(newestComplete))
    holds.push({
      kind: 'unaccepted_loss',
      words: `its newest complete backup, ${newestComplete.id}, has lost something that no one has accepted`,
    });
  return holds;
}

/** A plan that takes more than this part of a database, and more than 3 of its backups, needs an operator. */
const LARGE_PART = 0.2;
/** The same of all databases together. */
const LARGE_FLEET_PART = 0.1;
const FEW = 3;

/** The backups of a day may be this many times as many as its contract asks for: clocks are set back, and runs are repeated. */
const MORE = 1.25;

/**
 * Counts what a database with many backups a day loses each day: as many of a day as its contract asks for, of which the day keeps another
 * sound one. So a day's worth of these is nothing that an operator has to look at, and more than that still is.
 * @returns how many of those that go are no sign that too much goes
 */
export function usualOf(
  decisions: readonly Decision[],
  goes: readonly Decision[],
  { perDay, timezone }: { readonly perDay: number; readonly timezone: string },
): number {
  if (perDay <= 1 || goes.length === 0) return 0;
  const labels = bucketLabels(timezone);
  const dayOf = ({ backup }: Decision) => labels(timeOf(backup)).daily;
  const staying = decisions.filter(({ isKept, backup }) => isKept && isSound(backup) && backup.madeFor === null);
  const days = new Set(staying.map(dayOf));
  return Math.min(goes.filter(decision => days.has(dayOf(decision))).length, Math.ceil(perDay * MORE));
}

/** @returns why an operator has to look at the plan for a database first */
export function waitsOf(
  backups: readonly RetainedBackup[],
  goes: readonly Decision[],
  { isPolicyNew, receiptsAcceptedUntil, mostPerDay, usual }: Circumstances & { readonly usual: number },
): Brake[] {
  if (goes.length === 0) return [];
  const waits: Brake[] = [];
  const crowd = crowdedDay(backups, { receiptsAcceptedUntil, mostPerDay });
  if (crowd)
    waits.push({
      kind: 'pushed_out',
      words: `${crowd.count} of its backups were received within 24 hours up to ${minuteOf(crowd.last)}, more than ${mostPerDay}: they could push good ones out`,
    });
  if (isPolicyNew) waits.push({ kind: 'policy_changed', words: 'its policy is new or was changed' });
  const size = backups.filter(({ goesBy }) => goesBy === null).length;
  const unusual = goes.length - usual;
  if (unusual > FEW && unusual > size * LARGE_PART)
    waits.push({
      kind: 'large_plan',
      words: `${unusual} of its ${size} backups would be removed${usual > 0 ? ` beside the ${usual} of a usual day` : ''}, more than ${LARGE_PART * 100} %`,
    });
  return waits;
}

/** @returns why an operator has to look at the whole plan first */
export function fleetWaits({ goes, backups }: { goes: number; backups: number }): Brake[] {
  if (goes <= FEW || goes <= backups * LARGE_FLEET_PART) return [];
  const words = `${goes.toLocaleString('en')} of all ${backups.toLocaleString('en')} backups would be removed, more than ${LARGE_FLEET_PART * 100} %`;
  return [{ kind: 'large_fleet_plan', words }];
}

/**
 * @param future what the history has of a time that has not come yet, if it has
 * @returns that the clock was set back. One that was set forward makes every database late, which holds them all.
 */
export function clockBrakes(now: Date, future: { readonly what: string; readonly at: Date } | undefined): Brake[] {
  if (!future) return [];
  const words = `the clock of the service shows ${minuteOf(now)}, and ${future.what} is of ${minuteOf(future.at)}: check the clock. If it is right now: sudo lumbung retention accept-clock --reason WHY`;
  return [{ kind: 'clock_jumped', words }];
}

const DAY_MS = 86_400_000;

/**
 * Looks for more receipts within 24 hours than usual: someone with a stolen token could push good backups out with newer ones. What
 * was made for a restore displaces nothing, and does not count.
 */
function crowdedDay(
  backups: readonly RetainedBackup[],
  { receiptsAcceptedUntil, mostPerDay }: Pick<Circumstances, 'receiptsAcceptedUntil' | 'mostPerDay'>,
): { count: number; last: Date } | undefined {
  const receipts = backups
    .filter(({ madeFor }) => madeFor === null)
    .map(({ receivedAt }) => receivedAt.getTime())
    .filter(time => receiptsAcceptedUntil === null || time > receiptsAcceptedUntil.getTime())
    .toSorted((a, b) => a - b);
  let crowd: { count: number; last: Date } | undefined;
  for (let first = 0, last = 0; last < receipts.length; last++) {
    while (receipts[last]! - receipts[first]! >= DAY_MS) first++;
    const count = last - first + 1;
    if (count > mostPerDay && count > (crowd?.count ?? 0)) crowd = { count, last: new Date(receipts[last]!) };
  }
  return crowd;
}
