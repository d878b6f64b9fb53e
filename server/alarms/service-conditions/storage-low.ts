import { fullInMs } from '../../statistics/full-in.ts';
import type { Looking } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

const MS_PER_DAY = 86_400_000;
/** What is further ahead than ten years is no forecast. */
const FAR_DAYS = 3_650;
/** What is critical, in proportion to what is a warning: at 10 % free it is 2.5 %, at two weeks it is three days and a half. */
const CRITICAL_PART = 1 / 4;

/** Finds out whether the storage can be reached, and whether it has room for the next weeks. */
export async function storageLow({ now, configuration, space, bytesPerDay }: Looking): Promise<Condition[]> {
  const base = { kind: 'storage_low', subject: 'storage', since: now } as const;
  const room = await space().catch(() => undefined);
  if (!room)
    return [
      {
        ...{
          ...base,
          severity: 'critical',
          summary: 'The storage of the service cannot be reached: it takes no backups',
        },
        advice: 'Check whether its disk is mounted, and the log of the service',
      },
    ];
  const { storageFreePercent, storageFullWithinMs } = configuration.alarms;
  const percent = room.total > 0 ? (100 * room.free) / room.total : 100;
  const days = (fullInMs(room.free, await bytesPerDay()) ?? Number.POSITIVE_INFINITY) / MS_PER_DAY;
  const within = storageFullWithinMs / MS_PER_DAY;
  if (percent >= storageFreePercent && days >= within) return [];
  const isCritical = percent < storageFreePercent * CRITICAL_PART || days < within * CRITICAL_PART;
  const full = days < FAR_DAYS ? `, and full in ${Math.floor(days)} days by its growth` : '';
  return [
    {
      ...{ ...base, severity: isCritical ? 'critical' : 'warning' },
      summary: `The storage of the service has ${gib(room.free)} free of ${gib(room.total)} (${percent.toFixed(0)} %)${full}`,
      advice: 'Use a larger disk, or turn the retention on: sudo lumbung retention plan',
    },
  ];
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toLocaleString('en', { maximumFractionDigits: 1 })} GiB`;
}
