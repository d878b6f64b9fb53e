import { type InferType, mixed, number, object, string } from 'yup';
import { instant } from './schema-fields.ts';

/** What a drill showed of a backup. `could_not_test` is never a good one: nothing is known of the backup then. */
export const DRILL_OUTCOMES = ['restorable', 'not_restorable', 'could_not_test'] as const;
export type DrillOutcome = (typeof DRILL_OUTCOMES)[number];

const id = () => number().integer().positive().max(Number.MAX_SAFE_INTEGER);

/** A drill beside a backup or a database in a list; null without one, and left out by an earlier service. */
const lastDrill = object({
  id: id().required(),
  /** Which was restored. */
  backup_id: id().nullable().defined(),
  outcome: mixed<DrillOutcome>().oneOf(DRILL_OUTCOMES).required(),
  /** When it ended, ISO 8601, UTC. */
  at: instant(),
  /** How long the restore took, from the start of the fetch to the end of the verification; null where it did not get there. */
  seconds: number().min(0).nullable().defined(),
  /** Why it is not a good one, in one sentence; null where it is. */
  reason: string().nullable().defined(),
})
  .default(undefined)
  .nullable()
  .optional();

export type LastDrill = NonNullable<InferType<typeof lastDrill>>;

/** The newest drill, and the newest one that showed whether the backup is restorable: null where all that there were could not test. */
export const drills = { last_drill: lastDrill, last_proof: lastDrill };
