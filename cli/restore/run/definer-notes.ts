import { firstNames } from '../../../protocol/first-names.ts';
import type { LoadResult } from '../../load/load-options.ts';

/** @returns what a person should know and do where the owners of views, triggers, routines or events do not exist on the target */
export function definerNotes({ missingDefiners }: Pick<LoadResult, 'missingDefiners'>): string[] {
  const [first, ...more] = missingDefiners;
  if (first === undefined) return [];
  const [exist, them] = more.length === 0 ? ['does not exist', 'it'] : ['do not exist', 'them'];
  return [
    `warning: ${firstNames(missingDefiners)} ${exist} on this server: the views, triggers, routines and events that belong to ${them} fail with error 1449, and so does each write to a table with such a trigger`,
    `what to do: CREATE USER ${first} IDENTIFIED BY 'a password';${more.length === 0 ? '' : ', and the others,'} and GRANT the rights that are needed (a backup has no rights). Or restore again with --definer drop, or with --definer USER@HOST`,
  ];
}

/**
 * Takes out what was said of owners before the load, where the load shows more: each that does not exist is named once, and single
 * tables without triggers have no owner.
 */
export function dropGuesses(
  notes: string[],
  { hasDefiners, missingDefiners }: Pick<LoadResult, 'hasDefiners' | 'missingDefiners'>,
): void {
  const isGuess = (note: string) =>
    hasDefiners ? missingDefiners.some(account => note.startsWith(`${account} (`)) : OF_OWNER.test(note);
  notes.splice(0, notes.length, ...notes.filter(note => !isGuess(note)));
}

/** As a warning of the preflight begins. */
const OF_OWNER = /^`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)? \(\d/;
