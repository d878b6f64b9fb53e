import type { AlarmKind } from '../../configuration/alarm-kinds.ts';
import type { Looking } from '../looking/looking.ts';
import { readBad, readStates } from '../looking/watched.ts';
import type { Condition } from '../model/condition.ts';
import { clockJumped } from '../service-conditions/clock-jumped.ts';
import { manyForgotten } from '../service-conditions/many-forgotten.ts';
import { retentionHeld } from '../service-conditions/retention-held.ts';
import { serviceOff } from '../service-conditions/service-off.ts';
import { storageLow } from '../service-conditions/storage-low.ts';
import { channelFailing } from './channel-failing.ts';
import { clockAhead } from './clock-ahead.ts';
import { damaged } from './damaged.ts';
import { drillDue } from './drill-due.ts';
import { drillFailed } from './drill-failed.ts';
import { freshnessConditions } from './freshness.ts';
import { incomplete } from './incomplete.ts';
import { pushedOut } from './pushed-out.ts';
import { runFailed } from './run-failed.ts';
import { runMissing } from './run-missing.ts';
import { shrunk } from './shrunk.ts';

/**
 * Reads all that is not as it should be, as the tables of the history show it now.
 * @throws the error of the store's driver: then nothing is known, and no alarm may close
 */
export async function readConditions(looking: Looking): Promise<Condition[]> {
  const bad = await readBad(looking.em);
  const { conditions: off, others } = await serviceOff(looking, bad);
  const found = [
    ...(await storageLow(looking)),
    ...off,
    ...(await runMissing(looking, others)),
    ...freshnessConditions(bad, looking.configuration.timezone),
    ...(await runFailed(looking)),
    ...(await incomplete(looking)),
    ...(await damaged(looking)),
    ...(await shrunk(looking)),
    ...(await drillFailed(looking)),
    ...(await drillDue(looking)),
    ...(await retentionHeld(looking)),
    ...(await pushedOut(looking)),
    ...(await clockJumped(looking)),
    ...(await manyForgotten(looking)),
    ...(await clockAhead(looking)),
    ...(await channelFailing(looking)),
  ];
  return withoutUnwatched(looking, found);
}

/** Someone has said with a reason that no backup of these is expected for now. What is stored of them is watched anyway. */
async function withoutUnwatched({ em }: Looking, conditions: readonly Condition[]): Promise<Condition[]> {
  const names = conditions.flatMap(({ kind, database }) =>
    database !== undefined && OF_RUNS.has(kind) ? [database] : [],
  );
  const states = await readStates(em, [...new Set(names)]);
  return conditions.filter(({ kind, database }) => {
    const state = database === undefined ? undefined : states.get(database)?.state;
    return !OF_RUNS.has(kind) || (state !== 'paused' && state !== 'retired');
  });
}

const OF_RUNS: ReadonlySet<AlarmKind> = new Set(['run_failed', 'incomplete']);
