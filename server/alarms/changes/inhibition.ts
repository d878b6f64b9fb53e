import type { AlarmKind } from '../../configuration/alarm-kinds.ts';
import type { AlarmState } from '../model/alarm-state.ts';

/**
 * Finds out which open alarms explain others, so that their reader gets the cause and not each of its effects.
 * @returns what tells the key of the alarm that explains another one; null when none does
 */
export function muterOf(alarms: readonly AlarmState[]): (alarm: AlarmState) => string | null {
  const open = alarms.filter(({ closedAt }) => closedAt === null);
  const storage = open.find(({ kind, severity }) => kind === 'storage_low' && severity === 'critical');
  const missing = explaining(open, 'run_missing');
  const unreported = explaining(open, 'service_off');
  const failures = open.filter(({ kind }) => kind === 'run_failed' || kind === 'incomplete');
  const failed = keysBy(failures, ({ databaseName }) => databaseName);
  const failedRuns = keysBy(failures, ({ databaseName, source }) => (databaseName === null ? source : null));
  return ({ kind, databaseName, source }) => {
    // Only where it takes no backups at all: a storage that is merely low explains no missing one.
    if (storage && BY_STORAGE.has(kind)) return storage.alarmKey;
    if (databaseName === null) return null;
    if (BY_MISSING_RUN.has(kind) && missing.has(databaseName)) return missing.get(databaseName)!;
    if (BY_SERVICE_OFF.has(kind) && unreported.has(databaseName)) return unreported.get(databaseName)!;
    // Its reader knows that the backup of this night failed. When the next one is missed too, it is told.
    return kind === 'late' ? (failed.get(databaseName) ?? failedRuns.get(source ?? '') ?? null) : null;
  };
}

const BY_STORAGE: ReadonlySet<AlarmKind> = new Set(['late', 'critical', 'never', 'run_failed']);
const BY_MISSING_RUN: ReadonlySet<AlarmKind> = new Set(['late', 'critical']);
/** When the next backup is missed, too, the service was there to see it. */
const BY_SERVICE_OFF: ReadonlySet<AlarmKind> = new Set(['late', 'never']);

/** @returns by the name of a database the alarm of that kind that lists it */
function explaining(open: readonly AlarmState[], wanted: AlarmKind): Map<string, string> {
  const alarms = open.filter(({ kind }) => kind === wanted);
  return new Map(
    alarms.flatMap(({ alarmKey, detail }) => (detail.databases ?? []).map(name => [name, alarmKey] as const)),
  );
}

function keysBy(alarms: readonly AlarmState[], nameOf: (alarm: AlarmState) => string | null): Map<string, string> {
  return new Map(
    alarms.flatMap(alarm => {
      const name = nameOf(alarm);
      return name === null ? [] : [[name, alarm.alarmKey] as const];
    }),
  );
}
