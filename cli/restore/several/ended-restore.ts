import { EXIT } from '../../errors.ts';
import type { NamedAnswer } from '../report/restore-json.ts';
import type { PlannedRestore, Refusal } from './planned-restore.ts';

/** How the restore of one of several databases ended. */
export interface EndedRestore extends NamedAnswer {
  readonly outcome: 'agreed' | 'differs' | 'failed' | 'refused' | 'interrupted' | 'not begun';
  /** Why, and what to do; undefined where all agrees. */
  readonly refusal?: Refusal | undefined;
}

/** @returns the end of a database with which nothing was done */
export function untouched(
  { preparing, prepared, refusal }: PlannedRestore,
  outcome: 'refused' | 'not begun',
): EndedRestore {
  const plan = prepared ? { plan: prepared.plan } : {};
  return { database: preparing.label, outcome, ...plan, refusal, error: refusal?.error };
}

/** @returns 0 when all agree, 3 when nothing was begun, 2 when none is loaded, else 1 */
export function exitCodeOf(ended: readonly EndedRestore[]): number {
  const has = (...outcomes: EndedRestore['outcome'][]) => ended.some(({ outcome }) => outcomes.includes(outcome));
  if (!has('differs', 'failed', 'refused', 'interrupted', 'not begun')) return EXIT.ok;
  if (has('agreed', 'differs')) return EXIT.someFailed;
  return has('failed', 'interrupted') ? EXIT.noneSucceeded : EXIT.misconfigured;
}
