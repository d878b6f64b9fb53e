import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../protocol/manifest.ts';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import type { ServiceAccess } from '../access/service-access.ts';
import type { DumpClients } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { CommandError, ExplainedError, messageOf } from '../errors.ts';
import { log } from '../log.ts';
import { connect } from '../mysql/connect.ts';
import { isServersAnswer } from '../mysql/servers-answer.ts';
import { describeStored } from '../restore/choice/describe-stored.ts';
import { expectedOf } from '../restore/verify/expectation.ts';
import { verifyLoaded } from '../restore/verify/verify-loaded.ts';
import type { Service } from '../service/service.ts';
import { formatSeconds } from '../terminal/format.ts';
import { TookTooMuch } from '../throwaway-server/server-watch.ts';
import { ZippedDump } from '../unzip/zipped-dump.ts';
import { compareAgain } from './compare-again.ts';
import type { DrillDatabase, DrillServer, DrillServers } from './server/drill-server.ts';
import { type DrillBounds, diskBoundFor, explainedBound } from './steps/bounds.ts';
import type { ChosenBackup } from './steps/choose-backups.ts';
import { DrillRecord } from './steps/drill-record.ts';
import { fetchZip } from './steps/fetch-zip.ts';
import { loadBackup } from './steps/load-backup.ts';
import { CouldNotTest, NotRestorable } from './steps/outcome-errors.ts';
import { checkRoom, RoomWatch } from './steps/room.ts';
import { runChecks } from './steps/run-checks.ts';

/** What all drills of a run have in common. */
export interface DrillRun {
  readonly service: Service;
  /** By which a report goes: an entry may have a token of its own. */
  readonly access: ServiceAccess;
  readonly servers: DrillServers;
  /** The entries of databases.json by their labels; a backup without one has no checks. */
  readonly entries: ReadonlyMap<string, DatabaseSource>;
  readonly clients: DumpClients;
  /** The work folder. */
  readonly folder: string;
  /** Time limit of one drill, in milliseconds. */
  readonly timeoutMs: number;
  readonly bounds: DrillBounds;
  readonly signal: AbortSignal;
}

/** A drill that is going on. */
export interface Drilling extends DrillRun {
  readonly record: DrillRecord;
  readonly manifest: Manifest;
  /** Gone afterwards. */
  readonly drillFolder: string;
  readonly entry: DatabaseSource | undefined;
}

/**
 * Restores one backup into a database of its own, checks whether it is what was backed up, and removes all of it.
 * @returns what was seen; a failure of any kind is an outcome, too
 * @throws the signal's reason when aborted
 */
export async function drillBackup(chosen: ChosenBackup, run: DrillRun): Promise<DrillReport> {
  const record = new DrillRecord(chosen);
  const drillFolder = join(run.folder, DRILL_FOLDER);
  using room = new RoomWatch(run.folder);
  const signal = AbortSignal.any([run.signal, room.signal, AbortSignal.timeout(run.timeoutMs)]);
  try {
    await rm(drillFolder, { recursive: true, force: true });
    await mkdir(drillFolder, { mode: 0o700 });
    const backup = await describeStored(run.service, { ...chosen, isNamed: true });
    record.backup = backup;
    if (!backup.manifest) throw new CouldNotTest('the service has no manifest of it that can be read');
    const entry = run.entries.get(chosen.label);
    await drill({ ...run, signal, record, manifest: backup.manifest, drillFolder, entry });
    const reason = whyNotRestorable(record);
    return record.report(reason === undefined ? 'restorable' : 'not_restorable', reason);
  } catch (error) {
    run.signal.throwIfAborted();
    // What fails on a full disk fails in many words: none of them may be said of the backup.
    await room.look();
    const cause = signal.aborted ? explainedEnd(signal.reason, run) : withAdvice(error);
    log.debug('drill ends', { database: chosen.label, error: cause });
    if (cause instanceof NotRestorable) return record.report('not_restorable', sentenceOf(cause));
    await run.servers.renew();
    return record.report('could_not_test', sentenceOf(cause));
  } finally {
    await rm(drillFolder, { recursive: true, force: true }).catch(() => {});
  }
}

/** Within the work folder. */
const DRILL_FOLDER = 'drill';

async function drill(drilling: Drilling): Promise<void> {
  const { record, manifest, servers, bounds, drillFolder: folder } = drilling;
  const backup = record.backup!;
  const { server: source, lower_case_table_names: lowerCaseTableNames } = manifest.source;
  if (!source) throw new CouldNotTest('its manifest does not say which server it is from');
  const server = await servers.serverFor({ ...source, lowerCaseTableNames }, drilling.signal);
  record.server = server;
  await checkRoom(folder, backup, server.kind === 'throwaway');
  const limits = { memoryBytes: bounds.maxMemoryBytes, diskBytes: diskBoundFor(backup, bounds) };
  await using watch = server.watch(limits, drilling.signal);
  try {
    await restoreAndLook({ ...drilling, signal: watch.signal }, server);
  } catch (error) {
    // Nothing else can be known of a server that was ended.
    throw watch.signal.aborted ? watch.signal.reason : error;
  }
}

async function restoreAndLook(drilling: Drilling, server: DrillServer): Promise<void> {
  const { record, manifest, service, signal, drillFolder: folder } = drilling;
  const backup = record.backup!;
  const path = await record.during('fetch', () => fetchZip(service, backup, { folder, signal }));
  record.isZipRead = true;
  await using zip = await ZippedDump.open(path).catch(error => {
    throw new NotRestorable(messageOf(error).replaceAll(path, 'the zip'), { cause: error });
  });
  const original = manifest.source.database;
  const { character_set, collation } = manifest.source;
  const wanted = { original, characterSet: character_set ?? undefined, collation: collation ?? undefined };
  await using database = await server.createDatabase(wanted, signal);
  record.loaded = await record.during('load', () =>
    loadBackup({ zip, original, sourceVersion: manifest.source.server!.version, server, database, folder, signal }),
  );
  await look(drilling, { server, database, zip });
}

type Restored = { readonly server: DrillServer; readonly database: DrillDatabase; readonly zip: ZippedDump };

async function look(drilling: Drilling, { server, database, zip }: Restored): Promise<void> {
  const { record, manifest, entry, signal } = drilling;
  const { loader } = database;
  record.verification = await record.during('verify', () =>
    verifyLoaded({
      database: loader.database,
      expected: expectedOf(manifest.inventory, { parts: 'all' }),
      ignoresCase: server.ignoresCase,
      open: () => connect(loader, { signal }),
      jobs: availableParallelism(),
    }),
  );
  noteUntested(drilling, server);
  const restored = await database.reader();
  const checks = entry?.drillChecks ?? [];
  if (checks.length > 0)
    record.checks = await record.during('checks', () =>
      runChecks({ restored, flavour: server.flavour, checks, signal }),
    );
  await record.during('dump_again', () => compareAgain(drilling, { server, restored, zip }));
}

function noteUntested({ record, manifest, entry }: Drilling, server: DrillServer): void {
  const elsewhere = record.verification?.notCounted ?? [];
  if (elsewhere.length > 0) record.notTested.push(`rows of tables that keep them elsewhere: ${elsewhere.join(', ')}`);
  for (const { code, message } of manifest.findings ?? [])
    if (code === 'PARTIAL_BY_CONFIG') record.notTested.push(`what the backup leaves out: ${message}`);
  for (const { what, object } of record.loaded?.changes ?? [])
    if (what.startsWith('ENCRYPT')) record.notTested.push(`the encryption of ${object}: a throwaway server has no key`);
  const { lower_case_table_names: ofSource } = manifest.source;
  if (ofSource && !server.ignoresCase)
    record.notTested.push(`names in another case: the source ignores it (lower_case_table_names is ${ofSource})`);
  if (manifest.inventory.events.length > 0 && server.kind === 'given')
    record.notTested.push('whether its events are enabled: they are restored disabled, so that none runs');
  if (!entry) record.notTested.push('drill_checks: the database is not in the list of databases here');
}

/** @returns why it is not, though all of it was loaded */
function whyNotRestorable({ verification, checks, dumpAgain, differences }: DrillRecord): string | undefined {
  const failed = checks.filter(({ agrees }) => !agrees);
  const [check] = failed;
  if (verification && !verification.agrees) {
    const [first] = verification.differences;
    const more = verification.differenceCount > 1 ? `, and ${verification.differenceCount - 1} more` : '';
    return `it is restored, but not as it was: ${first?.name}: expected ${first?.expected}, found ${first?.found}${more}`;
  }
  if (dumpAgain === 'differs')
    return `a second dump of it differs from the backup: ${differences[0]?.object ?? differences[0]?.kind}`;
  if (check)
    return `the check "${check.name}" ${check.error ? `failed: ${check.error}` : `gave ${check.found} instead of ${check.expected}`}`;
  return undefined;
}

function explainedEnd(reason: unknown, { timeoutMs }: DrillRun): unknown {
  if (reason instanceof CouldNotTest) return reason;
  return new CouldNotTest(`it took longer than ${formatSeconds(timeoutMs / 1000)}`, {
    advice: 'Give it more time with --timeout.',
  });
}

function withAdvice(error: unknown): unknown {
  return error instanceof TookTooMuch ? explainedBound(error) : error;
}

/** What is no expected failure is a defect of ours, and says nothing of the backup. */
function sentenceOf(error: unknown): string {
  const isExpected = error instanceof ExplainedError || error instanceof CommandError;
  const advice = error instanceof ExplainedError ? error.advice : undefined;
  const said = isExpected || isServersAnswer(error) ? '' : 'unexpected: ';
  return `${said}${messageOf(error)}${advice ? `. ${advice}` : ''}`.replace(/\s+/g, ' ').slice(0, 1000);
}
