import { minuteOf } from '../../../protocol/texts/minute.ts';
import { lastRunOf } from '../looking/last-run.ts';
import type { Looking } from '../looking/looking.ts';
import type { Roster, Watched } from '../looking/watched.ts';
import type { Condition } from '../model/condition.ts';

/**
 * Finds the sources whose run is due by the contracts of their databases, and that have not reported one since the last complete
 * backup of these. That explains why the databases are late.
 * @param bad the databases that do not keep their contract, without those of which no run could be reported
 */
export async function runMissing(
  { em, configuration }: Pick<Looking, 'em' | 'configuration'>,
  bad: readonly Watched[],
): Promise<Condition[]> {
  const late = bad.filter(isExpected);
  const lists = Map.groupBy(late, ({ roster }) =>
    JSON.stringify([roster.source, roster.shard, roster.list, roster.part]),
  );
  const missing: Array<{ readonly last: Date | undefined; readonly databases: readonly Expected[] }> = [];
  for (const databases of lists.values()) {
    const last = await lastRunOf(em, databases[0]!.roster);
    const without = databases.filter(({ lastCompleteReceivedAt }) => !last || last < lastCompleteReceivedAt);
    if (without.length > 0) missing.push({ last, databases: without });
  }
  const sources = Map.groupBy(missing, ({ databases }) => nameOf(databases[0]!.roster));
  return [...sources].map(([subject, lists]) =>
    conditionOf(subject, {
      databases: lists.flatMap(({ databases }) => databases),
      runs: lists.flatMap(({ last }) => last ?? []),
      timezone: configuration.timezone,
    }),
  );
}

type Expected = Watched & { readonly roster: Roster; readonly lastCompleteReceivedAt: Date };

function isExpected(watched: Watched): watched is Expected {
  const { state, roster, lastCompleteReceivedAt } = watched;
  return (state === 'late' || state === 'critical') && roster?.goneAt === null && lastCompleteReceivedAt !== null;
}

function nameOf({ source, shard }: Roster): string {
  return shard === '' ? source : `${source}/${shard}`;
}

interface Missing {
  readonly databases: readonly Expected[];
  readonly runs: readonly Date[];
  readonly timezone: string;
}

function conditionOf(subject: string, { databases, runs, timezone }: Missing): Condition {
  const names = databases.map(({ name }) => name).sort();
  const { source } = databases[0]!.roster;
  const last =
    runs.length === 0 ? 'it has never reported a run' : `its last run began ${minuteOf(latest(runs), timezone)}`;
  const isCritical = databases.some(({ state }) => state === 'critical');
  return {
    ...{ kind: 'run_missing', subject, source },
    severity: isCritical ? 'critical' : 'warning',
    since: new Date(Math.min(...databases.map(({ stateSince }) => stateSince.getTime()))),
    summary: `${subject} has not reported its run: ${last}, and ${effectOf(databases)}`,
    advice: `Log in on ${source}: is it up, does its cron job still run sade backup, and what does sade doctor report?`,
    databases: names,
  };
}

/** What has grown worse is said: that some have missed their second backup. */
function effectOf(databases: readonly Expected[]): string {
  const critical = databases.filter(({ state }) => state === 'critical');
  const which = critical.length > 0 ? critical : databases;
  const [has, is] = which.length === 1 ? ['has', 'is'] : ['have', 'are'];
  const who = which.length === 1 ? which[0]!.name : `${which.length} databases`;
  return critical.length > 0 ? `${who} ${has} missed two backups` : `${who} ${is} late`;
}

function latest(dates: readonly Date[]): Date {
  return new Date(Math.max(...dates.map(Number)));
}
