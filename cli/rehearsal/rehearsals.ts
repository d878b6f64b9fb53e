import { randomBytes } from 'node:crypto';
import type { Inventory } from '../../protocol/manifest.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { partialDumpOptions } from '../config/partial-dumps.ts';
import { keyOf } from '../definitions/definition.ts';
import { type MakeNeutral, neutralText } from '../definitions/neutral-text.ts';
import { messageOf } from '../errors.ts';
import { log } from '../log.ts';
import { connect } from '../mysql/connect.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import { RestoreFilter } from '../restore-filter/restore-filter.ts';
import { formatSeconds } from '../terminal/format.ts';
import type { ServerProgram } from '../throwaway-server/server-programs.ts';
import { ServerWatch, TookTooMuch } from '../throwaway-server/server-watch.ts';
import type { ThrowawayServer } from '../throwaway-server/throwaway-server.ts';
import { compareDefinitions } from './compare-definitions.ts';
import { type LoadedDefinitions, loadDefinitions, RehearsalFailed } from './load-definitions.ts';
import { rehearsalFindings } from './rehearsal-findings.ts';
import { howToCompare, whyNot } from './rehearsal-limits.ts';
import { recordOf } from './rehearsal-record.ts';
import { notRehearsed, type RehearsalResult } from './rehearsal-result.ts';
import { NotRehearsed, ServersOfRun } from './servers-of-run.ts';
import { lookAtSource, type SourceSeen } from './source-watch.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface RehearsalsOptions {
  /** The work folder. */
  readonly folder: string;
  /** Those of this machine. */
  readonly programs: Promise<readonly ServerProgram[]>;
  readonly signal: AbortSignal;
  /** Whether a finding reports each backup that was not rehearsed. */
  readonly isRequired: boolean;
  /** How long one may take, in milliseconds. */
  readonly withinMs?: number;
  /** How long a dump waits for those before it, in milliseconds. */
  readonly waitMs?: number;
}

/** A dump that is to be rehearsed, from its beginning on. */
export interface Upcoming {
  readonly source: DatabaseSource;
  readonly report: SourceReport;
  /** The name of its database on the throwaway server: no dump can know it. */
  readonly name: string;
  readonly neutral: MakeNeutral;
  /** Rejects with the reason why the source could not be looked at. */
  readonly seen: Promise<SourceSeen>;
}

/** What is loaded, and what it should become. */
export interface DefinitionsOfDump {
  /** Of the dump without its rows. */
  readonly path: string;
  /** Of the dump. */
  readonly inventory: Inventory;
  /** Ends the rehearsal, or the wait for its turn; its reason is a {@link NotRehearsed}. */
  readonly hurry?: AbortSignal;
}

const WITHIN_MS = 5 * 60_000;
const WAIT_MS = 30 * 60_000;

/**
 * Loads dumps without their rows into a server of this run's own, and compares what was loaded with the source. It never fails:
 * what keeps it from that is told in its result, and no finding comes from it.
 */
export class Rehearsals implements AsyncDisposable {
  readonly #folder: string;
  readonly #servers: ServersOfRun;
  readonly #signal: AbortSignal;
  readonly #isRequired: boolean;
  readonly #withinMs: number;
  readonly #waitMs: number;
  /** One at a time: they share the settings of their server. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ folder, programs, signal, isRequired, withinMs = WITHIN_MS, waitMs = WAIT_MS }: RehearsalsOptions) {
    this.#folder = folder;
    this.#servers = new ServersOfRun(folder, programs, signal);
    this.#signal = signal;
    this.#isRequired = isRequired;
    this.#withinMs = withinMs;
    this.#waitMs = waitMs;
  }

  /** A dump has begun: looks at its source beside it. Never throws: what keeps it from that is why the dump is not rehearsed. */
  begin(source: DatabaseSource, report: SourceReport): Upcoming {
    const name = `rehearsal_${randomBytes(8).toString('hex')}`;
    try {
      const neutral = neutralText([source.database, name]);
      const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(this.#withinMs)]);
      return upcoming({ source, report, name, neutral, seen: lookAtSource(source, report, { neutral, signal }) });
    } catch (error) {
      return upcoming({ source, report, name, neutral: text => text, seen: Promise.reject(error) });
    }
  }

  /** A dump has ended: starts the server that it needs, if that does not run yet. */
  prepare({ report, seen }: Upcoming): void {
    const start = async () => {
      const { settings } = await seen;
      if (whyNot(settings) === undefined) await this.#servers.for(howToCompare(report, settings).server);
    };
    start().catch(() => {});
  }

  /**
   * Waits for its turn, and rehearses a dump.
   * @throws the run's signal's reason when it is aborted, nothing else
   */
  async rehearse(upcoming: Upcoming, dump: DefinitionsOfDump): Promise<RehearsalResult> {
    const { promise: mine, resolve: done } = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = before.then(() => mine);
    try {
      const overdue = AbortSignal.timeout(this.#waitMs);
      const signal = AbortSignal.any([this.#signal, overdue, ...(dump.hurry ? [dump.hurry] : [])]);
      const isMine = await unlessAborted(before, signal).then(
        () => true,
        () => false,
      );
      if (isMine) return await this.#rehearse(upcoming, dump);
      this.#signal.throwIfAborted();
      const waited = `it waited longer than ${formatSeconds(this.#waitMs / 1000)} for the rehearsals before it`;
      return this.#notRehearsed(upcoming, overdue.aborted ? new NotRehearsed(waited) : signal.reason);
    } finally {
      done();
    }
  }

  /** @returns the same without its finding, unless each backup is to be rehearsed */
  withReason(result: RehearsalResult): RehearsalResult {
    return this.#isRequired ? result : { ...result, findings: [] };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#servers[Symbol.asyncDispose]();
  }

  async #rehearse(upcoming: Upcoming, { path, inventory, hurry }: DefinitionsOfDump): Promise<RehearsalResult> {
    const started = performance.now();
    const overdue = AbortSignal.timeout(this.#withinMs);
    const signal = AbortSignal.any([this.#signal, overdue, ...(hurry ? [hurry] : [])]);
    const { label } = upcoming.source;
    try {
      const { record, findings } = await this.#loadAndCompare(upcoming, { path, inventory, signal });
      const seconds = Math.round(performance.now() - started) / 1000;
      log.info('rehearsed', { database: label, seconds, objects: record.objects, findings: findings.length });
      return { record: { ...record, seconds }, findings };
    } catch (error) {
      this.#signal.throwIfAborted();
      const took = `it took longer than ${formatSeconds(this.#withinMs / 1000)}`;
      return this.#notRehearsed(upcoming, overdue.aborted ? new NotRehearsed(took) : error);
    }
  }

  #notRehearsed({ source }: Upcoming, error: unknown): RehearsalResult {
    const why = messageOf(error);
    const isExpected = error instanceof NotRehearsed || error instanceof TookTooMuch;
    log[isExpected ? 'info' : 'warn']('not rehearsed', { database: source.label, why, error });
    return this.withReason(notRehearsed(why, isExpected ? error.advice : undefined));
  }

  async #loadAndCompare(upcoming: Upcoming, dump: RehearsedDump): Promise<RehearsalResult> {
    const seen = await unlessAborted(upcoming.seen, dump.signal);
    const reason = whyNot(seen.settings);
    if (reason !== undefined) throw new NotRehearsed(reason);
    const wanted = howToCompare(upcoming.report, seen.settings).server;
    const server = await unlessAborted(this.#servers.for(wanted), dump.signal);
    await using watch = new ServerWatch(server, this.#folder, dump.signal);
    const { signal } = watch;
    try {
      return await this.#compareOn(server, upcoming, seen, { ...dump, signal });
    } catch (error) {
      // Nothing else can be had of a server that was ended.
      throw signal.aborted ? signal.reason : error;
    }
  }

  async #compareOn(
    server: ThrowawayServer,
    { source, report, name, neutral }: Upcoming,
    seen: SourceSeen,
    { path, inventory, signal }: RehearsedDump,
  ): Promise<RehearsalResult> {
    const { comparesTexts } = howToCompare(report, seen.settings);
    const isComparable = comparesTexts(server.version) && !changesDefinitions(source);
    await using database = await server.createDatabase(name, {
      characterSet: report.defaults?.characterSet,
      collation: report.defaults?.collation,
      definers: seen.definers,
      settings: new Map([
        ['innodb_file_per_table', 'OFF'],
        ...[...seen.settings].filter(([setting]) => SET_ON_SERVER.has(setting)),
      ]),
    });
    const loaded = await load(server, database.source, { path, source, signal });
    await using reader = await server.createReader(name);
    using session = await connect(reader.source, { signal });
    const known = knownDifferences(report, seen, loaded);
    const compared = await compareDefinitions(session, name, {
      ...{ source, report, seen, inventory, comparesTexts: isComparable, known, neutral, signal },
    });
    const title = `${server.flavour === 'mariadb' ? 'MariaDB' : 'MySQL'} ${server.version}`;
    return {
      record: recordOf(server, { loaded, compared, isComparable }),
      findings: rehearsalFindings(title, loaded, compared.differences),
    };
  }
}

/** Why a source could not be looked at the rehearsal will tell. */
function upcoming(it: Upcoming): Upcoming {
  it.seen.catch(() => {});
  return it;
}

interface RehearsedDump extends DefinitionsOfDump {
  readonly signal: AbortSignal;
}

/** What the server of a source has set for all its connections, and a throwaway server gets. */
const SET_ON_SERVER = new Set(['sql_mode', 'explicit_defaults_for_timestamp']);

async function load(
  server: ThrowawayServer,
  target: DatabaseSource,
  { path, source, signal }: { readonly path: string; readonly source: DatabaseSource; readonly signal: AbortSignal },
): Promise<LoadedDefinitions> {
  using session = await connect(target, { signal });
  const { flavour, version } = server;
  const filter = new RestoreFilter({
    target: { flavour, version, maxPacketBytes: 2 ** 30 },
    sourceDatabase: source.database,
    targetDatabase: target.database,
    definer: 'keep',
    collations: new Map(),
    events: 'at the end',
    parts: 'all',
    withoutKeys: true,
  });
  try {
    return await loadDefinitions(session, path, {
      ...{ filter, database: source.database, target: target.database },
      beforeOwnFile: () => server.giveTablesOwnFiles(),
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof RehearsalFailed
      ? new RehearsalFailed(`the throwaway server failed: ${error.message}`)
      : error;
  }
}

/** These options change what the statements say, as the user wants it. */
function changesDefinitions({ dumpOptions }: DatabaseSource): boolean {
  return partialDumpOptions(dumpOptions).some(option =>
    /create-options|invisible-primary-key|secondary-engine/.test(option),
  );
}

/** What a finding reports already, and what was not loaded. */
function knownDifferences(report: SourceReport, seen: SourceSeen, loaded: LoadedDefinitions): Set<string> {
  const unloaded = [...loaded.failures, ...loaded.leftOut, ...loaded.refused].flatMap(({ object }) =>
    object ? [keyOf(object)] : [],
  );
  const garbled = (report.garbled ?? []).map(keyOf);
  const expired = [...seen.expiredEvents].map(name => keyOf({ kind: 'events', name }));
  return new Set([...unloaded, ...garbled, ...expired]);
}
