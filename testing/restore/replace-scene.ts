import { InventoryScanner } from '../../cli/dump-parser/inventory-scanner.ts';
import type { DumpStatement } from '../../cli/dump-statements/dump-statement.ts';
import { statementsOf } from '../../cli/dump-statements/statements-of.ts';
import { loadDump } from '../../cli/load/load-dump.ts';
import { connect, type Session } from '../../cli/mysql/connect.ts';
import { askServerFacts, type ServerFacts } from '../../cli/mysql/server-facts.ts';
import { RestoreCall } from '../../cli/restore/by-hand/restore-call.ts';
import type { ReplaceOrder } from '../../cli/restore/replace/replace-order.ts';
import { expectedOf } from '../../cli/restore/verify/expectation.ts';
import type { StatementFilter } from '../../cli/restore-filter/restore-filter.ts';

/** Where a server of a test is. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Opens a connection to a server of a test as `sade` does, with a default database if wanted. */
export function openAt(address: ServerAddress, signal: AbortSignal, database = ''): Promise<Session> {
  return connect(
    { label: 'a test', database, ...addressOf(address), dumpOptions: [], shrinkLimitPercent: 50 },
    { signal },
  );
}

/**
 * Does what the tests of a replace need of the filter of a restore: no locks, the database's own name in front of a sequence is that of
 * the one that is filled, and where some tables are wanted, only these with their triggers.
 */
function filterInto(
  { from, into }: { from: string; into: string },
  { tables, triggers = [] }: Pick<Wish, 'tables' | 'triggers'>,
): StatementFilter {
  const isWanted = ({ object }: DumpStatement) =>
    object === undefined || !tables || (object.kind === 'tables' ? tables : new Set(triggers)).has(object.name);
  const moved = (statement: DumpStatement) => {
    const text = Buffer.from(statement.bytes).toString('latin1');
    return { ...statement, bytes: Buffer.from(text.replaceAll(`\`${from}\`.`, `\`${into}\`.`), 'latin1') };
  };
  return {
    ...{ settings: ['set session foreign_key_checks = 0'], end: () => [], changes: [] },
    apply: statement => {
      if (LOCKS.has(statement.kind) || !isWanted(statement)) return [];
      return [statement.kind === 'create' ? moved(statement) : statement];
    },
  };
}

const LOCKS: ReadonlySet<string> = new Set(['lock', 'unlock']);

interface Wish extends Partial<ReplaceOrder> {
  readonly triggers?: readonly string[];
  /** Makes the filter for the database that is filled; a simple one when left out. */
  readonly filterFor?: (into: string) => StatementFilter;
  /** Is called with each statement, of the load too, before it is sent; an error ends the statement. */
  readonly beforeEach?: (statement: string) => void | Promise<void>;
}

/** @returns what `replaceDatabase` gets when a dump is restored on a server, in place of a database */
export async function replaceOrder(
  address: ServerAddress,
  database: string,
  dump: Buffer,
  { triggers = [], beforeEach, filterFor, ...wish }: Wish = {},
): Promise<ReplaceOrder> {
  const signal = wish.signal ?? new AbortController().signal;
  const scanner = new InventoryScanner();
  scanner.scan(dump);
  const { inventory } = scanner.end();
  const pieces = async function* () {
    for (let at = 0; at < dump.length; at += 50_000) yield dump.subarray(at, at + 50_000);
  };
  const { tables } = wish;
  const makeFilter = filterFor ?? ((into: string) => filterInto({ from: database, into }, { tables, triggers }));
  return {
    ...{ database, server: await factsOf(address), signal, jobs: 2 },
    again: changes => new RestoreCall(database, { replace: true }).again(changes),
    open: async signal => watched(await openAt(address, signal), beforeEach),
    backup: { id: 7, fileName: 'mysql-2026-11-29-00-00-00-shop-x.sql.zip' },
    expected: expectedOf(inventory, { parts: 'all', tables, ...(tables && { triggers }) }),
    safetyBackup: async () => ({ where: 'backup 8' }),
    load: async into => {
      const open = async ({ signal }: { signal: AbortSignal }) =>
        watched(await openAt(address, signal, into), beforeEach);
      await loadDump({ dump: pieces, open, filter: makeFilter(into), jobs: 1, signal });
    },
    filtered: {
      settings: makeFilter(database).settings,
      async *statements() {
        const filter = makeFilter(database);
        for await (const statement of statementsOf(pieces())) yield* filter.apply(statement);
        yield* filter.end();
      },
    },
    ...wish,
  };
}

function watched(session: Session, beforeEach: Wish['beforeEach']): Session {
  if (!beforeEach) return session;
  return {
    isEncrypted: session.isEncrypted,
    async ask(statement, values) {
      await beforeEach(statement);
      return session.ask(statement, values);
    },
    async run(statement, options) {
      await beforeEach(Buffer.from(statement).toString('latin1'));
      return session.run(statement, options);
    },
    runAll: statements => session.runAll(statements),
    [Symbol.dispose]: () => session[Symbol.dispose](),
  };
}

async function factsOf(address: ServerAddress): Promise<ServerFacts> {
  using session = await openAt(address, new AbortController().signal);
  return await askServerFacts(session);
}

/** A server of a test has a socket, too, over which its root has another password. */
function addressOf({ host, port, user, password }: ServerAddress): ServerAddress {
  return { host, port, user, password };
}
