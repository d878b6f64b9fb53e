import { minuteOf } from '../../../protocol/texts/minute.ts';
import { futureEntry } from '../../removal/future-entries.ts';
import type { Looking } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

/** Finds out whether the history has something of a time that has not come yet: while it has, nothing is removed. */
export async function clockJumped({ em, now, configuration }: Looking): Promise<Condition[]> {
  const entry = await futureEntry(em, now);
  if (!entry) return [];
  const { timezone } = configuration;
  const { what, at } = entry;
  return [
    {
      ...{ kind: 'clock_jumped', subject: 'clock', severity: 'warning', since: now },
      summary: `The history has ${what} of ${minuteOf(at, timezone)}, and the clock of the service shows ${minuteOf(now, timezone)}: one of the two is wrong, and nothing is removed`,
      advice:
        'Check the clock: timedatectl. If it is right now, it was ahead then: sudo lumbung retention accept-clock --reason WHY',
    },
  ];
}
