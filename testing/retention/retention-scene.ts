import { WatchedDatabase } from '../../server/entities/freshness/watched-database.entity.ts';
import type { Orm } from '../../server/history/orm.ts';
import type { RetentionPolicy } from '../../server/retention/rules/policy.ts';
import type { RetentionConfiguration } from '../../server/retention/terms-of.ts';

/** A configuration whose retention is on, and keeps these. */
export function retentionConfiguration(policy: Partial<RetentionPolicy>): RetentionConfiguration {
  const none = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, timezone: 'UTC' };
  return {
    groups: {},
    databases: {},
    retention: {
      ...{ enabled: true, graceMs: 3 * 86_400_000, default: 'default' },
      policies: { default: { ...none, ...policy } },
    },
  };
}

/** Has a database watched, as if it were evaluated at that time and a backup were due a day later. */
export async function watchAsFresh(
  history: Orm,
  databaseName: string,
  now = new Date('2023-10-09T12:00:00Z'),
  { state = 'ok' }: { state?: WatchedDatabase['state'] } = {},
): Promise<void> {
  const later = new Date(now.getTime() + 30 * 3_600_000);
  await history.em.fork().upsert(WatchedDatabase, {
    ...{ databaseName, state, stateSince: now, countedFrom: now, evaluatedAt: now },
    ...{ dueAt: later, lateAt: later, criticalAt: later },
    contract: JSON.stringify({ every: { kind: 'interval', ms: 86_400_000 }, graceMs: 7_200_000, group: null }),
  });
}
