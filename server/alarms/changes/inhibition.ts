import type { AlarmKind } from '../../configuration/alarm-kinds.ts';
import type { AlarmState } from '../model/alarm-state.ts';

/**
 * Finds out which open alarms explain others, so that their reader gets the cause and not each of its effects.
 * @returns what tells the key of the alarm that explains another one; null when none does
 */
export function muterOf(alarms: readonly AlarmState[]): (alarm: AlarmState) => string | null {
  const open = alarms.filter(({ closedAt }) => closedAt === null);
  const storage = open.find(({ kind, severity }) => kind === 'storage_low' && severity === 'critical');
  const missing = new Map<string, string>();
  for (const { kind, alarmKey, detail } of open)
    if (kind === 'run_missing') for (const name of detail.databases ?? []) missing.set(name, alarmKey);
  const failed = new Map<string, string>();
  for (const { kind, alarmKey, databaseName } of open)
    if ((kind === 'run_failed' || kind === 'incomplete') && databaseName !== null) failed.set(databaseName, alarmKey);
  return ({ kind, databaseName }) => {
    // Only where it takes no backups at all: a storage that is merely low explains no missing one.
    if (storage && BY_STORAGE.has(kind)) return storage.alarmKey;
    if (databaseName === null) return null;
    if (BY_MISSING_RUN.has(kind) && missing.has(databaseName)) return missing.get(databaseName)!;
    // Its reader knows that the backup of this night failed. When the next one is missed too, it is told.
    return kind === 'late' ? (failed.get(databaseName) ?? null) : null;
  };
}

const BY_STORAGE: ReadonlySet<AlarmKind> = new Set(['late', 'critical', 'never', 'run_failed']);
const BY_MISSING_RUN: ReadonlySet<AlarmKind> = new Set(['late', 'critical']);
