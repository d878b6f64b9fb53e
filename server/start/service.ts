import type { Logger } from 'pino';
import { openAudit } from '../audit/open-audit.ts';
import { BackupEvents } from '../backups/events/backup-events.ts';
import { refuseEmptyStorage } from '../backups/recovery/refuse-empty-storage.ts';
import { refuseLostHistory } from '../backups/recovery/refuse-lost-history.ts';
import { reportOrphans } from '../backups/recovery/report-orphans.ts';
import type { Config } from '../config.ts';
import { type ConfigurationFile, openConfiguration } from '../configuration/reading/configuration-file.ts';
import { listen } from '../http/connections/listen.ts';
import { watchCertificate } from '../http/tls/certificate-watch.ts';
import { Retention } from '../retention/retention.ts';
import { DailyTotals } from '../statistics/daily-totals.ts';
import { openAccess } from '../tokens/service-access.ts';
import { openJobs } from './open-jobs.ts';
import { closeHistory, giveUpHistory, openStores, type Stores } from './stores.ts';

/** How long a client may take nothing of a download. A slow one whose line is buffered shows progress rarely. */
const DOWNLOAD_IDLE_MS = 300_000;

/** The service while it answers requests. */
export interface RunningService {
  /** Such as `http://127.0.0.1:3000` */
  readonly url: string;
  /** Fulfilled when the search for orphaned files, which goes on beside the requests, is over. */
  readonly orphansReported: Promise<void>;
  /** Reads the certificate of TLS and the file of LUMBUNG_CONFIG again; undefined where there is neither. */
  readonly reload: (() => Promise<void>) | undefined;
  /**
   * Takes no new requests, and closes what was opened.
   * @param graceMs how long running requests may take to finish, in milliseconds
   */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts the service in this process: history, storage, address, app. Signals and errors that no one catches belong to the caller.
 * @param onLoaded called before the first request is answered, when all code is loaded
 * @throws Error of one line that says what to do; nothing is left open then
 */
export async function runService(config: Config, log: Logger, onLoaded = () => {}): Promise<RunningService> {
  const configuration = await openConfiguration({ path: config.configFile, env: config.env, log });
  const stores = await openStores(config, log);
  try {
    return await serve(stores, { config, configuration, log, onLoaded });
  } catch (error) {
    await giveUpHistory(stores.history);
    stores.release();
    throw error;
  }
}

interface Serving {
  readonly config: Config;
  readonly configuration: ConfigurationFile;
  readonly log: Logger;
  readonly onLoaded: () => void;
}

async function serve(stores: Stores, { config, configuration, log, onLoaded }: Serving): Promise<RunningService> {
  const { history, storage } = stores;
  const certificate = config.tls && (await watchCertificate(config.tls, { log }));
  if (!config.allowEmptyStorage) await refuseEmptyStorage({ em: history.em.fork(), storage });
  if (!config.allowEmptyHistory) await refuseLostHistory({ em: history.em.fork(), storage });
  const access = await openAccess({ history, storage, log }, config);
  // What answers requests takes a third of the start: a start that ends before, or that rebuilds the history, does without.
  const { createApp } = await import('../app.ts');
  const { createGraphql } = await import('../graphql-api/create-graphql.ts');
  const events = new BackupEvents();
  const totals = new DailyTotals(events);
  const audit = await openAudit({ history, log, path: config.auditLogFile });
  const retention = new Retention({ history, storage, configuration: configuration.current, log });
  const shared = { log, events, totals, tokens: access.store, storage, configuration, retention };
  const graphql = await createGraphql({ ...shared, introspection: config.graphqlIntrospection });
  const server = await listen({ host: config.host, port: config.port, log, tls: certificate?.current });
  access.warnIfOpen();
  certificate?.start(server.useCertificate);
  await removeLeftovers(stores, log);
  const { scheduler, stop: stopJobs, ...shown } = openJobs({ ...shared, history, config, audit });
  const parts = { ...shared, ...shown, scheduler, access, history, audit, graphql };
  onLoaded();
  server.serve(createApp({ ...parts, ...appSettings(config) }).callback());
  scheduler.start();
  const orphansReported = findOrphans(stores, log);
  const stop = async (graceMs: number) => {
    certificate?.stop();
    const jobsEnded = stopJobs();
    events.end();
    await server.stop(graceMs);
    await jobsEnded;
    await audit.stop();
    await access.settle();
    await closeHistory(history);
    stores.release();
  };
  const reload = async () => void (await Promise.all([certificate?.reload(), configuration.reload()]));
  const canReload = certificate !== undefined || config.configFile !== undefined;
  return { url: server.url, orphansReported, reload: canReload ? reload : undefined, stop };
}

async function removeLeftovers({ storage }: Stores, log: Logger): Promise<void> {
  const leftovers = await storage.removeLeftovers();
  if (leftovers > 0) log.warn({ leftovers }, `removed ${leftovers} unfinished uploads that a crash left behind`);
}

async function findOrphans({ history, storage }: Stores, log: Logger): Promise<void> {
  try {
    await reportOrphans({ em: history.em.fork(), storage, log });
  } catch (err) {
    log.error({ err }, 'the search for orphaned files failed');
  }
}

function appSettings(config: Config) {
  const { verifyUploads, maxDumpBytes, maxDumpRatio, publicHosts: hosts, publicUrl, trustedProxies } = config;
  return {
    uploads: { maxFileBytes: config.maxUploadBytes, idleMs: config.uploadIdleTimeoutSeconds * 1000 },
    verifyUploads,
    dumpLimits: { maxDumpBytes, maxDumpRatio },
    downloadIdleMs: DOWNLOAD_IDLE_MS,
    ...{ hosts, publicUrl, trustedProxies, limits: config },
  };
}
