import { isNotProvenSince } from '../../drills/not-proven.ts';
import { readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import { type Looking, NAMES_AT_ONCE } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

/** More names are in no message. */
const MOST = 1_000;

/** Finds the databases that no drill has proven for longer than the configuration allows: one alarm for all of them. */
export async function drillDue({ em, now, configuration }: Looking): Promise<Condition[]> {
  const { drillEveryMs } = configuration.alarms;
  if (drillEveryMs === undefined) return [];
  const since = new Date(now.getTime() - drillEveryMs);
  const names: string[] = [];
  for (let after = ''; names.length < MOST; ) {
    const page = await readRows(em, unproven(since, after));
    names.push(...page.map(({ name }) => name));
    if (page.length < NAMES_AT_ONCE) break;
    after = page.at(-1)!.name;
  }
  if (names.length === 0) return [];
  const days = Math.round(drillEveryMs / 86_400_000);
  const them = names.length === 1 ? `${names[0]} has` : `${names.length} databases have`;
  return [
    {
      ...{ kind: 'drill_due', subject: 'drills', severity: 'warning', since: now, databases: names },
      summary: `${them} had no drill within ${days} days that proved a backup restorable`,
      advice: 'Check the cron job of sade drill, or run it now: sade drill --all',
    },
  ];
}

const eb = aliased<{ d: 'databases'; old: 'backups' }>();

/** A database that is new is not due yet. */
function unproven(since: Date, after: string) {
  const old = query
    .selectFrom('backups as old')
    .select('old.id')
    .where(eb('old.database_id', '=', eb.ref('d.id')))
    .where('old.sorted_at', '<', since);
  return query
    .selectFrom('databases as d')
    .where('d.name', '>', after)
    .where(isNotProvenSince(since))
    .where(eb.exists(old))
    .orderBy('d.name')
    .limit(NAMES_AT_ONCE)
    .select('d.name');
}
