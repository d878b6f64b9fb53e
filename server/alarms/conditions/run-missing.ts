import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { query } from '../../history/tables.ts';
import { utc } from '../looking/looking.ts';
import type { Roster, Watched } from '../looking/watched.ts';
import type { Condition } from '../model/condition.ts';

/**
 * Finds the sources whose run is due by the contracts of their databases, and that have not reported one since the last complete
 * backup of these. That explains why the databases are late.
 * @param bad the databases that do not keep their contract
 */
export async function runMissing(em: EntityManager, bad: readonly Watched[]): Promise<Condition[]> {
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
    conditionOf(
      subject,
      lists.flatMap(({ databases }) => databases),
      lists.flatMap(({ last }) => last ?? []),
    ),
  );
}

type Expected = Watched & { readonly roster: Roster; readonly lastCompleteReceivedAt: Date };

function isExpected(watched: Watched): watched is Expected {
  const { state, roster, lastCompleteReceivedAt } = watched;
  return (state === 'late' || state === 'critical') && roster?.goneAt === null && lastCompleteReceivedAt !== null;
}

/** A run of some databases only (`--only`) is no run of the list. */
async function lastRunOf(em: EntityManager, { source, shard, list, part }: Roster): Promise<Date | undefined> {
  const runs = await readRows(
    em,
    query
      .selectFrom('runs as r')
      .where('r.source', '=', source)
      .where('r.shard', '=', shard)
      .where('r.list', '=', list)
      .where('r.part', '=', part)
      .orderBy('r.started_at', 'desc')
      .orderBy('r.id', 'desc')
      .limit(MOST_PARTIAL)
      .select(['r.started_at as startedAt', 'r.is_partial as isPartial']),
  );
  return runs.find(({ isPartial }) => !isPartial)?.startedAt;
}

/** No one makes so many runs by hand between two of the list. */
const MOST_PARTIAL = 50;

function nameOf({ source, shard }: Roster): string {
  return shard === '' ? source : `${source}/${shard}`;
}

function conditionOf(subject: string, databases: readonly Expected[], runs: readonly Date[]): Condition {
  const names = databases.map(({ name }) => name).sort();
  const { source } = databases[0]!.roster;
  const last = runs.length === 0 ? 'it has never reported a run' : `its last run began ${utc(latest(runs))}`;
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
