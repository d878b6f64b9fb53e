import { type Brake, type Circumstances, holdsOf, usualOf, waitsOf } from './brakes.ts';
import { type Decision, decide } from './decide.ts';
import type { RetentionPolicy } from './policy.ts';
import type { RetainedBackup } from './retained-backup.ts';

/** All that decides which backups of one database stay. */
export interface PlanInput extends Circumstances {
  readonly database: string;
  /** Those that exist, in any order. */
  readonly backups: readonly RetainedBackup[];
  readonly policy: RetentionPolicy;
  readonly now: Date;
}

/** Which backups of one database stay, and which go. */
export interface DatabasePlan {
  readonly database: string;
  readonly policy: RetentionPolicy;
  /** About each backup by itself, the newest first. */
  readonly decisions: readonly Decision[];
  /** Those that go by this plan; empty while something holds the database. */
  readonly goes: readonly Decision[];
  /** How many of those are what a database with many backups a day loses each day. */
  readonly usual: number;
  /** Those that an earlier plan lets go, and that stay by this one. */
  readonly stayAgain: readonly Decision[];
  /** Whether its policy is a different one than that by which it was pruned last. */
  readonly isPolicyNew: boolean;
  /** Nothing may go, not even when an operator applies the plan. */
  readonly holds: readonly Brake[];
  /** It goes only when an operator applies the plan. */
  readonly waits: readonly Brake[];
}

/**
 * Makes the plan for one database. Pure: the same input makes the same plan.
 * @throws Error when the rules would leave too few complete backups: a bug, by which nothing may go
 */
export function planRetention({ database, backups, policy, now, ...circumstances }: PlanInput): DatabasePlan {
  const holds = holdsOf(backups, circumstances);
  const decisions = decide({ backups, policy, now }).map(decision => underHold(decision, holds));
  const goes = decisions.filter(({ isKept, backup }) => !isKept && backup.goesBy === null);
  const usual = usualOf(decisions, goes, { ...circumstances, timezone: policy.timezone });
  return {
    ...{ database, policy, decisions, goes, usual, holds, isPolicyNew: circumstances.isPolicyNew },
    stayAgain: decisions.filter(({ isKept, backup, reason }) => isKept && backup.goesBy !== null && !isHeld(reason)),
    waits: waitsOf(backups, goes, { ...circumstances, usual }),
  };
}

/** A backup that would go stays while something holds its database. */
function underHold(decision: Decision, [hold]: readonly Brake[]): Decision {
  if (!hold || decision.isKept || decision.backup.goesBy === 'person') return decision;
  const why = `kept: ${hold.words}. Without that: ${decision.why}`;
  return { ...decision, isKept: true, reason: 'held', why };
}

/** It stays where it is: on its way, or not. */
function isHeld(reason: Decision['reason']): boolean {
  return reason === 'held';
}
