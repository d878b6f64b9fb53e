import { ExplainedError } from '../../errors.ts';
import { outageBehind } from '../../service/outage.ts';
import { type PrepareOptions, prepareRestore } from '../plan/prepare.ts';
import { redactedError, redactedPlan } from '../report/redacted.ts';
import type { RestoreSettings } from '../target/wish-of.ts';
import type { PlannedRestore } from './planned-restore.ts';
import { refusalByError, refusalOfClash, refusalOfPlan } from './refusals.ts';
import { withRoomAfter } from './room-for-all.ts';

type Redact = (text: string) => string;

/**
 * Makes the plans of several databases, one after another. Changes nothing. One that can't be restored does not stop the others.
 * @throws {ExplainedError} of what all of them need: the service, or the server of `--to`; the signal's reason when aborted
 */
export async function planAll(all: readonly PrepareOptions[], redact: Redact): Promise<PlannedRestore[]> {
  const planned: PlannedRestore[] = [];
  for (const preparing of all) {
    const one = await planOne(preparing, redact);
    const { error } = one.refusal ?? {};
    if (concernsAll(error, preparing.settings)) throw error;
    planned.push(withRoomAfter(planned, withoutClash(one, planned)));
  }
  return planned;
}

/** Makes the plan of one of several databases: no question is asked. @throws the signal's reason when aborted */
export async function planOne(preparing: PrepareOptions, redact: Redact): Promise<PlannedRestore> {
  const { settings, asked } = preparing;
  asked.signal.throwIfAborted();
  try {
    const prepared = await prepareRestore({ ...preparing, settings: { ...settings, yes: true } });
    const plan = redactedPlan(prepared.plan, redact);
    return { preparing, prepared: { ...prepared, plan }, refusal: refusalOfPlan(preparing, plan) };
  } catch (error) {
    if (asked.signal.aborted) throw asked.signal.reason;
    return { preparing, refusal: refusalByError(preparing, redactedError(error, redact)) };
  }
}

/** Asking thirty times a service or a server that is away takes long, and helps no one. */
function concernsAll(error: unknown, { server, to }: RestoreSettings): boolean {
  return [error, error instanceof ExplainedError ? error.cause : undefined].some(error => {
    const outage = outageBehind(error, server);
    return outage !== undefined && (to !== undefined || outage.cause.where === server.origin);
  });
}

/** Two labels may be of databases with one name, on two servers: one of them would get what the other has, or replace it. */
function withoutClash(one: PlannedRestore, earlier: readonly PlannedRestore[]): PlannedRestore {
  const place = placeOf(one);
  const other = place && earlier.find(planned => placeOf(planned) === place);
  if (!other) return one;
  const { preparing, prepared } = one;
  return { ...one, refusal: refusalOfClash(preparing, prepared!.target.database, other.preparing.label) };
}

function placeOf({ prepared, refusal }: PlannedRestore): string | undefined {
  if (!prepared || refusal) return undefined;
  const { target, preflight } = prepared;
  const database = preflight.facts.ignoresCase ? target.database.toLowerCase() : target.database;
  return `${target.address} ${database}`;
}
