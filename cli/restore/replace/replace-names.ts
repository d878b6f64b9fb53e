import { createHash } from 'node:crypto';

/** No database has a longer name, in characters, and its folder's name has no more bytes than a file system takes. */
const MOST = { characters: 64, bytes: 250 };

/** The table of our own that marks a database as made by a restore, and holds what is needed to finish or undo a swap. */
export const STATE_TABLE = 'lumbung__restore_state';

/** Made and dropped where the server has to write out its log. */
export const FLUSH_TABLE = `${STATE_TABLE}_flush`;

/** The tables of our own in a database that a restore makes: they came from no backup. */
export const OWN_TABLES: ReadonlySet<string> = new Set([STATE_TABLE, FLUSH_TABLE]);

/** The databases that a replace makes beside the one that it replaces. */
export interface ReplaceNames {
  /** The backup is loaded and verified here. */
  readonly staging: string;
  /** The old tables go here, and stay. */
  readonly old: string;
}

/** @returns the names; a long one is cut, and has a digest, so that two databases never share them */
export function replaceNames(database: string): ReplaceNames {
  return { staging: withSuffix(database, '__lumbung_staging'), old: withSuffix(database, '__lumbung_old') };
}

function withSuffix(database: string, suffix: string): string {
  if (fits(database + suffix)) return database + suffix;
  const digest = createHash('sha256').update(database).digest('hex').slice(0, 8);
  const characters = [...database];
  while (!fits(`${characters.join('')}_${digest}${suffix}`)) characters.pop();
  return `${characters.join('')}_${digest}${suffix}`;
}

/** A character that is no letter, digit or underscore of ASCII takes five bytes in the name of a folder, such as `@0023`. */
function fits(name: string): boolean {
  const bytes = [...name].reduce((sum, character) => sum + (/\w/.test(character) ? 1 : 5), 0);
  return [...name].length <= MOST.characters && bytes <= MOST.bytes;
}
