import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { pino } from 'pino';
import { createApp, type Dependencies } from '../../server/app.ts';
import { Audit, type AuditParts } from '../../server/audit/audit.ts';
import { BackupEvents } from '../../server/backups/events/backup-events.ts';
import { steadyConfiguration } from '../../server/configuration/reading/configuration-file.ts';
import { configurationOf } from '../../server/configuration/reading/configuration-of.ts';
import { createGraphql } from '../../server/graphql-api/create-graphql.ts';
import { type Orm, openHistory } from '../../server/history/orm.ts';
import { type ConnectionLimits, listen } from '../../server/http/connections/listen.ts';
import type { KeyPair } from '../../server/http/connections/make-server.ts';
import { Scheduler } from '../../server/jobs/scheduler.ts';
import type { Notifications } from '../../server/notifications/notifications.ts';
import { Retention } from '../../server/retention/retention.ts';
import type { RetentionConfiguration } from '../../server/retention/terms-of.ts';
import type { RunningParts } from '../../server/running-parts.ts';
import { createScrub, type Scrub } from '../../server/scrub/scrub.ts';
import { openNotifications } from '../../server/start/open-notifications.ts';
import { DailyTotals } from '../../server/statistics/daily-totals.ts';
import { folderStorage } from '../../server/storage/folder/folder-storage.ts';
import type { Storage } from '../../server/storage/storage.ts';
import { TokenStore } from '../../server/tokens/token-store.ts';
import { HISTORY_STORES, type HistoryStore } from '../history/history-stores.ts';
import { makeMemoryFolder } from '../machine/memory-folder.ts';

export type { HistoryStore };

/** With TEST_MYSQL_URL (`mysql://root@127.0.0.1:3306`) the suite runs on a MySQL server that is there, too. */
export const historyStores: HistoryStore[] = [...HISTORY_STORES, ...mysqlServer(process.env.TEST_MYSQL_URL)];

/** The service in this process, listening for real, on a history store and a storage folder of its own. */
export interface RunningApp extends AsyncDisposable {
  readonly url: string;
  readonly history: Orm;
  readonly storage: Storage;
  readonly storageDir: string;
  readonly scrub: Scrub;
  readonly notifications: Notifications;
  readonly events: BackupEvents;
  readonly audit: Audit;
  readonly tokens: TokenStore;
  /** The lines of the log so far, parsed. */
  readonly log: Array<Record<string, unknown>>;
  /** @returns the path of every file of a database under the storage folder, relative to it, sorted */
  storedFiles(): Promise<string[]>;
  /** @returns those of them that are no records beside others */
  storedZips(): Promise<string[]>;
}

/** Some of what the app is made of, in place of what it gets by default. */
export type Overrides = Partial<
  Omit<Dependencies, Exclude<keyof RunningParts, 'access' | 'storage' | 'publicUrl' | 'downloadIdleMs'> | 'graphql'>
> & {
  storageDir?: string;
  introspection?: boolean;
  connectionLimits?: ConnectionLimits;
  tls?: KeyPair | undefined;
  /** What stands in its `lumbung.yaml`, or, for the retention alone, what is read of it again each time; the defaults when left out. */
  configuration?: object | (() => RetentionConfiguration);
  scrubIntervalMs?: number;
  /** 0 means as fast as it goes, and is what is left out. */
  scrubBytesPerSecond?: number;
  /** How the audit trail is kept, in place of its defaults. */
  auditing?: Omit<AuditParts, 'history' | 'log'>;
};

export async function runApp(
  store: Pick<HistoryStore, 'name' | 'url'>,
  overrides: Overrides = {},
): Promise<RunningApp> {
  const folder = await makeMemoryFolder('lumbung-server-');
  const history = await openHistory(await store.url(folder));
  const storageDir = overrides.storageDir ?? join(folder, 'backups');
  const storage = overrides.storage ?? folderStorage({ folder: storageDir });
  await storage.checkUsable();
  const lines: Array<Record<string, unknown>> = [];
  const log = pino({ level: 'info' }, { write: line => void lines.push(JSON.parse(line)) });
  const events = new BackupEvents();
  const { introspection = true } = overrides;
  const { scrubIntervalMs: intervalMs = 30 * 86_400_000, scrubBytesPerSecond: bytesPerSecond = 0 } = overrides;
  const scrub = createScrub({ history, storage, events, log, intervalMs, bytesPerSecond });
  const given = overrides.configuration;
  const configuration = steadyConfiguration(configurationOf(typeof given === 'function' ? {} : given));
  const scheduler = new Scheduler({ history, log, jobs: [] });
  const notifications = openNotifications({ history, log, configuration });
  const server = await listen({
    host: '127.0.0.1',
    port: 0,
    log,
    limits: overrides.connectionLimits ?? {},
    tls: overrides.tls,
  });
  const uploads = { maxFileBytes: undefined, idleMs: 10_000 };
  const audit = new Audit({ history, log, ...overrides.auditing });
  const tokens = new TokenStore({ history, storage });
  const totals = new DailyTotals(events);
  const ofRetention = typeof given === 'function' ? (given as () => RetentionConfiguration) : configuration.current;
  const retention = new Retention({ history, storage, configuration: ofRetention, log });
  const shared = { log, events, totals, tokens, storage, configuration, retention };
  const graphql = await createGraphql({ ...shared, introspection });
  server.serve(
    createApp({
      access: OPEN,
      history,
      downloadIdleMs: 10_000,
      uploads,
      verifyUploads: true,
      dumpLimits: { maxDumpBytes: 1024 ** 4, maxDumpRatio: 300 },
      ...overrides,
      storage,
      events,
      graphql,
      configuration,
      scheduler,
      notifications,
      totals,
      retention,
      tokens,
      scrub,
      audit,
      log,
    }).callback() as never,
  );
  return {
    url: server.url,
    history,
    events,
    audit,
    tokens,
    storage,
    storageDir,
    scrub,
    notifications,
    log: lines,
    storedFiles: () => filesUnder(storageDir),
    storedZips: async () => (await filesUnder(storageDir)).filter(path => !path.endsWith('.zip.json')),
    async [Symbol.asyncDispose]() {
      events.end();
      await scheduler.stop();
      await notifications.delivery.stop();
      await scrub.stop();
      await server.stop(500);
      await audit.stop();
      await history.close(true);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As a service without tokens: everyone may do everything. */
const OPEN: Dependencies['access'] = {
  isOpen: async () => true,
  find: async () => ({ refusal: 'no token is known' }),
  findByHash: async () => ({ refusal: 'no token is known' }),
  refusesForwarded: false,
};

/** Runs the same tests on the app over each kind of history store: those about what only one of them can break. */
export function describeOnEachStore(title: string, tests: (store: HistoryStore) => void): void {
  describeOn(historyStores, title, tests);
}

/**
 * The same for tests of what the stores do alike: a run of all tests has them on SQLite alone, and leaves the others to
 * `npm run test:peers` (scripts/test.ts).
 */
export function describeOnAnyStore(title: string, tests: (store: HistoryStore) => void): void {
  describeOn(process.env.TEST_STORES === 'one' ? historyStores.slice(0, 1) : historyStores, title, tests);
}

function describeOn(stores: readonly HistoryStore[], title: string, tests: (store: HistoryStore) => void): void {
  for (const store of stores) describe(`${title} (${store.name})`, () => tests(store));
}

function mysqlServer(server: string | undefined): HistoryStore[] {
  if (!server) return [];
  const url = async () => {
    const database = `history_${randomUUID().replaceAll('-', '')}`;
    const connection = await createConnection(server);
    await connection.query(`create database ${database}`);
    await connection.end();
    return `${server}/${database}`;
  };
  return [{ name: 'MySQL', url, emptyUrl: url }];
}

async function filesUnder(folder: string): Promise<string[]> {
  // A folder that goes away in the middle ends the listing: it is listed again.
  const list = () => readdir(folder, { recursive: true, withFileTypes: true });
  const entries = await list().catch(error => (error.code === 'ENOENT' ? list() : Promise.reject(error)));
  return entries
    .filter(entry => entry.isFile() && !entry.name.startsWith('.lumbung-'))
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
