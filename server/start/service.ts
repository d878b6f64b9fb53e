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
  const { graphqlIntrospection: introspection } = config;
  const retention = new Retention({ history, storage, configuration: configuration.current, log });
  const shared = { log, events, totals, tokens: access.store, storage, configuration, retention };
  const graphql = await createGraphql({ ...shared, introspection });
  const server = await listen({ host: config.host, port: config.port, log, tls: certificate?.current });
  access.warnIfOpen();
  certificate?.start(server.useCertificate);
  const leftovers = await storage.removeLeftovers();
  if (leftovers > 0) log.warn({ leftovers }, `removed ${leftovers} unfinished uploads that a crash left behind`);
  const uploads = { maxFileBytes: config.maxUploadBytes, idleMs: config.uploadIdleTimeoutSeconds * 1000 };
  const jobs = openJobs({ history, storage, config, configuration, events, totals, audit, log });
  const { scheduler, notifications, scrub } = jobs;
  const { verifyUploads, maxDumpBytes, maxDumpRatio } = config;
  const dumpLimits = { maxDumpBytes, maxDumpRatio };
  const stored = { access, history, storage, events, audit, tokens: access.store };
  const shown = { configuration, scheduler, notifications, scrub, totals, retention };
  const parts = { ...stored, ...shown, graphql, log, uploads, verifyUploads, dumpLimits };
  const { publicHosts: hosts, publicUrl, trustedProxies } = config;
  const clients = { hosts, publicUrl, trustedProxies, limits: config };
  onLoaded();
  server.serve(createApp({ ...parts, ...clients, downloadIdleMs: DOWNLOAD_IDLE_MS }).callback());
  scheduler.start();
  const orphansReported = reportOrphans({ em: history.em.fork(), storage, log }).catch(err =>
    log.error({ err }, 'the search for orphaned files failed'),
  );
  const stop = async (graceMs: number) => {
    certificate?.stop();
    const jobsEnded = jobs.stop();
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
