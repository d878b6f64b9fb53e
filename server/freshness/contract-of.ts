import { formatDuration, formatEvery, parseDuration, parseEvery } from '../../protocol/contract.ts';
import type { Configuration, Every } from '../configuration/configuration.ts';
import { groupOf } from '../configuration/group-of.ts';

/** How often a database must have a complete backup, and where each value comes from. */
export interface Contract {
  readonly every: Every;
  /** How long after its due time a backup may come before it is late, in milliseconds. */
  readonly graceMs: number;
  /** The name of its group; null when it is in none. */
  readonly group: string | null;
  /** Such as `defaults`, `group acme`, `databases.json of db7` or `databases on the service`. */
  readonly from: { readonly every: string; readonly grace: string };
}

/** What `databases.json` of a source says of one database, as texts; null where it says nothing. */
export interface RosterTerms {
  readonly source: string;
  readonly every: string | null;
  readonly grace: string | null;
  readonly group: string | null;
}

/** The part of the configuration that contracts follow from. */
export type ContractConfiguration = Pick<Configuration, 'timezone' | 'defaults' | 'groups' | 'databases'>;

/**
 * Finds what holds for a database. For each value the strongest that names it wins: `databases` on the service, the entry in
 * `databases.json`, the group, `defaults`. What another version of `sade` wrote and this one can't read counts as not named.
 * @param terms of the roster that it stands on, if it stands on one
 */
export function contractOf(
  configuration: ContractConfiguration,
  terms: RosterTerms | undefined,
  database: string,
): Contract {
  const { defaults, groups, databases, timezone } = configuration;
  const own = Object.hasOwn(databases, database) ? databases[database] : undefined;
  const name = groupOf(configuration, database, terms?.group);
  const group = name !== undefined && Object.hasOwn(groups, name) ? groups[name] : undefined;
  const levels: readonly Level[] = [
    { from: 'databases on the service', every: own?.every, graceMs: own?.graceMs },
    { from: `databases.json of ${terms?.source}`, ...termsIn(terms, timezone) },
    { from: `group ${name}`, every: group?.every, graceMs: group?.graceMs },
  ];
  const every = levels.find(level => level.every !== undefined);
  const grace = levels.find(level => level.graceMs !== undefined);
  return {
    every: every?.every ?? defaults.every,
    graceMs: grace?.graceMs ?? defaults.graceMs,
    group: name ?? null,
    from: { every: every?.from ?? 'defaults', grace: grace?.from ?? 'defaults' },
  };
}

interface Level {
  readonly from: string;
  readonly every: Every | undefined;
  readonly graceMs: number | undefined;
}

function termsIn(terms: RosterTerms | undefined, timezone: string): Pick<Level, 'every' | 'graceMs'> {
  const every = terms?.every ? everyIn(terms.every, timezone) : undefined;
  const grace = terms?.grace ? parseDuration(terms.grace) : undefined;
  return {
    every: typeof every === 'object' ? every : undefined,
    graceMs: typeof grace === 'number' ? grace : undefined,
  };
}

/** A cron expression takes its time to be checked, and thousands of databases share a few. */
function everyIn(text: string, timezone: string): Every | string {
  const key = `${timezone} ${text}`;
  const every = known.get(key) ?? parseEvery(text, timezone);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, every);
  return every;
}

const MOST_KNOWN = 1_000;
const known = new Map<string, Every | string>();

/** @returns such as `every 24h, grace 2h` or `cron 30 1 * * * Asia/Jakarta, grace 2h` */
export function contractInWords({ every, graceMs }: Pick<Contract, 'every' | 'graceMs'>): string {
  const how = every.kind === 'interval' ? `every ${formatEvery(every)}` : formatEvery(every);
  return `${how}, grace ${formatDuration(graceMs)}`;
}
