import { databaseNameProblem } from '../../protocol/database-name.ts';

export { scopeCovers as covers } from '../../protocol/access/scope-names.ts';

/** Names of databases, and beginnings of names with `*` behind them; empty covers nothing. Checked by `scopeProblem`. */
export type Scope = readonly string[];

/** All databases, also those that no one has backed up yet. */
export const EVERYTHING: Scope = ['*'];

/** @returns whether the scope has every database */
export function isEverything(scope: Scope): boolean {
  return scope.includes('*');
}

/** @returns whether an entry is the beginning of names, with `*` behind it */
export function isPattern(entry: string): boolean {
  return entry.endsWith('*');
}

/** So many entries has a scope at most: each is a condition in every search. */
const MAX_ENTRIES = 100;

/**
 * Checks the entries of a scope when a token is made.
 * @returns a phrase that completes "the scope …", or undefined when it is fine
 */
export function scopeProblem(entries: readonly string[]): string | undefined {
  if (entries.length === 0) return "is empty: name databases, such as pt_xyz or 'acme_*'";
  if (entries.length > MAX_ENTRIES) return `has ${entries.length} entries, and at most ${MAX_ENTRIES} are possible`;
  for (const entry of entries) {
    const problem = entryProblem(entry);
    if (problem) return `has the entry ${JSON.stringify(entry)}, which ${problem}`;
  }
  return undefined;
}

function entryProblem(entry: string): string | undefined {
  const start = isPattern(entry) ? entry.slice(0, -1) : entry;
  if (start.includes('*')) return 'has a * that is not its last character';
  // A beginning may end with a space, or be a reserved word: what follows makes a name of it.
  return isPattern(entry) ? databaseNameProblem(`${start}x`) : databaseNameProblem(entry);
}
