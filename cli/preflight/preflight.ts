import { type Finding, finding } from '../../protocol/finding.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { type LeftOut, leftOut } from '../config/partial-dumps.ts';
import { ExplainedError, messageOf } from '../errors.ts';
import { oddServer } from '../mysql/answer-guard.ts';
import { OddAnswer } from '../mysql/answer-shape.ts';
import { connect, type Session } from '../mysql/connect.ts';
import { adviceOn } from '../mysql/error-advice.ts';
import { addressOf } from '../mysql/explain-connecting.ts';
import { askServerFacts, type ServerFacts } from '../mysql/server-facts.ts';
import { driverErrorOf } from '../mysql/servers-answer.ts';
import { brokenForeignKeyFindings } from './checks/broken-foreign-keys.ts';
import { askBrokenViews, brokenViewFindings } from './checks/broken-views.ts';
import { examineValues } from './checks/examine-values.ts';
import { foreignKeyFindings } from './checks/foreign-keys.ts';
import { garbledColumnFindings } from './checks/garbled-columns.ts';
import { missingDefaultFindings } from './checks/missing-defaults.ts';
import { askDefinitions, definitionFindings } from './checks/table-definitions.ts';
import {
  endlessEvents,
  eventFindings,
  notTransactional,
  rowsLimited,
  systemDatabase,
  unnameable,
} from './object-findings.ts';
import { missingRights } from './privileges/missing-rights.ts';
import type { Rights } from './privileges/rights.ts';
import { rightsFrom } from './privileges/rights-from.ts';
import { dumpedOf, type GarbledObject, garbledFindings } from './source/garbled-names.ts';
import { hardcodedNameFindings } from './source/hardcoded-names.ts';
import { rowsElsewhereFindings } from './source/rows-elsewhere.ts';
import { sequenceDefaultFallbacks, sequenceDefaultFindings } from './source/sequence-defaults.ts';
import { askObjects, type SourceObjects } from './source/source-objects.ts';
import type { SourceReport } from './source-report.ts';

/** How the preflight of one source is run: `runPreflight`, or what a test puts in its place. */
export type Preflight = (source: DatabaseSource, options: { readonly signal: AbortSignal }) => Promise<SourceReport>;

/**
 * Finds out before a dump, over a connection of its own, whether the user may see everything, and which objects exist.
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
    if (error instanceof ExplainedError) throw error;
    const { errno, sqlState, fatal } = driverErrorOf(error);
    if (sqlState === undefined && !fatal) throw error;
    throw new ExplainedError(`the server did not list what to dump: ${messageOf(error)}`, {
      cause: error,
      advice: adviceOn(sqlState === undefined ? 2013 : errno, messageOf(error)),
    });
  }
}

/** @returns the finding for a dump that works although the preflight did not */
export function rightsUnknown(error: unknown): Finding {
  const advice = error instanceof ExplainedError ? error.advice : undefined;
  return finding('RIGHTS_UNKNOWN', `it is not known whether the user may dump everything: ${messageOf(error)}`, advice);
}

/** What the server has answered, and what of it is dumped. */
interface Answers {
  readonly database: string;
  readonly server: ServerFacts;
  /** What the user's own options leave out. */
  readonly asWanted: LeftOut;
  readonly objects: SourceObjects;
  readonly missing: ReturnType<typeof missingRights>;
  readonly broken: Awaited<ReturnType<typeof askBrokenViews>>;
  readonly garbled: readonly GarbledObject[];
  readonly definitions: Awaited<ReturnType<typeof askDefinitions>>;
  readonly checks: readonly Finding[];
  readonly values: readonly Finding[];
}

async function readSource(session: Session, source: DatabaseSource): Promise<SourceReport> {
  const answers = await askAll(session, source);
  const { server, objects, broken, garbled, asWanted } = answers;
  const fingerprint = new Map([...objects.fingerprint].filter(([table]) => !asWanted.leavesOut(table)));
  return {
    server: { flavour: server.flavour, version: server.version },
    defaults: objects.defaults,
    objects: objects.names,
    triggerTables: objects.triggerTables,
    versionedTables: objects.versioned,
    tablesSeen: { fingerprint, ignoresCase: server.ignoresCase },
    estimatedBytes: objects.bytes,
    isEncrypted: session.isEncrypted,
    ignoresCase: server.ignoresCase,
    lowerCaseTableNames: server.lowerCaseTableNames,
    boundViews: broken.filter(({ isDumped }) => isDumped).map(({ view }) => view),
    garbled,
    maxPacketBytes: server.maxPacketBytes,
    findings: findingsIn(answers),
    fallbackOptions: fallbackOptionsFor(answers),
  };
}

async function askAll(session: Session, source: DatabaseSource): Promise<Answers> {
  const { database } = source;
  const server = await askServerFacts(session);
  const rights = await askRights(session, server);
  const objects = await askObjects(session, { database, ignoresCase: server.ignoresCase }, server.flavour);
  const asWanted = leftOut(source.dumpOptions, database);
  const missing = missingRights({ database, server, rights, objects, leftOut: asWanted });
  const isProbed = (view: string) =>
    !asWanted.kinds.has('views') && !asWanted.leavesOut(view) && !missing.views.has(view);
  const { tables, sequences, views } = objects.names;
  const broken = await askBrokenViews(session, database, {
    views: views.filter(isProbed),
    relations: [...tables, ...sequences, ...views],
  });
  const dumped = leftOut([...source.dumpOptions, ...missing.fallbackOptions], database);
  const isCreated = (table: string) => !asWanted.kinds.has('tables') && !dumped.leavesOut(table);
  // A table that is just altered is not waited for: what stands in the way of a dump mysqldump will say.
  await session.ask('set session lock_wait_timeout = 10');
  const of = { database, server, leftOut: dumped };
  return {
    ...{ database, server, asWanted, objects, missing, broken },
    garbled: dumpedOf(objects.garbled, asWanted),
    definitions: await askDefinitions(session, database, objects.placed.filter(isCreated)),
    checks: await askChecks(session, { ...of, tables, areTablesDumped: !asWanted.kinds.has('tables') }),
    values: await examineValues(session, { ...of, objects }),
  };
}

interface Checking {
  readonly database: string;
  readonly server: ServerFacts;
  /** What is not dumped, by the options of the user or for want of a right. */
  readonly leftOut: LeftOut;
  readonly tables: readonly string[];
  readonly areTablesDumped: boolean;
}

/** @returns what each check of `checks/` has found that asks the server itself, and needs nothing else than what is dumped */
async function askChecks(session: Session, { areTablesDumped, ...of }: Checking): Promise<Finding[]> {
  return [
    ...(areTablesDumped ? await garbledColumnFindings(session, of) : []),
    ...(areTablesDumped ? await missingDefaultFindings(session, of) : []),
    ...(await foreignKeyFindings(session, of)),
    ...(await brokenForeignKeyFindings(session, of)),
  ];
}

async function askRights(session: Session, server: ServerFacts): Promise<Rights> {
  const grants = await session.ask('show grants');
  return rightsFrom(
    grants.map(([line]) => String(line)),
    {
      flavour: server.flavour,
      areNamesLiteral: server.hasPartialRevokes,
      ignoresCase: server.ignoresCase,
      hasActiveRoles: server.hasActiveRoles,
    },
  );
}

function findingsIn(answers: Answers): Finding[] {
  const { database, server, asWanted, objects, missing, broken } = answers;
  const { ignoresCase, account } = server;
  return [
    ...rowsLimited(server),
    ...missing.findings,
    ...brokenViewFindings(database, broken, { functions: objects.names.functions, account }),
    ...eventFindings(objects, server.flavour, asWanted),
    ...notTransactional(objects, asWanted),
    ...rowsElsewhereFindings(objects.definitionOnly, asWanted),
    ...hardcodedNameFindings(database, objects.nameBound, asWanted),
    ...sequenceDefaultFindings(objects.drawing, { database, ignoresCase }, asWanted),
    ...garbledFindings(answers.garbled),
    ...definitionFindings(answers.definitions),
    ...answers.checks,
    ...unnameable(objects, asWanted),
    ...systemDatabase(database),
    ...answers.values,
  ];
}

function fallbackOptionsFor({ database, asWanted, objects, missing, broken }: Answers): string[] {
  const areEventsLeftOut = endlessEvents(objects, asWanted).length > 0 || objects.disabledEvents !== undefined;
  return [
    ...missing.fallbackOptions,
    ...(areEventsLeftOut ? ['--skip-events'] : []),
    ...sequenceDefaultFallbacks(objects.drawing, asWanted),
    ...broken.filter(({ isDumped }) => !isDumped).map(({ view }) => `--ignore-table=${database}.${view}`),
  ];
}
