import { parseGrants } from './grants.ts';
import { type GrantRules, Rights } from './rights.ts';

/** Accounts of which a run may back up databases in turns, before the grants of one are read again. */
const MOST_KEPT = 16;

/** By the answer to SHOW GRANTS and how it is read: it holds hashes of passwords, and is never shown. */
const kept = new Map<string, Rights>();

/**
 * Reads the answer to SHOW GRANTS. A user that backs up a thousand databases has a thousand lines, and is asked for them before
 * each of its dumps: the same answer is read once.
 * @param lines with quoted names
 * @returns the rights in them
 */
export function rightsFrom(lines: readonly string[], rules: GrantRules): Rights {
  const key = JSON.stringify([rules, lines]);
  const rights = kept.get(key) ?? new Rights(parseGrants(lines), rules);
  kept.delete(key);
  kept.set(key, rights);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  return rights;
}
