import type { BackupState } from '../../protocol/finding.ts';
import type { FreshnessState } from '../entities/freshness/watched-database.entity.ts';
import type { Contract } from '../freshness/contract-of.ts';
import { countsAt, type DueFinder } from '../freshness/due-times.ts';
import type { LocalDay } from './local-days.ts';

/** A backup that tells how a day went: one that was removed since does so, too, but none that was made for a restore. */
export interface DayBackup {
  readonly id: number;
  /** When its dump began, as its name says. A zip that came days later counts for the day on which it was made. */
  readonly sortedAt: Date;
  readonly receivedAt: Date;
  readonly state: BackupState;
  readonly damage: string | null;
  /** Of the zip, in bytes. */
  readonly size: number;
  readonly removedAt: Date | null;
}

/** What the days of a database follow from. */
export interface DayFacts {
  /** The one of today: no other is known. */
  readonly contract: Pick<Contract, 'every' | 'graceMs'>;
  /** Those of these days, in any order. */
  readonly backups: readonly DayBackup[];
  /** The newest one before these days that was complete when it came. */
  readonly completeBefore: Pick<DayBackup, 'sortedAt' | 'receivedAt'> | undefined;
  /** Since when backups are expected, where no complete one says so; undefined when that is not known. */
  readonly countedFrom: Date | undefined;
  readonly states: readonly StateSpan[];
}

/** A time in which a database was in one state. */
export interface StateSpan {
  readonly state: FreshnessState | null;
  readonly from: Date;
  readonly until: Date;
}

/** How a day went: `missing` means that a backup was due, and nothing came. */
export type DayResult = 'complete' | 'unverified' | 'incomplete' | 'damaged' | 'missing' | 'paused' | 'none-due';

/** One day of one database. */
export interface DayCell {
  readonly day: string;
  readonly result: DayResult;
  /** The best backup of the day; undefined on one without. */
  readonly backup: DayBackup | undefined;
  /** When one was due on a day without: it is missing, or there is still time, or no one expected it. */
  readonly dueAt: Date | undefined;
}

/** Finds how each day went. Pure. */
export function dayCells(days: readonly LocalDay[], facts: DayFacts, now: Date, findDue: DueFinder): DayCell[] {
  const byDay = groupByDay(days, facts.backups);
  const counted = countedTimes(facts);
  return days.map((day, at) => {
    const backups = byDay[at]!;
    if (backups.length === 0) return emptyDay(day, { ...facts, counted, now, findDue });
    const best = backups.reduce((a, b) => (isBetter(b, a) ? b : a));
    return { day: day.day, result: resultOf(best), backup: best, dueAt: undefined };
  });
}

/** @returns what a backup is worth now */
export function resultOf({ state, damage }: Pick<DayBackup, 'state' | 'damage'>): BackupState | 'damaged' {
  return damage === null ? state : 'damaged';
}

const WORTH = { complete: 3, unverified: 2, incomplete: 1, damaged: 0 } as const;

/** Of two that are worth the same, the one that still has its file; then the newer one. */
function isBetter(one: DayBackup, other: DayBackup): boolean {
  const ahead = WORTH[resultOf(one)] - WORTH[resultOf(other)] || Number(!one.removedAt) - Number(!other.removedAt);
  return ahead > 0 || (ahead === 0 && one.sortedAt > other.sortedAt);
}

function groupByDay(days: readonly LocalDay[], backups: readonly DayBackup[]): DayBackup[][] {
  const groups: DayBackup[][] = days.map(() => []);
  for (const backup of backups) {
    const at = days.findIndex(({ before }) => backup.sortedAt < before);
    if (at >= 0 && backup.sortedAt >= days[at]!.from) groups[at]!.push(backup);
  }
  return groups;
}

/** @returns when complete backups counted, oldest first. One that is damaged since had come anyway. */
function countedTimes({ contract, backups, completeBefore, countedFrom }: DayFacts): Date[] {
  const complete = [
    ...(completeBefore ? [completeBefore] : []),
    ...backups.filter(({ state }) => state === 'complete'),
  ];
  const times = complete.map(({ sortedAt, receivedAt }) => countsAt(contract, { takenAt: sortedAt, receivedAt }));
  return [...times, ...(countedFrom ? [countedFrom] : [])].sort((a, b) => a.getTime() - b.getTime());
}

interface Looking extends DayFacts {
  readonly counted: readonly Date[];
  readonly now: Date;
  readonly findDue: DueFinder;
}

function emptyDay(day: LocalDay, looking: Looking): DayCell {
  const { contract, counted, now, states, findDue } = looking;
  const cell = { day: day.day, backup: undefined };
  const from = counted.findLast(time => time < day.before);
  const due = from && findDue(contract.every, from, day.from);
  const dueAt = due && due < day.before ? due : undefined;
  const result =
    dueAt && isMissed(dueAt, day, looking) ? 'missing' : wasPaused(states, day, now) ? 'paused' : 'none-due';
  return { ...cell, result, dueAt };
}

const HOUR = 3_600_000;
const BAD: ReadonlySet<FreshnessState | null> = new Set(['late', 'critical', 'never']);

/**
 * Nothing came in its time; and the database was late on that day, as the evaluations of then have found it. So neither a contract that
 * has changed since, nor a pause, makes a day look missed that was not.
 */
function isMissed(dueAt: Date, day: LocalDay, { contract, backups, now, states }: Looking): boolean {
  const lateAt = new Date(dueAt.getTime() + contract.graceMs);
  if (lateAt > now) return false;
  // Around midnight a backup may be of the day before, or the day after.
  const hasCome = backups.some(
    ({ sortedAt, receivedAt }) => sortedAt <= lateAt && receivedAt.getTime() >= dueAt.getTime() - HOUR,
  );
  if (hasCome) return false;
  const until = new Date(Math.max(day.before.getTime(), lateAt.getTime() + HOUR));
  return states.some(({ state, from, until: end }) => BAD.has(state) && from < until && end > day.from);
}

function wasPaused(states: readonly StateSpan[], day: LocalDay, now: Date): boolean {
  return states.some(
    ({ state, from, until }) => state === 'paused' && from < day.before && from <= now && until > day.from,
  );
}

/** A change of the state of a database. */
export interface Change {
  readonly at: Date;
  readonly fromState: FreshnessState | null;
  readonly toState: FreshnessState;
}

/**
 * @param now the state of now, and since when it is
 * @param changes those of the days that are looked at, oldest first
 */
export function spansOf(
  now: { readonly state: FreshnessState; readonly since: Date },
  changes: readonly Change[],
): StateSpan[] {
  const [first] = changes;
  if (!first) return [{ state: now.state, from: now.since, until: EVER }];
  const spans: StateSpan[] = [{ state: first.fromState, from: new Date(0), until: first.at }];
  for (const [at, { toState, at: from }] of changes.entries())
    spans.push({ state: toState, from, until: changes[at + 1]?.at ?? EVER });
  // What is late by now, and was not evaluated since, has no change of its state yet.
  return changes.at(-1)!.toState === now.state ? spans : [...spans, { state: now.state, from: now.since, until: EVER }];
}

const EVER = new Date(8.64e15);
