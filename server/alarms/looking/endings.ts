import { minuteOf } from '../../../protocol/texts/minute.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readStates, type WatchedState } from './watched.ts';

/**
 * Finds out how alarms about the freshness of databases have ended: one that is paused is no longer late, but has no backup either.
 * @param names of databases
 * @param timezone IANA: of what the messages say
 * @returns by name what a message says behind the name; nothing for those that are as they should be
 */
export async function freshnessEndings(
  em: EntityManager,
  names: readonly string[],
  timezone: string,
): Promise<Map<string, string>> {
  const states = await readStates(em, names);
  return new Map(
    names.flatMap(name => {
      const ending = endingOf(states.get(name), timezone);
      return ending === undefined ? [] : [[name, ending] as const];
    }),
  );
}

function endingOf(watched: WatchedState | undefined, timezone: string): string | undefined {
  switch (watched?.state) {
    case undefined:
      return 'is no longer watched';
    case 'paused':
      return `is paused${watched.pausedUntil ? ` until ${minuteOf(watched.pausedUntil, timezone)}` : ''}${by(watched.pausedBy)}, and has no new backup`;
    case 'retired':
      return `was retired${by(watched.retiredBy)}`;
    case 'dropped':
      return 'is no longer on any list, and has no new backup';
    case 'never':
      return 'is on a list again, but has no complete backup';
    case 'late':
    case 'critical':
      return 'is on a list again, but late';
    default:
      return undefined;
  }
}

function by(name: string | null): string {
  return name === null ? '' : ` by ${name}`;
}
