import { minuteOf } from '../../protocol/texts/minute.ts';
import type { FreshnessState } from '../entities/freshness/watched-database.entity.ts';
import type { UnseenTime } from '../jobs/unseen-times.ts';
import { type Contract, contractInWords } from './contract-of.ts';
import { afterUnseen, countsAt, type DueTimes, dueTimes, type Received } from './due-times.ts';

/** All that the state of a database follows from. */
export interface Facts {
  readonly contract: Contract;
  /** Undefined when it was never on a roster. */
  readonly roster: RosterFacts | undefined;
  /** The newest complete backup that is sound, and was not made for a restore. */
  readonly lastComplete: LastComplete | undefined;
  /** The current pause, or the last one. */
  readonly pause: Pause | undefined;
  readonly retirement: Retirement | undefined;
  /** What the last evaluation found; undefined for a database that was not watched before. */
  readonly before: Before | undefined;
  /** When the service was off, the oldest first; never when left out. */
  readonly unseen?: readonly UnseenTime[];
}

export interface RosterFacts {
  /** When it first stood on a roster that it still stands on; undefined when it stands on none any more. */
  readonly firstSeenAt: Date | undefined;
  /** When it went from the last one; undefined while it stands on one. */
  readonly goneAt: Date | undefined;
}

export interface LastComplete extends Received {
  readonly id: number;
}

/** No backup is expected from `from` until `until`. */
export interface Pause {
  readonly from: Date;
  readonly until: Date;
  readonly by: string;
  readonly reason: string;
}

/** No backup is expected any more. */
export interface Retirement {
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
}

export interface Before {
  readonly state: FreshnessState;
  readonly stateSince: Date;
  readonly countedFrom: Date;
  /** The due times that it found, and what they were counted from, if the contract is still the same. */
  readonly known?: { readonly from: Date; readonly due: DueTimes } | undefined;
}

/** What an evaluation finds. */
export interface Assessment {
  readonly state: FreshnessState;
  /** Null while no backup is expected. */
  readonly due: DueTimes | null;
  /** From when the last complete backup counts. */
  readonly countsAt: Date | null;
  /** From when due times are counted, where that is later. */
  readonly countedFrom: Date;
  /** One sentence. */
  readonly why: string;
}

/** Finds the state of a database at a moment. Nothing but the facts and the moment decides. */
export function stateOf(facts: Facts, now: Date): Assessment {
  const { contract, lastComplete, unseen = [] } = facts;
  const counts = lastComplete ? countsAt(contract, lastComplete) : null;
  const idle = idleState(facts, now);
  const from = countedFrom(facts, { counts, idle: idle?.state, now });
  if (idle) return { ...idle, due: null, countsAt: counts, countedFrom: from };
  const due = afterUnseen(contract, dueTimesOf(facts, latest(from, counts)), unseen);
  const state = watchedState(due, { counts, from, now });
  return { state, due, countsAt: counts, countedFrom: from, why: whyOf(state, facts, due) };
}

/** @returns the state of a database of which no backup is expected; undefined for all others */
function idleState(
  { pause, retirement, roster, lastComplete }: Facts,
  now: Date,
): Pick<Assessment, 'state' | 'why'> | undefined {
  if (retirement) return { state: 'retired', why: `${retirement.by} retired it: ${retirement.reason}` };
  if (pause && pause.from <= now && now < pause.until)
    return { state: 'paused', why: `${pause.by} paused it until ${minuteOf(pause.until)}: ${pause.reason}` };
  const goneAt = roster?.goneAt;
  // Someone else backs it up since then: it is watched like one that was never on a roster.
  if (!goneAt || (lastComplete && lastComplete.takenAt > goneAt)) return undefined;
  return { state: 'dropped', why: `no source has it on its list any more since ${minuteOf(goneAt)}` };
}

interface Counting {
  readonly counts: Date | null;
  readonly idle: FreshnessState | undefined;
  readonly now: Date;
}

function watchedState(
  { lateAt, criticalAt }: DueTimes,
  { counts, from, now }: { counts: Date | null; from: Date; now: Date },
): FreshnessState {
  if (now < lateAt) return counts && counts >= from ? 'ok' : 'new';
  if (!counts) return 'never';
  return now < criticalAt ? 'late' : 'critical';
}

/**
 * From when due times are counted, if no backup is newer. A due time at which no backup was expected is forgiven: one within a
 * pause, a retirement, or a time on no roster. What was late before stays late: else a pause of a minute would make a late
 * database look well.
 */
function countedFrom({ contract, roster, pause, before }: Facts, { counts, idle, now }: Counting): Date {
  const first = earliest(roster?.firstSeenAt ?? now, now);
  let from = before?.countedFrom ?? (counts ? ALWAYS : first);
  const hasLeft = before && before.state !== idle && (before.state === 'dropped' || before.state === 'retired');
  const spans = [
    ...(pause && pause.until <= now ? [pause] : []),
    ...(hasLeft ? [{ from: before.stateSince, until: now }] : []),
  ];
  for (const span of spans) {
    const { dueAt, lateAt } = dueTimesOf({ contract, before }, latest(from, counts));
    if (span.from <= lateAt && dueAt < span.until) from = span.until;
  }
  return from;
}

/** Of a database that has a complete backup when it is first seen: its backups alone count. */
const ALWAYS = new Date(0);

/** Most databases have had no new backup since the last evaluation, and a cron expression takes its time. */
function dueTimesOf({ contract, before }: Pick<Facts, 'contract' | 'before'>, from: Date): DueTimes {
  const known = before?.known;
  return known && known.from.getTime() === from.getTime() ? known.due : dueTimes(contract, from);
}

function whyOf(state: FreshnessState, { contract, lastComplete }: Facts, { dueAt }: DueTimes): string {
  const last = lastComplete
    ? `the last complete backup was received on ${minuteOf(lastComplete.receivedAt)}${takenEarlier(lastComplete)}`
    : 'it has no complete backup';
  const due = `the next ${state === 'ok' || state === 'new' ? 'is' : 'was'} due on ${minuteOf(dueAt)} (${contractInWords(contract)})`;
  return `${last}, and ${due}`;
}

/** A backup that came late counts from about the time when it was taken. */
function takenEarlier({ takenAt, receivedAt }: LastComplete): string {
  return receivedAt.getTime() - takenAt.getTime() > HOUR ? `, and was taken on ${minuteOf(takenAt)}` : '';
}

const HOUR = 3_600_000;

function latest(one: Date, other: Date | null): Date {
  return other && other > one ? other : one;
}

function earliest(one: Date, other: Date): Date {
  return one < other ? one : other;
}
