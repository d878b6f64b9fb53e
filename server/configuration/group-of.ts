import type { Configuration } from './configuration.ts';

/**
 * Finds the group that a database belongs to, strongest first: its own entry under `databases`, a group that has its name, the group
 * with the longest pattern that covers it, what the list of its source says. Who may upload can send any list: so that counts only where
 * the service says nothing, and for a group that lets lists put databases into it
 * (docs/explanation/decisions/groups-are-of-the-service.md).
 * @param rosterGroup what `databases.json` says
 * @returns the name of the group; undefined when it is in none
 */
export function groupOf(
  { groups, databases }: Pick<Configuration, 'groups' | 'databases'>,
  database: string,
  rosterGroup?: string | null,
): string | undefined {
  const own = Object.hasOwn(databases, database) ? databases[database]!.group : undefined;
  if (own !== undefined) return own;
  let best: string | undefined;
  let bestRank = -1;
  for (const [name, group] of Object.entries(groups)) {
    const rank = Math.max(...group.databases.map(pattern => rankOf(pattern, database)), -1);
    if (rank > bestRank) [best, bestRank] = [name, rank];
  }
  if (best !== undefined || rosterGroup === undefined || rosterGroup === null) return best;
  return Object.hasOwn(groups, rosterGroup) && groups[rosterGroup]!.fromLists ? rosterGroup : undefined;
}

/** @returns how exactly a pattern means a database; -1 when it does not cover it */
function rankOf(pattern: string, database: string): number {
  if (pattern === database) return Number.POSITIVE_INFINITY;
  if (!pattern.endsWith('*') || !database.startsWith(pattern.slice(0, -1))) return -1;
  return pattern.length - 1;
}
