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

/** When the fleet of `makeBadMorning` is looked at: on the morning of its last night. */
export const MORNING = new Date('2026-11-25T08:00:00Z');

/** Two clients; what is in no group is our own. */
export const CLIENTS = {
  groups: { acme: { databases: ['acme_*'] }, beta: { databases: ['beta_*'] } },
} as const;

/** @returns when the dump of a night begins; 0 is the last night, 1 the one before */
export function night(ago: number): Date {
  return new Date(Date.parse('2026-11-25T01:30:00Z') - ago * DAY);
}

/**
 * Fills an app with four nights, evaluated as they pass, the last of them a bad one: `acme_erp` has an incomplete backup, and of
 * `beta_shop` nothing arrived for two nights. `listed_only` has never come, `dropped_one` fell off the list, `paused_one` is paused,
 * and `acme_lost` lost a table; `acme_fine` and `beta_fine` are well.
 * @returns the ids of the last night's backups, by database
 */
export async function makeBadMorning(app: Pick<RunningApp, 'history' | 'storage'>): Promise<Map<string, number>> {
  const { history } = app;
  const all = ['acme_erp', 'acme_fine', 'acme_lost', 'beta_fine', 'beta_shop', 'dropped_one', 'paused_one'];
  const ids = new Map<string, number>();
  await addToRoster(history, [...all, 'listed_only'], { at: night(3) });
  await evaluateAt(app, night(3));
  for (const ago of [3, 2, 1, 0]) {
    for (const [at, database] of all.entries()) {
      if (database === 'beta_shop' && ago <= 1) continue;
      if ((database === 'paused_one' || database === 'dropped_one') && ago === 0) continue;
      const isIncomplete = database === 'acme_erp' && ago === 0;
      const wish = {
        state: isIncomplete ? 'incomplete' : 'complete',
        worstFinding: isIncomplete ? 'TRIGGERS_NOT_GRANTED' : null,
      } as const;
      const isLoss = database === 'acme_lost' && ago === 0;
      const shrunkFrom = isLoss ? 'mysql-2026-11-24-01-30-00-acme_lost.sql.zip' : null;
      const size = (at + 1) * 1_000_000 + ago;
      ids.set(database, await addBackup(history, { database, receivedAt: night(ago), ...wish, shrunkFrom, size }));
    }
    await evaluateAt(app, new Date(night(ago).getTime() + 3 * HOUR));
    if (ago === 1) await leaveTheList(app);
  }
  await evaluateAt(app, MORNING);
  const configuration = configurationOf(CLIENTS);
  const settled = { configuration, space: async () => ({ free: 500, total: 1000 }), bytesPerDay: async () => 0 };
  await evaluateAlarms({ em: history.em.fork(), now: MORNING, log: SILENT, ...settled } as never);
  return ids;
}

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function leaveTheList({ history, storage }: Pick<RunningApp, 'history' | 'storage'>): Promise<void> {
  const goneAt = new Date(night(1).getTime() + 4 * HOUR);
  const gone = query.updateTable('roster_entries').set({ gone_at: goneAt }).where('database_name', '=', 'dropped_one');
  await changeRows(history.em.fork(), gone);
  const pause = { from: goneAt, until: new Date(MORNING.getTime() + DAY), by: 'ani', reason: 'moves to another host' };
  await storage.changeText(WATCHES, () => formatWatches(new Map([['paused_one', { pause, retirement: null }]])));
}

async function evaluateAt({ history, storage }: Pick<RunningApp, 'history' | 'storage'>, now: Date): Promise<void> {
  const configuration: Configuration = configurationOf(CLIENTS);
  await evaluateFreshness({ em: history.em.fork(), storage, configuration, now });
}
