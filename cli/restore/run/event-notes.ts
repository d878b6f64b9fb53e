import { KIND_NAMES } from '../../../protocol/manifest.ts';
import type { LoadResult } from '../../load/load-options.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { EVENT_DISABLED } from '../../restore-filter/restore-filter.ts';
import type { RestoreWish } from '../target/restore-wish.ts';

const EVENT = `${KIND_NAMES.events} `;
/** A person enables them one after the other. */
const MOST_SHOWN = 5;

/** @returns what a person should know of the events of a copy, which are disabled, with the statements that enable them */
export function eventNotes(
  { changes }: Pick<LoadResult, 'changes'>,
  { mode }: Pick<RestoreWish, 'mode'>,
  database: string,
): string[] {
  const names = changes.flatMap(({ what, object }) =>
    mode === 'new' && what === EVENT_DISABLED && object?.startsWith(EVENT) ? [object.slice(EVENT.length)] : [],
  );
  if (names.length === 0) return [];
  const statements = names.slice(0, MOST_SHOWN).map(name => `ALTER EVENT ${quotedName(database, name)} ENABLE;`);
  const more = names.length > MOST_SHOWN ? ` and so on for ${names.length - MOST_SHOWN} more` : '';
  return [
    `The events of this copy are disabled, so that the original's work is not done twice. When this one is to do it: ${statements.join(' ')}${more}`,
  ];
}
