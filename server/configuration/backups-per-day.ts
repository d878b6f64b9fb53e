import { Cron } from 'croner';
import type { Configuration, Every } from './configuration.ts';
import { groupOf } from './group-of.ts';

/** More backups than this within 24 hours push others out, unless the configuration of the service asks for more. */
const MOST_PER_DAY = 4;

const DAY_MS = 86_400_000;

/** So many times a day is looked for at most: a cron expression may name each minute. */
const MOST_TIMES = 1_440;

type Contracts = Pick<Configuration, 'groups' | 'databases'> & Partial<Pick<Configuration, 'defaults'>>;

/**
 * @returns how many backups a day the configuration of the service asks for. What `databases.json` says does not count: who has stolen
 *   an upload token can send a list that asks for many, and then as many forged backups
 */
export function backupsPerDay({ groups, databases, defaults }: Contracts, database: string, now: Date): number {
  const own = Object.hasOwn(databases, database) ? databases[database]!.every : undefined;
  const group = groupOf({ groups, databases }, database);
  const ofGroup = group !== undefined && Object.hasOwn(groups, group) ? groups[group]!.every : undefined;
  return perDay(own ?? ofGroup ?? defaults?.every, now);
}

/** @param perDay what `backupsPerDay` returns @returns how many backups within 24 hours are in order */
export function mostPerDay(perDay: number): number {
  return Math.max(MOST_PER_DAY, 2 * perDay);
}

function perDay(every: Every | undefined, now: Date): number {
  if (!every) return 1;
  if (every.kind === 'interval') return Math.max(1, Math.min(MOST_TIMES, Math.ceil(DAY_MS / every.ms)));
  try {
    return Math.max(1, timesADay(new Cron(every.expression, { timezone: every.timezone }), now));
  } catch {
    return 1;
  }
}

/** Looks no further than the first time after that day: a list of 1,440 nightly backups takes 27 ms, and a plan asks once a database. */
function timesADay(cron: Cron, now: Date): number {
  let times = 0;
  for (let run = cron.nextRun(now); run && times < MOST_TIMES; run = cron.nextRun(run)) {
    if (run.getTime() - now.getTime() >= DAY_MS) break;
    times += 1;
  }
  return times;
}
