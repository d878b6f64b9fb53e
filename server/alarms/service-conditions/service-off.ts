import { minuteOf } from '../../../protocol/texts/minute.ts';
import { type UnseenTime, unseenTimes } from '../../jobs/unseen-times.ts';
import { lastRunOf } from '../looking/last-run.ts';
import type { Looking } from '../looking/looking.ts';
import type { Watched } from '../looking/watched.ts';
import type { Condition } from '../model/condition.ts';

/** What follows from a time in which the service was off. */
export interface ServiceOff {
  readonly conditions: readonly Condition[];
  /** The databases that it does not explain. */
  readonly others: readonly Watched[];
}

/**
 * Finds the databases whose backup was due in a time in which the service was off, and of which neither a backup nor the report of a run
 * has come since. Their hosts are not to blame: no run could be reported then. Once the next backup is missed, too, they are.
 * @param bad the databases that do not keep their contract
 */
export async function serviceOff({ em, now, configuration }: Looking, bad: readonly Watched[]): Promise<ServiceOff> {
  const unseen = await unseenTimes(em, now);
  const explained = new Map<Watched, UnseenTime>();
  const lastRuns = new Map<string, Promise<Date | undefined>>();
  for (const watched of unseen.length > 0 ? bad : []) {
    const time = unseen.findLast(time => explains(time, watched, now));
    if (!time) continue;
    const { roster } = watched;
    const key = roster && JSON.stringify([roster.source, roster.shard, roster.list, roster.part]);
    if (roster && !lastRuns.has(key!)) lastRuns.set(key!, lastRunOf(em, roster));
    const last = roster && (await lastRuns.get(key!));
    if (!last || last < (watched.lastCompleteReceivedAt ?? time.from)) explained.set(watched, time);
  }
  const others = bad.filter(watched => !explained.has(watched));
  return { conditions: explained.size === 0 ? [] : [conditionOf(explained, configuration.timezone)], others };
}

function explains({ from, until }: UnseenTime, { state, dueAt, lateAt, criticalAt }: Watched, now: Date): boolean {
  if (!dueAt || !lateAt || !criticalAt || now >= criticalAt) return false;
  return (state === 'late' || state === 'never') && from < lateAt && dueAt < until;
}

function conditionOf(explained: ReadonlyMap<Watched, UnseenTime>, timezone: string): Condition {
  const names = [...explained.keys()].map(({ name }) => name).sort();
  const times = [...new Map([...explained.values()].map(time => [time.from.getTime(), time])).values()];
  const spans = times.map(({ from, until }) => `from ${minuteOf(from, timezone)} to ${minuteOf(until, timezone)}`);
  const who = names.length === 1 ? `${names[0]} has` : `${names.length} databases have`;
  return {
    ...{ kind: 'service_off', subject: 'service', severity: 'warning', since: times[0]!.from, databases: names },
    summary: `The service was not running ${spans.join(', and ')}: no run could be reported, and ${who} no backup of that time yet`,
    advice:
      'Find out why it was off: its log, and the log of its machine. What waits on a host comes with its next run; to have it sooner: sade backup',
  };
}
