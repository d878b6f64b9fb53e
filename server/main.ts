import './process/production.ts';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { BackupEvents } from './backups/events/backup-events.ts';
import { checkIdentity, rememberIdentity } from './backups/recovery/agree-on-storage.ts';
import { rebuildHistory } from './backups/recovery/rebuild.ts';
import { refuseEmptyStorage } from './backups/recovery/refuse-empty-storage.ts';
import { refuseLostHistory } from './backups/recovery/refuse-lost-history.ts';
import { reportOrphans } from './backups/recovery/report-orphans.ts';
import { type Config, loadConfig } from './config.ts';
import { type Orm, openHistory } from './history/orm.ts';
import { type Listening, listen } from './http/connections/listen.ts';
import { endOnUncaughtErrors, surviveUncaughtErrors } from './http/uncaught-errors.ts';
import { createLog } from './log.ts';
import { noteStartFreed } from './process/gc-pressure.ts';
import { logIgnoredSignals } from './process/ignored-signals.ts';
import { scheduleScrub } from './scrub/schedule.ts';
import { createScrub, type Scrub } from './scrub/scrub.ts';
import { DailyTotals } from './statistics/daily-totals.ts';
import { folderStorage } from './storage/folder/folder-storage.ts';
import type { Storage } from './storage/storage.ts';
import { usage } from './usage.ts';

/** How long running uploads and downloads may take to finish once the service is told to stop. */
const GRACE_MS = 30_000;
/** How long the history may take to close. */
const CLOSE_MS = 5_000;
/** How long a client may take nothing of a download. A slow one whose line is buffered shows progress rarely. */
const DOWNLOAD_IDLE_MS = 300_000;

const SLOW_WITHOUT_GC =
  'Node was started without --expose-gc: uploads take twice the CPU time, and more memory. Start it with npm start, or as docs/install.md shows';

const log = await createLog({ isTerminal: process.stdout.isTTY });
logIgnoredSignals(log);
const stopEnding = endOnUncaughtErrors(log);

/** A start that fails closes it: else SQLite leaves a log behind, and replays it over a history that is put there instead. */
let opened: Orm | undefined;

try {
  await run(process.argv.slice(2));
} catch (error) {
  log.fatal(`Lumbung cannot start. ${error instanceof Error ? error.message : error}`);
  await opened?.close(true).catch(() => {});
  process.exit(1);
}

async function run(args: readonly string[]): Promise<void> {
  if (args.length === 1 && args[0] === '--help') return void process.stdout.write(usage());
  const config = loadConfig(process.env);
  log.level = config.logLevel;
  if (args.length === 0) return start(config);
  if (args.length === 1 && args[0] === 'rebuild') return rebuild(config);
  throw new Error(
    `Unknown arguments "${args.join(' ')}". No argument runs the service, rebuild makes a lost history again from the stored files, and --help shows the usage.`,
  );
}

async function start(config: Config): Promise<void> {
  const { history, storage } = await openStores(config);
  if (!config.allowEmptyStorage) await refuseEmptyStorage({ em: history.em.fork(), storage });
  if (!config.allowEmptyHistory) await refuseLostHistory({ em: history.em.fork(), storage });
  // What answers requests takes a third of the start: a start that ends before, or that rebuilds the history, does without.
  const { createApp } = await import('./app.ts');
  const { createGraphql } = await import('./graphql-api/create-graphql.ts');
  const events = new BackupEvents();
  const totals = new DailyTotals(events);
  const graphql = await createGraphql({ log, events, totals, introspection: config.graphqlIntrospection });
  const server = await listen({ host: config.host, port: config.port, log });
  const leftovers = await storage.removeLeftovers();
  if (leftovers > 0) log.warn({ leftovers }, `removed ${leftovers} unfinished uploads that a crash left behind`);
  const uploads = { maxFileBytes: config.maxUploadBytes, idleMs: config.uploadIdleTimeoutSeconds * 1000 };
  const scrub = createScrub({
    history,
    storage,
    events,
    log,
    intervalMs: config.scrubIntervalDays * 86_400_000,
    bytesPerSecond: config.scrubMibPerSecond * 1024 * 1024,
  });
  const { verifyUploads, maxDumpBytes, maxDumpRatio } = config;
  const dumpLimits = { maxDumpBytes, maxDumpRatio };
  const parts = { history, storage, events, graphql, log, uploads, scrub, verifyUploads, dumpLimits };
  const address = { hosts: config.publicHosts, publicUrl: config.publicUrl };
  if (!noteStartFreed()) log.warn(SLOW_WITHOUT_GC);
  stopEnding();
  surviveUncaughtErrors(log);
  server.serve(createApp({ ...parts, ...address, downloadIdleMs: DOWNLOAD_IDLE_MS }).callback());
  stopOnSignal({ server, history, scrub, events });
  if (config.scrubIntervalDays > 0) scheduleScrub({ scrub, log });
  log.info({ url: server.url }, `Lumbung listens on ${server.url}`);
  reportOrphans({ em: history.em.fork(), storage, log }).catch(err =>
    log.error({ err }, 'the search for orphaned files failed'),
  );
}

/** Ends with 0, or with 1 when some file could not be taken in. */
async function rebuild(config: Config): Promise<void> {
  const { history, storage } = await openStores(config);
  const { verifyUploads } = config;
  const rebuilt = await rebuildHistory({ em: history.em.fork(), storage, log, verifyUploads });
  await history.close();
  const { fromRecord, renumbered, fromZip, gone, failed } = rebuilt;
  log.info(
    { from_record: fromRecord, renumbered, from_zip: fromZip, gone, failed },
    `Added ${fromRecord + renumbered + fromZip} backups to the history: ${fromRecord} from their records, ${renumbered} from their records with a new id, ${fromZip} by reading their zips. The zips of ${gone} are missing. ${failed} files could not be added. Damage that was known before is not in the history: let a scrub read all files (docs/how-to/scrub-stored-files.md).`,
  );
  process.exit(failed > 0 ? 1 : 0);
}

async function openStores(config: Config): Promise<{ history: Orm; storage: Storage }> {
  const history = await openHistory(config.databaseUrl);
  opened = history;
  const { storageDir: folder, allowEmptyStorage: accepts } = config;
  const report = (err: unknown, what: string) => log.error({ err }, `Storage: ${what}`);
  const storage = folderStorage({ folder, report });
  const unusable = (error: Error) => {
    throw new Error(`STORAGE_DIR ${folder} cannot be used: ${error.message}`, { cause: error });
  };
  await checkIdentity({ em: history.em, storage }, { accepts }).catch(unusable);
  // A second service started by mistake would sweep away what the first is receiving, and give the same ids away.
  const claim = await storage.claim().catch(unusable);
  process.once('exit', () => claim[Symbol.dispose]());
  await storage.checkUsable().catch(unusable);
  await rememberIdentity({ em: history.em }, claim.id);
  if (accepts)
    log.warn(
      'ALLOW_EMPTY_STORAGE is on: remove it after this start. With it the service does not notice a disk that is not mounted',
    );
  return { history, storage };
}

interface Running {
  readonly server: Listening;
  readonly history: Orm;
  readonly scrub: Scrub;
  readonly events: BackupEvents;
}

function stopOnSignal({ server, history, scrub, events }: Running): void {
  // A terminal that goes away sends SIGHUP; without one it is ignored.
  const signals = ['SIGTERM', 'SIGINT', ...(process.stdout.isTTY ? ['SIGHUP' as const] : [])] as const;
  for (const signal of signals)
    process.once(signal, async () => {
      process.once('SIGTERM', () => process.exit(143)).once('SIGINT', () => process.exit(130));
      log.info(`${signal}: Lumbung finishes what is running, ${GRACE_MS / 1000} s at most, and stops`);
      try {
        const scrubEnded = scrub.stop();
        events.end();
        await server.stop(GRACE_MS);
        await scrubEnded;
        // A history server that hangs closes nothing.
        await Promise.race([history.close(), sleep(CLOSE_MS)]);
      } catch (error) {
        log.fatal({ err: error }, 'Lumbung has stopped, but could not close everything');
        process.exit(1);
      }
      log.info('Lumbung has stopped');
      process.exit(0);
    });
}
