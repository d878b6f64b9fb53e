import type { FreshnessState } from '../entities/freshness/watched-database.entity.ts';
import { type Contract, type ContractConfiguration, contractOf } from '../freshness/contract-of.ts';
import { type KnownDatabase, knownDatabases, namesAfter } from '../freshness/read-facts.ts';
import { stateOf } from '../freshness/state-of.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';

/** A database that has a backup or is on a list, and whether it keeps its contract. */
export interface FleetDatabase {
  readonly name: string;
  readonly state: FreshnessState;
  readonly stateSince: Date;
  /** From when the newest complete backup counts that is sound. */
  readonly countsAt: Date | null;
  /** Since when backups are expected, where that is later. */
  readonly countedFrom: Date;
  readonly contract: Contract;
  readonly pausedUntil: Date | null;
}

interface Parts extends Reading {
  readonly configuration: ContractConfiguration;
  readonly now: Date;
}

/** So many rows are read in one statement: others have their turn between two. */
const AT_ONCE = 2_500;

/**
 * @returns all databases in scope, by name: as the last evaluation found them, but late where their time is over since. So a page shows
 *   what is late also while nothing is evaluated
 */
export async function readDatabases(parts: Parts): Promise<FleetDatabase[]> {
  const { em, scope } = parts;
  const found: FleetDatabase[] = [];
  const seen = WATCHED.where(eb.and(isInScope(eb.ref('w.database_name'), scope)));
  const contractIn = contracts();
  for (let after = ''; ; ) {
    const page = await readRows(em, seen.where('w.database_name', '>', after).limit(AT_ONCE));
    for (const { contract, lateAt, criticalAt, ...row } of page)
      found.push({ ...row, ...overdue(row, { lateAt, criticalAt }, parts.now), contract: contractIn(contract) });
    if (page.length < AT_ONCE) break;
    after = page.at(-1)!.name;
  }
  const unseen = await readNew(parts);
  return unseen.length === 0 ? found : [...found, ...unseen].sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Ends {
  readonly lateAt: Date | null;
  readonly criticalAt: Date | null;
}

/** @returns the state that the next evaluation finds, unless a backup has come; nothing where the row has it already */
function overdue(
  { state, countsAt }: Pick<FleetDatabase, 'state' | 'countsAt'>,
  { lateAt, criticalAt }: Ends,
  now: Date,
): Pick<FleetDatabase, 'state' | 'stateSince'> | undefined {
  if (countsAt && criticalAt && criticalAt <= now && (state === 'ok' || state === 'late' || state === 'new'))
    return { state: 'critical', stateSince: criticalAt };
  if (lateAt && lateAt <= now && (state === 'ok' || state === 'new'))
    return { state: countsAt ? 'late' : 'never', stateSince: lateAt };
  return undefined;
}

/** Thousands of databases share a few contracts. */
function contracts(): (text: string) => Contract {
  const known = new Map<string, Contract>();
  return text => {
    const contract = known.get(text) ?? (JSON.parse(text) as Contract);
    known.set(text, contract);
    return contract;
  };
}

/** @returns those that no evaluation has seen: what came within the last minute, or all right after a rebuild */
async function readNew({ em, scope, configuration, now }: Parts): Promise<FleetDatabase[]> {
  const backedUp = query
    .selectFrom('databases as d')
    .leftJoin('watched_databases as w', 'w.database_name', 'd.name')
    .where('w.database_name', 'is', null)
    .where(eb.and(isInScope(eb.ref('d.name'), scope)))
    .select('d.name');
  const listed = query
    .selectFrom('roster_entries as r')
    .leftJoin('watched_databases as w', 'w.database_name', 'r.database_name')
    .where('w.database_name', 'is', null)
    .where(eb.and(isInScope(eb.ref('r.database_name'), scope)))
    .select('r.database_name as name');
  const names = new Set([...(await readRows(em, backedUp)), ...(await readRows(em, listed))].map(({ name }) => name));
  const known = names.size > FEW ? await knownAmongAll(em, names) : await knownOneByOne(em, names);
  return known.map(({ name, terms, roster, lastComplete }) => {
    const contract = contractOf(configuration, terms, name);
    const nothing = { pause: undefined, retirement: undefined, before: undefined };
    const { state, countsAt, countedFrom } = stateOf({ contract, roster, lastComplete, ...nothing }, now);
    return { name, contract, state, stateSince: now, pausedUntil: null, countsAt, countedFrom };
  });
}

/** To look at all databases takes as long as to look at so many one by one. */
const FEW = 20;

async function knownOneByOne(em: EntityManager, names: ReadonlySet<string>): Promise<KnownDatabase[]> {
  const found: KnownDatabase[] = [];
  for (const name of names) found.push(...(await knownDatabases(em, [name])));
  return found;
}

/** `knownDatabases` takes names between which there is no other one, as the evaluation does. */
async function knownAmongAll(em: EntityManager, names: ReadonlySet<string>): Promise<KnownDatabase[]> {
  const found: KnownDatabase[] = [];
  for (let after: string | undefined; ; ) {
    const page = await namesAfter(em, after, PAGE);
    if (page.length > 0) found.push(...(await knownDatabases(em, page)).filter(({ name }) => names.has(name)));
    if (page.length < PAGE) return found;
    after = page.at(-1);
  }
}

const PAGE = 500;

const eb = aliased<{ w: 'watched_databases'; d: 'databases'; r: 'roster_entries' }>();

const WATCHED = query
  .selectFrom('watched_databases as w')
  .orderBy('w.database_name')
  .select([
    'w.database_name as name',
    'w.state',
    'w.state_since as stateSince',
    'w.late_at as lateAt',
    'w.critical_at as criticalAt',
    'w.last_complete_counts_at as countsAt',
    'w.counted_from as countedFrom',
    'w.contract',
    'w.paused_until as pausedUntil',
  ]);
