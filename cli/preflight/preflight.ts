import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { ObjectKind } from '../../protocol/manifest.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { type LeftOut, leftOut } from '../config/partial-dumps.ts';
import { ExplainedError, messageOf } from '../errors.ts';
import { oddServer } from '../mysql/answer-guard.ts';
import { OddAnswer } from '../mysql/answer-shape.ts';
import { connect, type Session } from '../mysql/connect.ts';
import { adviceOn } from '../mysql/error-advice.ts';
import { addressOf } from '../mysql/explain-connecting.ts';
import { askServerFacts, type ServerFacts } from '../mysql/server-facts.ts';
import { brokenForeignKeyFindings } from './checks/broken-foreign-keys.ts';
import { askBrokenViews, brokenViewFindings } from './checks/broken-views.ts';
import { examineValues } from './checks/examine-values.ts';
import { foreignKeyFindings } from './checks/foreign-keys.ts';
import { missingDefaultFindings } from './checks/missing-defaults.ts';
import { askDefinitions, definitionFindings } from './checks/table-definitions.ts';
import { parseGrants } from './privileges/grants.ts';
import { missingRights } from './privileges/missing-rights.ts';
import { Rights } from './privileges/rights.ts';
import type { TablesSeen } from './recreated-tables.ts';
import { disabledEventFindings } from './source/disabled-events.ts';
import { scheduleFindings } from './source/event-schedules.ts';
import { dumpedOf, type GarbledObject, garbledFindings } from './source/garbled-names.ts';
import { hardcodedNameFindings } from './source/hardcoded-names.ts';
import { rowsElsewhereFindings } from './source/rows-elsewhere.ts';
import { sequenceDefaultFallbacks, sequenceDefaultFindings } from './source/sequence-defaults.ts';
import {
  askObjects,
  type DatabaseDefaults,
  type SourceObjects,
  type TableOfEngine,
  type VersionedTable,
} from './source/source-objects.ts';

/** What is there to be dumped, and what stands in the way of a complete dump. */
export interface SourceReport {
  /** The version is without suffix, such as `10.11.19`. */
  readonly server: { readonly flavour: 'mysql' | 'mariadb'; readonly version: string };
  /** Of the database itself: no dump holds them. */
  readonly defaults?: DatabaseDefaults | undefined;
  /** The names of what the server shows to this user. Tables are base tables, system-versioned ones too, no sequences. */
  readonly objects: Readonly<Record<ObjectKind, readonly string[]>>;
  /** The table of each trigger, by the trigger's name: with a table that is left out go its triggers. */
  readonly triggerTables?: ReadonlyMap<string, string>;
  /** What a dump may roughly take. */
  readonly estimatedBytes: number;
  /** Whether this connection used TLS. */
  readonly isEncrypted: boolean;
  /** Missing rights, broken views, tables without transactions; the advice holds the statement that fixes it. */
  readonly findings: readonly Finding[];
  /** Tables that keep their former rows. The client program decides whether these are dumped. */
  readonly versionedTables?: readonly VersionedTable[];
  /** The dumped tables, to find out afterwards which ones were recreated meanwhile. */
  readonly tablesSeen?: TablesSeen;
  /** Whether the server ignores the case of database and table names. */
  readonly ignoresCase?: boolean;
  /** Views that MariaDB writes with the name of their database, since their definers are gone. */
  readonly boundViews?: readonly string[];
  /** What comes back with another name, comment or definer, and is reported. */
  readonly garbled?: readonly GarbledObject[];
  /** The longest statement that the server takes, in bytes. */
  readonly maxPacketBytes?: number;
  /** Options that let mysqldump get through all the same; a finding says what each leaves out. */
  readonly fallbackOptions: readonly string[];
}

/** How the preflight of one source is run: `runPreflight`, or what a test puts in its place. */
export type Preflight = (source: DatabaseSource, options: { readonly signal: AbortSignal }) => Promise<SourceReport>;

/**
 * Finds out before a dump, over a connection of its own, whether the user may see everything, and what is there.
 * @throws {ExplainedError} when the server can't be reached or asked; the signal's reason when aborted
 */
export async function runPreflight(source: DatabaseSource, { signal }: { signal: AbortSignal }): Promise<SourceReport> {
  using session = await connect(source, { signal });
  try {
    return await readSource(session, source);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OddAnswer || error instanceof TypeError || error instanceof RangeError)
      throw oddServer(addressOf(source), messageOf(error), error);
    const { errno, sqlState } = error as { errno?: number; sqlState?: string };
    if (error instanceof ExplainedError) throw error;
    if (sqlState === undefined && (error as { fatal?: boolean }).fatal !== true) throw error;
    throw new ExplainedError(`the server does not say what is there to be dumped: ${messageOf(error)}`, {
      cause: error,
      advice: adviceOn(sqlState === undefined ? 2013 : errno, messageOf(error)),
    });
  }
}

/** @returns the finding for a dump that works although the preflight did not */
export function rightsUnknown(error: unknown): Finding {
  const advice = error instanceof ExplainedError ? error.advice : undefined;
  return finding(
    'RIGHTS_UNKNOWN',
    `it is not known whether the user may dump all there is: ${messageOf(error)}`,
    advice,
  );
}

async function readSource(session: Session, source: DatabaseSource): Promise<SourceReport> {
  const { database } = source;
  const server = await askServerFacts(session);
  const rights = await askRights(session, server);
  const objects = await askObjects(session, { database, ignoresCase: server.ignoresCase }, server.flavour);
  const asWanted = leftOut(source.dumpOptions, database);
  const missing = missingRights({ database, server, rights, objects, leftOut: asWanted });
  const isProbed = (view: string) =>
    !asWanted.kinds.has('views') && !asWanted.leavesOut(view) && !missing.views.has(view);
  const endless = endlessEvents(objects, asWanted);
  const { tables, sequences, views } = objects.names;
  const broken = await askBrokenViews(session, database, {
    views: views.filter(isProbed),
    relations: [...tables, ...sequences, ...views],
  });
  const dumped = leftOut([...source.dumpOptions, ...missing.fallbackOptions], database);
  const isCreated = (table: string) => !asWanted.kinds.has('tables') && !dumped.leavesOut(table);
  // A table that is just altered is not waited for: what stands in the way of a dump mysqldump will say.
  await session.ask('set session lock_wait_timeout = 10');
  const definitions = await askDefinitions(session, database, objects.placed.filter(isCreated));
  const foreignKeys = [
    ...(await foreignKeyFindings(session, { database, server, leftOut: dumped })),
    ...(await brokenForeignKeyFindings(session, { database, server, leftOut: dumped })),
  ];
  const values = await examineValues(session, { database, server, objects, leftOut: dumped });
  const garbled = dumpedOf(objects.garbled, asWanted);
  return {
    server: { flavour: server.flavour, version: server.version },
    defaults: objects.defaults,
    objects: objects.names,
    triggerTables: objects.triggerTables,
    versionedTables: objects.versioned,
    tablesSeen: { fingerprint: dumpedTables(objects, asWanted), ignoresCase: server.ignoresCase },
    estimatedBytes: objects.bytes,
    isEncrypted: session.isEncrypted,
    ignoresCase: server.ignoresCase,
    boundViews: broken.filter(({ isDumped }) => isDumped).map(({ view }) => view),
    garbled,
    maxPacketBytes: server.maxPacketBytes,
    findings: [
      ...rowsLimited(server),
      ...missing.findings,
      ...brokenViewFindings(database, broken, { functions: objects.names.functions, account: server.account }),
      ...endless,
      ...(objects.disabledEvents && !asWanted.kinds.has('events') ? disabledEventFindings(objects.disabledEvents) : []),
      ...(asWanted.kinds.has('events') || endless.length > 0
        ? []
        : scheduleFindings(objects.eventSchedules, server.flavour)),
      ...notTransactional(objects, asWanted),
      ...rowsElsewhereFindings(objects.definitionOnly, asWanted),
      ...hardcodedNameFindings(database, objects.nameBound, asWanted),
      ...sequenceDefaultFindings(objects.drawing, { database, ignoresCase: server.ignoresCase }, asWanted),
      ...garbledFindings(garbled),
      ...definitionFindings(definitions),
      ...(asWanted.kinds.has('tables') ? [] : await missingDefaultFindings(session, database, server, dumped)),
      ...foreignKeys,
      ...unnameable(objects, asWanted),
      ...systemDatabase(database),
      ...values,
    ],
    fallbackOptions: [
      ...missing.fallbackOptions,
      ...(endless.length > 0 || objects.disabledEvents ? ['--skip-events'] : []),
      ...sequenceDefaultFallbacks(objects.drawing, asWanted),
      ...broken.filter(({ isDumped }) => !isDumped).map(({ view }) => `--ignore-table=${database}.${view}`),
    ],
  };
}

function dumpedTables({ fingerprint }: SourceObjects, asWanted: LeftOut): SourceObjects['fingerprint'] {
  return new Map([...fingerprint].filter(([table]) => !asWanted.leavesOut(table)));
}

function rowsLimited({ rowLimit }: ServerFacts): Finding[] {
  if (rowLimit === undefined) return [];
  return [
    finding(
      'ROWS_LIMITED',
      `the server gives this user no more than ${rowLimit} rows of a table (sql_select_limit), and says nothing of those that it leaves out of the dump`,
      'SET GLOBAL sql_select_limit = DEFAULT; and take it out of init_connect and of the configuration of the server.',
    ),
  ];
}

async function askRights(session: Session, server: ServerFacts): Promise<Rights> {
  const grants = await session.ask('show grants');
  return new Rights(parseGrants(grants.map(([line]) => String(line))), {
    flavour: server.flavour,
    areNamesLiteral: server.hasPartialRevokes,
    ignoresCase: server.ignoresCase,
    hasActiveRoles: server.hasActiveRoles,
  });
}

/** One such event keeps mysqldump busy for ever. */
function endlessEvents({ endlessEvents, names }: SourceObjects, asWanted: LeftOut): Finding[] {
  if (endlessEvents.length === 0 || asWanted.kinds.has('events')) return [];
  const others = names.events.length - endlessEvents.length;
  return [
    finding(
      'EVENTS_NOT_DUMPED',
      `all events were left out, since mysqldump would never end at those in whose name, definer, comment or statement is ";;": ${firstNames(endlessEvents)}` +
        (others > 0 ? ` (with them went ${others} more)` : ''),
      "Change these events with ALTER EVENT or create them anew, so that no two semicolons stand side by side in SHOW CREATE EVENT: for instance concat(';', ';') for ';;'.",
    ),
  ];
}

/** @returns the tables that are not left out, with their engines, for a sentence */
function enginesOf(tables: readonly TableOfEngine[], asWanted: LeftOut): string[] {
  return tables.filter(({ table }) => !asWanted.leavesOut(table)).map(({ table, engine }) => `${table} (${engine})`);
}

/** What lies in a server's folder under a name that is not encoded as its own are: every server refuses to create such a table. */
function unnameable({ names }: SourceObjects, asWanted: LeftOut): Finding[] {
  const odd = names.tables.filter(table => table.startsWith('#mysql50#') && !asWanted.leavesOut(table));
  if (odd.length === 0) return [];
  const name = odd[0]!.slice('#mysql50#'.length);
  return [
    finding(
      'WILL_NOT_LOAD',
      `these tables have files whose names are not encoded as the server does it, and do not load under such names (error 1103): ${firstNames(odd)}`,
      `Give them their names: RENAME TABLE ${escapeId(odd[0]!, true)} TO ${escapeId(name, true)};`,
    ),
  ];
}

/** Accounts, logs, statistics: rows of some are not dumped, and no server takes all of it back. */
function systemDatabase(database: string): Finding[] {
  if (!/^(?:mysql|performance_schema|information_schema)$/i.test(database)) return [];
  return [
    finding(
      'SYSTEM_DATABASE',
      `${database} is the server's own: mysqldump leaves out rows of its tables, and a dump of it does not load as it was`,
      'Remove it from databases.json. To save the accounts, use mariadb-dump --system=users, or SHOW CREATE USER and SHOW GRANTS.',
    ),
  ];
}

function notTransactional({ notTransactional }: SourceObjects, asWanted: LeftOut): Finding[] {
  const names = enginesOf(notTransactional, asWanted);
  if (names.length === 0) return [];
  return [
    finding(
      'NOT_TRANSACTIONAL',
      `tables without transactions are not in the same snapshot as the rest: ${firstNames(names)}`,
      'Change them with ALTER TABLE … ENGINE=InnoDB, or back up at a time when no one writes to them.',
    ),
  ];
}
