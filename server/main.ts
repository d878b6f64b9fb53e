import process from 'node:process';
import { createApp } from './app.ts';
import { reportStrays } from './backups/report-strays.ts';
import { loadConfig } from './config.ts';
import { createGraphql } from './graphql.ts';
import { type History, openHistory } from './history/history.ts';
import { type Listening, listen } from './http/listen.ts';
import { createLog } from './log.ts';
import { folderStorage } from './storage/folder-storage.ts';

/** How long running uploads and downloads may take to finish once the service is told to stop. */
const GRACE_MS = 30_000;
/** How long a client may take nothing of a download. A slow one whose line is buffered shows progress rarely. */
const DOWNLOAD_IDLE_MS = 300_000;

const log = await createLog({ isTerminal: process.stdout.isTTY });
process.once('uncaughtException', error => fail('Lumbung stops, since it met a mistake of its own', error));

try {
  await start();
} catch (error) {
  log.fatal(`Lumbung can not start. ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

async function start(): Promise<void> {
  const config = loadConfig(process.env);
  const history = await openHistory(config.databaseUrl);
  const storage = folderStorage({ folder: config.storageDir });
  await storage.checkUsable().catch(error => {
    throw new Error(`STORAGE_DIR ${config.storageDir} can not be written to: ${error.message}`, { cause: error });
  });
  const graphql = await createGraphql({ log });
  // The address is claimed before the sweep, so that a second service started by mistake ends here and sweeps nothing.
  const server = await listen(config);
  const leftovers = await storage.removeLeftovers();
  if (leftovers > 0) log.warn({ leftovers }, `removed ${leftovers} unfinished uploads that a crash had left`);
  const uploads = { maxFileBytes: config.maxUploadBytes, idleMs: config.uploadIdleTimeoutSeconds * 1000 };
  server.serve(createApp({ history, storage, graphql, log, uploads, downloadIdleMs: DOWNLOAD_IDLE_MS }).callback());
  stopOnSignal({ server, history });
  log.info({ url: server.url }, `Lumbung listens on ${server.url}`);
  reportStrays({ em: history.em.fork(), storage, log }).catch(err =>
    log.error({ err }, 'strays could not be looked for'),
  );
}

function stopOnSignal({ server, history }: { server: Listening; history: History }): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, async () => {
      process.once('SIGTERM', () => process.exit(143)).once('SIGINT', () => process.exit(130));
      log.info(`${signal}: Lumbung finishes what is running, ${GRACE_MS / 1000} s at most, and stops`);
      await server.stop(GRACE_MS);
      await history.close();
      log.info('Lumbung has stopped');
      process.exit(0);
    });
}

function fail(message: string, error: unknown): void {
  log.fatal({ err: error }, message);
  process.exit(1);
}
