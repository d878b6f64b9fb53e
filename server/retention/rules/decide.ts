import { cut } from '../../../protocol/texts/cut.ts';
import { countBuckets, type Mark } from './count-buckets.ts';
import { policyInWords, type RetentionPolicy, type Rule } from './policy.ts';
import {
  hasLoss,
  isBackfilled,
  isSound,
  newestFirst,
  type Pin,
  type RetainedBackup,
  timeOf,
} from './retained-backup.ts';

/** Which rule decided. The first that keeps a backup is the one that is named. */
export type Reason =
  | 'hold'
  | 'pin'
  | 'floor'
  | 'reference'
  | 'proven'
  | Rule
  | 'made_for_restore'
  | 'newer_incomplete'
  | 'damaged'
  | 'incomplete'
  | 'removed_on_purpose'
  | 'no_rule'
  | 'held';

/** Whether one backup stays, and why. */
export interface Decision {
  readonly backup: RetainedBackup;
  readonly isKept: boolean;
  readonly reason: Reason;
  /** Begins with `kept: ` or `to be removed: `. */
  readonly why: string;
}

/** So many complete, undamaged backups without an unaccepted loss stay, at any age. */
export const FLOOR = 3;

/** So long a backup stays that `sade restore --replace` made of the data that it replaced. */
const MADE_FOR_RESTORE_DAYS = 30;

/** So many incomplete ones stay that are newer than the last complete one. */
const INCOMPLETE = 3;

const DAY_MS = 86_400_000;

interface Deciding {
  readonly backups: readonly RetainedBackup[];
  readonly policy: RetentionPolicy;
  readonly now: Date;
}

type Kept = Pick<Decision, 'reason' | 'why'>;

/**
 * Decides about each backup of a database by itself: the rules of docs/retention.md, in their order. Brakes come after.
 * @returns the newest first
 * @throws Error when the rules would leave fewer than 3 complete, undamaged backups of more: that is a bug, and nothing may go
 */
export function decide({ backups, policy, now }: Deciding): Decision[] {
  const sorted = newestFirst(backups);
  const staying = sorted.filter(({ goesBy }) => goesBy !== 'person');
  const pinned = new Map(staying.flatMap(backup => pinnedBy(backup, now)));
  const counted = staying.filter(({ id }) => !pinned.has(id));
  const ordinary = counted.filter(backup => isSound(backup) && backup.madeFor === null);
  const inTime = staying.filter(backup => isSound(backup) && backup.madeFor === null && !isBackfilled(backup));
  const newestSound = inTime[0] ?? ordinary[0];
  const kept = new Map<number, Kept>([
    // What is named later gives way to what is named earlier.
    ...newerIncomplete(counted, newestSound),
    ...madeForRestore(counted, now),
    ...inBuckets(ordinary, policy),
    ...newestProven(ordinary.filter(({ isLongProven }) => isLongProven)),
    ...newestProven(ordinary.filter(({ isProven }) => isProven)),
    ...references(sorted, counted),
    ...floor(ordinary),
    ...pinned,
  ]);
  fillFloor(inTime, kept);
  fillFloor(staying.filter(isSound), kept);
  keepDamaged(counted, { kept, newestSound, sound: inTime.length });
  const decisions = sorted.map(backup => decisionOf(backup, kept.get(backup.id), policy));
  checkFloor(decisions);
  return decisions;
}

function pinnedBy({ id, pins }: RetainedBackup, now: Date): Array<[number, Kept]> {
  const inForce = pins.filter(({ endsAt }) => endsAt === null || endsAt > now);
  const strongest = inForce.find(({ kind }) => kind === 'hold') ?? inForce[0];
  return strongest ? [[id, pinInWords(strongest)]] : [];
}

function pinInWords({ kind, reason, endsAt }: Pin): Kept {
  const until = endsAt ? ` until ${endsAt.toISOString().slice(0, 10)}` : '';
  const what = kind === 'hold' ? 'legal hold' : 'pinned';
  return { reason: kind, why: `kept: ${what}${until}: ${cut(reason, MAX_TEXT)}` };
}

/** The newest ones that came in time, and beside them those that came late but would be among the newest. */
function floor(ordinary: readonly RetainedBackup[]): Array<[number, Kept]> {
  const clean = ordinary.filter(backup => !hasLoss(backup));
  return besideLate(clean, some => some.slice(0, FLOOR).map(({ id }) => id)).map(id => [
    id,
    { reason: 'floor', why: `kept: one of the ${FLOOR} newest complete backups without an unaccepted loss` },
  ]);
}

/** Also where what it was compared with is damaged or incomplete by now: a person decides about a loss. */
function references(all: readonly RetainedBackup[], counted: readonly RetainedBackup[]): Array<[number, Kept]> {
  const lacking = new Map(all.filter(hasLoss).map(backup => [backup.shrunkFrom!, backup]));
  return counted
    .filter(({ fileName }) => lacking.has(fileName))
    .map(({ id, fileName }) => [
      id,
      {
        reason: 'reference',
        why: `kept: it still has what backup ${lacking.get(fileName)!.id} lost, which no one has accepted`,
      },
    ]);
}

function newestProven(proven: readonly RetainedBackup[]): Array<[number, Kept]> {
  return besideLate(proven, some => some.slice(0, 1).map(({ id }) => id)).map(id => [
    id,
    { reason: 'proven', why: 'kept: the newest one that a drill has restored' },
  ]);
}

function inBuckets(ordinary: readonly RetainedBackup[], policy: RetentionPolicy): Array<[number, Kept]> {
  const marks = new Map<number, Mark>();
  const ids = besideLate(ordinary, some => {
    const found = countBuckets(
      some.map(backup => ({ id: backup.id, time: timeOf(backup) })),
      policy,
    );
    for (const [id, mark] of found) if (!marks.has(id)) marks.set(id, mark);
    return [...found.keys()];
  });
  const late = new Set(ordinary.filter(isBackfilled).map(({ id }) => id));
  return ids.map(id => [id, markInWords(marks.get(id)!, late.has(id))]);
}

const UNITS: Record<Exclude<Rule, 'last'>, string> = {
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  yearly: 'year',
};

function markInWords({ rule, label, number, of }: Mark, isLate: boolean): Kept {
  const what = rule === 'last' ? 'among the newest' : `newest of ${UNITS[rule]} ${label}`;
  const beside = isLate ? '; it came more than 48 hours after its dump, so it displaces no other backup' : '';
  return { reason: rule, why: `kept: ${what} (${rule} ${number} of ${of})${beside}` };
}

/**
 * Chooses among the backups that came in time, and again among all, of which only the late ones are added: a late one may stay
 * where it would have been chosen, but never instead of another one.
 */
function besideLate(
  sorted: readonly RetainedBackup[],
  choose: (some: readonly RetainedBackup[]) => number[],
): number[] {
  const late = new Set(sorted.filter(isBackfilled).map(({ id }) => id));
  const inTime = choose(sorted.filter(({ id }) => !late.has(id)));
  return late.size === 0 ? inTime : [...inTime, ...choose(sorted).filter(id => late.has(id))];
}

/** They hold data that someone did not want: they count for no bucket, and stay for a while. */
function madeForRestore(counted: readonly RetainedBackup[], now: Date): Array<[number, Kept]> {
  return counted
    .filter(({ madeFor, receivedAt }) => {
      return madeFor !== null && now.getTime() - receivedAt.getTime() < MADE_FOR_RESTORE_DAYS * DAY_MS;
    })
    .map(({ id }) => [
      id,
      {
        reason: 'made_for_restore',
        why: `kept: made before a restore replaced this data, for ${MADE_FOR_RESTORE_DAYS} days`,
      },
    ]);
}

function newerIncomplete(
  counted: readonly RetainedBackup[],
  newestSound: RetainedBackup | undefined,
): Array<[number, Kept]> {
  return counted
    .filter(backup => backup.state !== 'complete' && backup.madeFor === null && isNewer(backup, newestSound))
    .slice(0, INCOMPLETE)
    .map(({ id, state }) => [
      id,
      { reason: 'newer_incomplete', why: `kept: ${state}, but newer than the last complete backup` },
    ]);
}

function isNewer(backup: RetainedBackup, than: RetainedBackup | undefined): boolean {
  return than === undefined || newestFirst([backup, than])[0] === backup;
}

/** Where too few of these stay by the other rules, such as those with losses, the newest of them fill it up. */
function fillFloor(sound: readonly RetainedBackup[], kept: Map<number, Kept>): void {
  let count = sound.filter(({ id }) => kept.has(id)).length;
  for (const { id } of sound) {
    if (count >= FLOOR) return;
    if (kept.has(id)) continue;
    kept.set(id, { reason: 'floor', why: `kept: fewer than ${FLOOR} other complete backups of the database stay` });
    count += 1;
  }
}

interface Beside {
  readonly kept: Map<number, Kept>;
  readonly newestSound: RetainedBackup | undefined;
  /** How many backups came in time, and are complete and undamaged. */
  readonly sound: number;
}

/** A damaged one may be all that is left of its day, and is sound again when its file is put back. */
function keepDamaged(counted: readonly RetainedBackup[], { kept, newestSound, sound }: Beside): void {
  for (const backup of counted) {
    if (backup.state !== 'complete' || backup.damage === null || kept.has(backup.id)) continue;
    if (isNewer(backup, newestSound))
      kept.set(backup.id, { reason: 'damaged', why: 'kept: damaged, but newer than the last sound complete backup' });
    else if (sound < FLOOR)
      kept.set(backup.id, {
        reason: 'damaged',
        why: `kept: damaged, but the database has fewer than ${FLOOR} complete backups that are not`,
      });
  }
}

function decisionOf(backup: RetainedBackup, kept: Kept | undefined, policy: RetentionPolicy): Decision {
  if (backup.goesBy === 'person')
    return { backup, isKept: false, reason: 'removed_on_purpose', why: 'to be removed: someone removes it on purpose' };
  if (kept) return { backup, isKept: true, ...kept };
  return { backup, isKept: false, ...goingInWords(backup, policy) };
}

function goingInWords({ damage, state, madeFor }: RetainedBackup, policy: RetentionPolicy): Kept {
  if (damage !== null)
    return {
      reason: 'damaged',
      why: `to be removed: damaged (${cut(damage, MAX_TEXT)}), and newer complete backups stay`,
    };
  if (madeFor !== null)
    return {
      reason: 'made_for_restore',
      why: `to be removed: made before a restore replaced this data, more than ${MADE_FOR_RESTORE_DAYS} days ago`,
    };
  if (state !== 'complete')
    return { reason: 'incomplete', why: `to be removed: ${state}, and a newer complete backup stays` };
  return { reason: 'no_rule', why: `to be removed: no rule of its policy keeps it: ${policyInWords(policy)}` };
}

/** @throws Error when pruning would leave fewer sound backups than it must */
function checkFloor(decisions: readonly Decision[]): void {
  const sound = decisions.filter(({ backup, reason }) => isSound(backup) && reason !== 'removed_on_purpose');
  const staying = sound.filter(({ isKept }) => isKept).length;
  if (staying < Math.min(FLOOR, sound.length))
    throw new Error(
      `the retention would leave ${staying} of ${sound.length} complete backups, and at least ${FLOOR} must stay: nothing is removed`,
    );
}

/** So that the reason fits its column. */
const MAX_TEXT = 200;
