/** The longest name in characters; MySQL manual, "Identifier Length Limits". */
const MAX_CHARACTERS = 64;

/**
 * The longest name in UTF-8 bytes. A file system takes 255 bytes a name; the grammar of a backup's file name needs 71 of
 * them beside the database's own, and the service another 8 for what it appends while a file is on its way.
 */
const MAX_BYTES = 176;

/** Paths of the service that a database of that name would hide. */
const RESERVED = new Set(['graphql']);

/**
 * Checks the name of a database (or the label under which its history is kept).
 *
 * All names that MySQL allows are allowed, except those that can't be one segment of a URL and one folder.
 * @returns a phrase that completes "the name …", or undefined when the name is fine
 */
export function databaseNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (!name.isWellFormed()) return 'is not valid Unicode';
  if (/[/\\]/.test(name)) return 'contains a slash or a backslash';
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) return 'contains a control character or a line separator';
  if (/^\.+$/.test(name)) return 'consists of dots only';
  if (name.endsWith(' ')) return 'ends with a space';
  if (RESERVED.has(name)) return `is reserved: the service itself uses the path /${name}`;
  if ([...name].length > MAX_CHARACTERS) return `is longer than ${MAX_CHARACTERS} characters`;
  // A unit of UTF-16 takes three bytes at most: the shorter names of a long list need not be encoded.
  if (name.length * 3 > MAX_BYTES && new TextEncoder().encode(name).length > MAX_BYTES)
    return `is longer than ${MAX_BYTES} bytes in UTF-8`;
  return undefined;
}

const SUFFIX = '_restored';

/** @returns the name of a new database beside the original, into which a backup is loaded */
export function restoredName(database: string): string {
  return `${[...database].slice(0, MAX_CHARACTERS - SUFFIX.length).join('')}${SUFFIX}`;
}
