import { evaluateAlarms } from '../../server/alarms/evaluate-alarms.ts';
import type { Configuration } from '../../server/configuration/configuration.ts';
import { configurationOf } from '../../server/configuration/reading/configuration-of.ts';
import { evaluateFreshness } from '../../server/freshness/evaluate-freshness.ts';
import { formatWatches, WATCHES } from '../../server/freshness/kept-watches.ts';
import { changeRows } from '../../server/history/insert-rows.ts';
import { query } from '../../server/history/tables.ts';
import { addBackup, addToRoster } from '../freshness/watched-history.ts';
import type { RunningApp } from '../service/running-app.ts';

const [HOUR, DAY] = [3_600_000, 86_400_000];

/** When the fleet is looked at where nothing else is said. */
export const MORNING = new Date('2026-11-25T08:00:00Z');

/** Two clients; what is in no group is our own. */
export const CLIENTS = {
  groups: { acme: { databases: ['acme_*'] }, beta: { databases: ['beta_*'] } },
} as const;

/** @returns when the dump of a night begins, half past one; 0 is the last night before a morning, 1 the one before */
export function night(ago: number, morning = MORNING): Date {
  return new Date(morning.getTime() - 6.5 * HOUR - ago * DAY);
}

type App = Pick<RunningApp, 'history' | 'storage'>;

/**
 * Fills an app with four nights, evaluated as they pass, the last of them a bad one: `acme_erp` has an incomplete backup, and of
 * `beta_shop` nothing arrived for two nights. `listed_only` has never come, `dropped_one` fell off the list, `paused_one` is paused,
 * and `acme_lost` lost a table; `acme_fine` and `beta_fine` are well.
 * @returns the ids of the last backups, by database
 */
export async function makeBadMorning(app: App, morning = MORNING): Promise<Map<string, number>> {
  const { history } = app;
  const all = ['acme_erp', 'acme_fine', 'acme_lost', 'beta_fine', 'beta_shop', 'dropped_one', 'paused_one'];
  const ids = new Map<string, number>();
  await addToRoster(history, [...all, 'listed_only'], { at: night(3, morning) });
  await evaluateAt(app, night(3, morning));
  for (const ago of [3, 2, 1, 0]) {
    for (const [at, database] of all.entries())
      if (ago >= (MISSING[database] ?? 0)) {
        const isLast = ago === 0;
        const isIncomplete = isLast && database === 'acme_erp';
        const wish = {
          ...{ database, receivedAt: night(ago, morning), size: (at + 1) * 1_000_000 + ago },
          state: isIncomplete ? ('incomplete' as const) : ('complete' as const),
          worstFinding: isIncomplete ? 'TRIGGERS_NOT_GRANTED' : null,
          shrunkFrom: isLast && database === 'acme_lost' ? 'mysql-2026-11-24-01-30-00-acme_lost.sql.zip' : null,
        };
        ids.set(database, await addBackup(history, wish));
      }
    await evaluateAt(app, new Date(night(ago, morning).getTime() + 3 * HOUR));
    if (ago === 1) await leaveTheList(app, morning);
  }
  await evaluateAt(app, morning);
  const settled = { space: async () => ({ free: 500, total: 1000 }), bytesPerDay: async () => 0 };
  const configuration = configurationOf(CLIENTS);
  await evaluateAlarms({ em: history.em.fork(), now: morning, log: SILENT, configuration, ...settled });
  return ids;
}

/** For how many nights nothing came. */
const MISSING: Readonly<Record<string, number>> = { beta_shop: 2, paused_one: 1, dropped_one: 1 };

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined } as never;

async function leaveTheList({ history, storage }: App, morning: Date): Promise<void> {
  const goneAt = new Date(night(1, morning).getTime() + 4 * HOUR);
  const gone = query.updateTable('roster_entries').set({ gone_at: goneAt }).where('database_name', '=', 'dropped_one');
  await changeRows(history.em.fork(), gone);
  const pause = { from: goneAt, until: new Date(morning.getTime() + DAY), by: 'ani', reason: 'moves to another host' };
  await storage.changeText(WATCHES, () => formatWatches(new Map([['paused_one', { pause, retirement: null }]])));
}

async function evaluateAt({ history, storage }: App, now: Date): Promise<void> {
  const configuration: Configuration = configurationOf(CLIENTS);
  await evaluateFreshness({ em: history.em.fork(), storage, configuration, now });
}
