import { Cron } from 'croner';
import type { Every } from '../configuration/configuration.ts';
import type { UnseenTime } from '../jobs/unseen-times.ts';
import type { Contract } from './contract-of.ts';

/** When the next complete backup must be there. */
export interface DueTimes {
  readonly dueAt: Date;
  /** From then on it is late: the grace is over. */
  readonly lateAt: Date;
  /** From then on it is critical: a second due time was missed, too, and the grace. */
  readonly criticalAt: Date;
}

/**
 * @param from what the contract is counted from: when the last complete backup counts, or when the database was first expected
 * @returns the due times behind it
 */
export function dueTimes({ every, graceMs }: Pick<Contract, 'every' | 'graceMs'>, from: Date): DueTimes {
  const dueAt = nextDue(every, from);
  return { dueAt, lateAt: later(dueAt, graceMs), criticalAt: later(nextDue(every, dueAt), graceMs) };
}

/**
 * @param countsAt from when its last complete backup counts
 * @returns whether its grace is over by its contract alone: what is not late anyway was due while the service was off, and still
 *   waits for its backup
 */
export function isPastGrace(contract: Pick<Contract, 'every' | 'graceMs'>, countsAt: Date, now: Date): boolean {
  return dueTimes(contract, countsAt).lateAt <= now;
}

/**
 * Moves due times that fell into a time in which the service was off: no upload could come then, and no run could be reported. A host
 * has its grace from the end of that time on, and a second due time of that time is no second one that was missed. What was late before
 * stays late. A service that is off again and again holds nothing back for longer than one more period.
 * @param due of that contract, with or without these times
 * @param unseen the oldest first
 */
export function afterUnseen(
  { every, graceMs }: Pick<Contract, 'every' | 'graceMs'>,
  due: DueTimes,
  unseen: readonly UnseenTime[],
): DueTimes {
  const { dueAt } = due;
  const times = unseen.filter(({ until }) => until > dueAt);
  if (times.length === 0) return due;
  const secondAt = nextDue(every, dueAt);
  const endOf = (at: Date) => times.findLast(({ from, until }) => until > at && from < later(at, graceMs))?.until;
  const [firstEnd, secondEnd] = [endOf(dueAt), endOf(secondAt)];
  const lateAt = later(firstEnd ?? dueAt, graceMs);
  const criticalAt = later(secondEnd ? nextDue(every, secondEnd) : secondAt, graceMs);
  return { dueAt, lateAt: earliest(lateAt, criticalAt), criticalAt };
}

/**
 * Finds from when on a backup counts as received. Usually that is its receipt. But a zip that waited in a spool, or an old one that
 * someone uploads now, shows only that the database was backed up when the dump began: it counts from then, plus the time that
 * a dump and its upload may take.
 * @param takenAt when the dump began, never later than the receipt (`sortTime`)
 */
export function countsAt({ every }: Pick<Contract, 'every'>, { takenAt, receivedAt }: Received): Date {
  const age = receivedAt.getTime() - takenAt.getTime();
  return age <= HOUR ? receivedAt : later(takenAt, Math.min(age, toleranceMs(every, receivedAt)));
}

export interface Received {
  readonly takenAt: Date;
  readonly receivedAt: Date;
}

const HOUR = 3_600_000;

/** Half of the time from one due time to the next, but at least one hour, and at most twelve. */
function toleranceMs(every: Every, at: Date): number {
  const due = nextDue(every, at);
  const period = nextDue(every, due).getTime() - due.getTime();
  return Math.min(Math.max(period / 2, HOUR), 12 * HOUR);
}

/**
 * Finds the first due time at or after `from`, if nothing comes since `counted`.
 * @param counted when the last backup counted, or since when one is expected
 */
export type DueFinder = (every: Every, counted: Date, from: Date) => Date;

/** @returns one that remembers the times of cron expressions: thousands of databases share them, and each takes its time */
export function dueFinder(): DueFinder {
  const times = new Map<string, Date>();
  return (every, counted, from) => {
    if (counted >= from) return nextDue(every, counted);
    if (every.kind === 'interval') {
      const periods = Math.max(1, Math.ceil((from.getTime() - counted.getTime()) / every.ms));
      return later(counted, periods * every.ms);
    }
    const key = `${every.expression} ${every.timezone} ${from.getTime()}`;
    const due = times.get(key) ?? nextDue(every, later(from, -1));
    times.set(key, due);
    return due;
  };
}

/** An expression that never comes is refused where it is read; if one gets here anyway, a backup is due each day. */
function nextDue(every: Every, after: Date): Date {
  if (every.kind === 'interval') return later(after, every.ms);
  return cronOf(every.expression, every.timezone).nextRun(after) ?? later(after, 24 * HOUR);
}

/** To read an expression takes longer than to find its next time, and thousands of databases share a few of them. */
function cronOf(expression: string, timezone: string): Cron {
  const key = `${expression} ${timezone}`;
  const known = crons.get(key) ?? new Cron(expression, { mode: '5-part', timezone });
  if (crons.size >= MOST_KNOWN) crons.clear();
  crons.set(key, known);
  return known;
}

const MOST_KNOWN = 1_000;
const crons = new Map<string, Cron>();

function earliest(one: Date, other: Date): Date {
  return one < other ? one : other;
}

function later(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}
