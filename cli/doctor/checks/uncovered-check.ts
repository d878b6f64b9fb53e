import { firstNames } from '../../../protocol/first-names.ts';
import { inOrder } from '../../channel/in-order.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { escapePlaceholders } from '../../config/interpolate-env.ts';
import { machineOf } from '../../mysql/same-machine.ts';
import type { VisibleDatabases } from '../../preflight/visible-databases.ts';
import { count } from '../../terminal/format.ts';
import { type Check, type Checked, checkReporter, guarded } from './check.ts';

export type AskVisible = (
  source: DatabaseSource,
  options: { readonly signal: AbortSignal },
) => Promise<VisibleDatabases>;

export interface UncoveredCheckOptions {
  /** The whole list, also what is not looked at. */
  readonly listed: readonly DatabaseSource[];
  /** Those of it that could be looked at: their servers are asked. */
  readonly reached: readonly DatabaseSource[];
  readonly ask: AskVisible;
  /** Of the list. */
  readonly config: string;
  /** How many servers are asked at a time. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** How long a server may take for its answer, in milliseconds; half a minute when left out. */
  readonly withinMs?: number;
}

interface Server {
  /** Of the entry that was asked first. */
  readonly address: string;
  readonly users: Set<string>;
  /** Under which entries reach it. */
  readonly places: Set<string>;
  readonly databases: Set<string>;
  ignoresCase: boolean;
}

/**
 * Looks for databases that no entry of the list covers: on each server of the list, as far as the users of its entries may see.
 * All entries that reach a server cover it together, regardless of the address they name and of their labels.
 */
export async function checkUncovered(options: UncoveredCheckOptions): Promise<Checked> {
  const { reached, signal, ask, workers, withinMs = 30_000 } = options;
  const servers = new Map<string, Server>();
  const failed = await inOrder(onePerUser(reached), { workers, signal }, async source => {
    const { checks, visible } = await guarded(
      checkReporter('database server', addressOf(source)),
      signal,
      async () => ({
        visible: await ask(source, { signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]) }),
        checks: [],
      }),
    );
    if (visible) remember(servers, source, visible);
    // The database itself could be looked at: what is not known here costs no backup.
    return checks.map(check => ({ ...check, mark: 'warn' as const }));
  });
  return { checks: [...failed.flat(), ...[...servers.values()].map(server => describe(server, options))] };
}

function onePerUser(sources: readonly DatabaseSource[]): DatabaseSource[] {
  return [...new Map(sources.map(source => [`${placeOf(source)} ${source.user}`, source])).values()];
}

function remember(servers: Map<string, Server>, source: DatabaseSource, visible: VisibleDatabases): void {
  const { server: id, databases, ignoresCase } = visible;
  const server: Server = servers.get(id) ?? {
    address: addressOf(source),
    ...{ users: new Set(), places: new Set(), databases: new Set(), ignoresCase },
  };
  server.users.add(source.user);
  server.places.add(placeOf(source));
  for (const database of databases) server.databases.add(database);
  servers.set(id, server);
}

function describe(server: Server, { listed, config }: UncoveredCheckOptions): Check {
  const { address, users, places, databases, ignoresCase } = server;
  const { ok, warn } = checkReporter('database server', address);
  const entries = listed.filter(source => places.has(placeOf(source)));
  const plain = (name: string) => (ignoresCase ? name.toLowerCase() : name);
  const covered = new Set(entries.flatMap(({ database, notBackedUp = [] }) => [database, ...notBackedUp]).map(plain));
  const uncovered = [...databases].filter(name => !covered.has(plain(name)));
  const seenBy = [...users].join(', ');
  if (uncovered.length === 0) return ok(`every database there that ${seenBy} can see is in the list`);
  const names = firstNames(uncovered);
  const verb = uncovered.length === 1 ? 'is' : 'are';
  return warn(
    `${count(uncovered.length, 'database')} ${verb} not in the list and not backed up: ${names} (seen as ${seenBy})`,
    `Add an entry for each to ${config}. ${notWanted(uncovered)}`,
  );
}

/** @returns how to say that of these no backup is wanted, in a form that the list takes when it is pasted */
function notWanted(names: readonly string[]): string {
  const listable = names.filter(name => !/\p{Cc}/u.test(name));
  const unlistable = names.length - listable.length;
  const cut = listable.length - MOST_PASTED;
  const paste = JSON.stringify(listable.slice(0, MOST_PASTED).map(escapePlaceholders));
  return [
    ...(listable.length > 0
      ? [`If no backup is wanted, add this to an entry of that server: "not_backed_up": ${paste}`]
      : []),
    ...(cut > 0 ? [`(${cut} more are left out here: sade doctor names them once these are in the list)`] : []),
    ...(unlistable > 0
      ? [`(the list can't hold ${count(unlistable, 'name')} with control characters: rename or drop such a database)`]
      : []),
  ].join(' ');
}

/** So many names still fit on a screen. */
const MOST_PASTED = 20;

function addressOf({ host, port, socket }: DatabaseSource): string {
  return socket ?? `${host?.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The same for all spellings of one address; whether two of them lead to one server, the server itself says. */
function placeOf({ host, port, socket }: DatabaseSource): string {
  return socket ?? `${machineOf(host)}:${port}`;
}
