import { minuteOf } from '../../protocol/texts/minute.ts';
import { isEverything } from '../auth/scope.ts';
import { backupsPerDay, mostPerDay } from '../configuration/backups-per-day.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { groupOf } from '../configuration/group-of.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';
import type { Circumstances } from './rules/brakes.ts';
import { policyDigest, type RetentionPolicy } from './rules/policy.ts';

/** What decides about a database beside its backups. */
export interface Terms extends Circumstances {
  readonly policy: RetentionPolicy;
}

/** The part of the configuration that says what stays. */
export type RetentionConfiguration = Pick<Configuration, 'groups' | 'databases' | 'retention'> &
  Partial<Pick<Configuration, 'defaults'>>;

/**
 * Looks up the terms of some databases together.
 * @param names at most some hundreds
 * @returns what gives the terms of each of them
 */
export async function termsOf(
  { em, configuration, now }: { em: EntityManager; configuration: RetentionConfiguration; now: Date },
  names: readonly string[],
): Promise<(name: string) => Terms> {
  const some = names.length > 0;
  const watched = some ? await readRows(em, watchedDatabases.where('w.database_name', 'in', [...names])) : [];
  const retained = some ? await readRows(em, retainedDatabases.where('t.database_name', 'in', [...names])) : [];
  const [watchedByName, retainedByName] = [byName(watched), byName(retained)];
  return name => {
    const row = watchedByName.get(name);
    const policy = policyOf(configuration, name, row && groupIn(row.contract));
    const before = retainedByName.get(name);
    const perDay = backupsPerDay(configuration, name, now);
    return {
      policy,
      lateness: row ? latenessOf(row, now) : 'whether it is late is not known yet',
      isPolicyNew: before?.digest !== policyDigest(policy),
      receiptsAcceptedUntil: before?.receipts_accepted_until ?? null,
      perDay,
      mostPerDay: mostPerDay(perDay),
    };
  };
}

/** @returns the policy of a database: its own, that of its group, or the default */
export function policyOf(
  { groups, databases, retention }: RetentionConfiguration,
  database: string,
  rosterGroup?: string | null,
): RetentionPolicy {
  const own = Object.hasOwn(databases, database) ? databases[database]!.retention : undefined;
  const group = groupOf({ groups, databases }, database, rosterGroup);
  const ofGroup = group !== undefined && Object.hasOwn(groups, group) ? groups[group]!.retention : undefined;
  const name = own ?? ofGroup ?? retention.default;
  if (!Object.hasOwn(retention.policies, name)) throw new Error(`no retention policy is named ${name}`);
  return retention.policies[name]!;
}

/**
 * Finds the policies that hold for the databases that a reader may see: the names of the others may be those of clients.
 * @returns by their names; the default alone where no database in scope is known
 */
export async function policiesInScope(
  { em, scope }: Reading,
  configuration: RetentionConfiguration,
): Promise<ReadonlyMap<string, RetentionPolicy>> {
  const all = Object.entries(configuration.retention.policies);
  if (isEverything(scope)) return new Map(all);
  const stored = await readRows(em, storedDatabases.where(eb.and(isInScope(eb.ref('d.name'), scope))));
  const watched = await readRows(em, watchedDatabases.where(eb.and(isInScope(eb.ref('w.database_name'), scope))));
  const groups = new Map(watched.map(({ name, contract }) => [name, groupIn(contract)]));
  const names = new Set([...stored, ...watched].map(({ name }) => name));
  const used = new Set([...names].map(name => policyOf(configuration, name, groups.get(name))));
  if (names.size === 0) used.add(configuration.retention.policies[configuration.retention.default]!);
  return new Map(all.filter(([, policy]) => used.has(policy)));
}

function groupIn(contract: string): string | null | undefined {
  return (JSON.parse(contract) as { group?: string | null }).group;
}

const eb = aliased<{ d: 'databases'; w: 'watched_databases' }>();

const storedDatabases = query.selectFrom('databases as d').select('d.name');

function byName<Row extends { readonly name: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map(row => [row.name, row]));
}

const watchedDatabases = query
  .selectFrom('watched_databases as w')
  .select(['w.database_name as name', 'w.state as state', 'w.state_since', 'w.late_at', 'w.contract as contract']);

const retainedDatabases = query
  .selectFrom('retained_databases as t')
  .select(['t.database_name as name', 't.policy_digest as digest', 't.receipts_accepted_until']);

interface Watched {
  readonly state: string;
  readonly state_since: Date;
  readonly late_at: Date | null;
}

/** @returns why no new complete backup is sure to arrive; undefined while all is well */
function latenessOf({ state, state_since: since, late_at: lateAt }: Watched, now: Date): string | undefined {
  if (state !== 'ok' && state !== 'new') return `its state has been ${state} since ${minuteOf(since)}`;
  // The evaluation may not have run since then.
  return lateAt !== null && lateAt <= now ? `its state has been late since ${minuteOf(lateAt)}` : undefined;
}
