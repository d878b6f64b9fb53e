import { EVERYTHING } from '../auth/scope.ts';
import type { Orm } from '../history/orm.ts';
import type { Clock } from '../jobs/clock.ts';
import { fleetBrakes } from './fleet-brakes.ts';
import { planFleet, type Retaining } from './plan-fleet.ts';
import type { DatabasePlan } from './rules/plan-retention.ts';
import type { RetentionConfiguration } from './terms-of.ts';

interface Parts extends Pick<Retaining, 'storage' | 'log'> {
  readonly history: Orm;
  readonly configuration: () => RetentionConfiguration;
  readonly clock: Clock;
  /** How long an answer holds for the other backups of a database, in milliseconds of real time. */
  readonly keepMs?: number;
}

/** What is asked about: a backup whose grace is over. */
interface DueBackup {
  readonly id: number;
  readonly database: string;
}

/** What the plan of now has for the backups of a database: a sentence why none goes, or those that do not stay. */
type Answer = string | ReadonlyMap<number, true | string>;

const KEEP_MS = 30_000;

/** So many databases have an answer at once: each holds the ids of its backups. */
const MOST_ANSWERS = 50;

/**
 * Makes what the removal asks before a file goes: the plan is made again, since a backup on which the old one relied may be damaged by
 * now. A large plan that an operator has applied is not asked for again.
 * @returns true, or one sentence that says why the backup stays after all
 */
export function mayGoBy({ keepMs = KEEP_MS, ...parts }: Parts): (backup: DueBackup) => Promise<true | string> {
  const answers = new Map<string, { at: number; answer: Answer }>();
  return async ({ id, database }) => {
    const known = answers.get(database);
    if (!known || performance.now() - known.at >= keepMs) {
      if (answers.size >= MOST_ANSWERS) answers.clear();
      const answer = await answerFor(parts, database);
      answers.set(database, { at: performance.now(), answer });
    }
    const { answer } = answers.get(database)!;
    return typeof answer === 'string' ? answer : (answer.get(id) ?? 'the retention does not know it');
  };
}

async function answerFor(
  { history, storage, configuration, clock, log }: Omit<Parts, 'keepMs'>,
  database: string,
): Promise<Answer> {
  const parts: Retaining = {
    ...{ em: history.em.fork(), storage, configuration: configuration(), now: clock.now(), log },
  };
  const [brake] = await fleetBrakes(parts);
  if (brake) return brake.words;
  for await (const plan of planFleet(parts, { scope: EVERYTHING, names: [database] })) return answerOf(plan);
  return 'the retention does not know its database';
}

function answerOf({ decisions, holds, waits }: DatabasePlan): Answer {
  const [hold] = [...holds, ...waits.filter(({ kind }) => kind === 'pushed_out' || kind === 'policy_changed')];
  if (hold) return hold.words;
  return new Map(decisions.map(({ backup, isKept, why }) => [backup.id, isKept ? why : true]));
}
