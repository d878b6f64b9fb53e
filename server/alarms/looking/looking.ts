import { cut } from '../../../protocol/texts/cut.ts';
import type { AlarmKind } from '../../configuration/alarm-kinds.ts';
import type { Configuration } from '../../configuration/configuration.ts';
import type { EntityManager } from '../../history/orm.ts';

/** What the conditions are read from. */
export interface Looking {
  readonly em: EntityManager;
  readonly now: Date;
  readonly configuration: Pick<Configuration, 'alarms' | 'channels' | 'databases' | 'defaults' | 'groups' | 'timezone'>;
  /** How much room the storage has, in bytes. @throws what the storage throws when it can't be reached */
  readonly space: () => Promise<{ readonly free: number; readonly total: number }>;
  /** @returns by how many bytes the storage grows a day; 0 when that is not known */
  readonly bytesPerDay: () => Promise<number>;
  /** @returns the subjects of the open alarms of a kind: each is looked at again, however long ago it began */
  readonly openSubjects: (kind: AlarmKind) => readonly string[];
}

/** So far back is looked for what is new: an evaluation comes every minute, and a service is rarely off for a week. */
export const NEW_WITHIN_MS = 7 * 86_400_000;

/** So many names stand in one statement. */
export const NAMES_AT_ONCE = 500;

/** @returns the elements in pieces of `NAMES_AT_ONCE` */
export function* inPieces<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < all.length; i += NAMES_AT_ONCE) yield all.slice(i, i + NAMES_AT_ONCE);
}

/** @returns the text on one line, and no longer than a message can bear */
export function short(text: string, most = 300): string {
  return cut(text.toWellFormed().replace(/\s+/g, ' ').trim(), most);
}
