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

/** Takes out what was said of such owners before the load, which alone shows that they do not exist: each is named once. */
export function dropGuesses(notes: string[], { missingDefiners }: Pick<LoadResult, 'missingDefiners'>): void {
  const isGuess = (note: string) => missingDefiners.some(account => note.startsWith(`${account} (`));
  notes.splice(0, notes.length, ...notes.filter(note => !isGuess(note)));
}
