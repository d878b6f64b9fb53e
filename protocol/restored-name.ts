/** The longest name of a database in MySQL and MariaDB, in characters. */
const LONGEST_NAME = 64;
const SUFFIX = '_restored';

/** @returns the name of a new database beside the original, into which a backup is loaded */
export function restoredName(database: string): string {
  return `${[...database].slice(0, LONGEST_NAME - SUFFIX.length).join('')}${SUFFIX}`;
}
