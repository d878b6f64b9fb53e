import './process/production.ts';
import process from 'node:process';
import { type Config, loadConfig } from './config.ts';
import { endOnUncaughtErrors, surviveUncaughtErrors } from './http/uncaught-errors.ts';
import { createLog } from './log.ts';
import { noteStartFreed } from './process/gc-pressure.ts';
import { logIgnoredSignals, onHangUp } from './process/ignored-signals.ts';
import { backupCommand } from './run-backup-commands.ts';
import { runRebuild } from './run-rebuild.ts';
import { runTokenCommand } from './run-token.ts';
import { type RunningService, runService } from './service.ts';
import { usage } from './usage.ts';

/** How long running uploads and downloads may take to finish once the service is told to stop. */
const GRACE_MS = 30_000;

const SLOW_WITHOUT_GC =
  'Node was started without --expose-gc: uploads take twice the CPU time, and more memory. Start it with npm start, or as docs/install.md shows';

// What it prints on stdout is a token, and no log.
if (process.argv[2] === 'token')
  process.exit(await runTokenCommand(process.argv.slice(3), process.env, { out: process.stdout, err: process.stderr }));

const command = await backupCommand(process.argv[2]);
if (command)
  process.exit(await command(process.argv.slice(3), process.env, { out: process.stdout, err: process.stderr }));

const watch = process.argv[2];
if (watch === 'pause' || watch === 'resume' || watch === 'retire') {
  const { runWatchCommand } = await import('./run-watch.ts');
  const streams = { out: process.stdout, err: process.stderr };
  process.exit(await runWatchCommand(watch, process.argv.slice(3), process.env, streams));
}

const log = await createLog({ isTerminal: process.stdout.isTTY });
logIgnoredSignals(log);
const stopEnding = endOnUncaughtErrors(log);

try {
  await run(process.argv.slice(2));
} catch (error) {
  log.fatal(`Lumbung cannot start. ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

async function run(args: readonly string[]): Promise<void> {
  if (args.length === 1 && args[0] === '--help') return void process.stdout.write(usage());
  const config = loadConfig(process.env);
  log.level = config.logLevel;
  if (args.length === 0) return start(config);
  if (args.length === 1 && args[0] === 'rebuild') process.exit(await runRebuild(config, log));
  throw new Error(
    `Unknown arguments "${args.join(' ')}". No argument runs the service, rebuild makes a lost history again from the stored files, token makes and revokes tokens, pause, retire and resume say of which databases no backup is expected, and --help shows the usage.`,
  );
}

async function start(config: Config): Promise<void> {
  const onLoaded = () => {
    if (!noteStartFreed()) log.warn(SLOW_WITHOUT_GC);
    stopEnding();
    surviveUncaughtErrors(log);
  };
  const service = await runService(config, log, onLoaded);
  stopOnSignal(service);
  const { reload } = service;
  if (reload) onHangUp(() => void reload());
  log.info({ url: service.url }, `Lumbung listens on ${service.url}`);
}

function stopOnSignal(service: RunningService): void {
  // A terminal that goes away sends SIGHUP; without one it is ignored.
  const signals = ['SIGTERM', 'SIGINT', ...(process.stdout.isTTY ? ['SIGHUP' as const] : [])] as const;
  for (const signal of signals)
    process.once(signal, async () => {
      process.once('SIGTERM', () => process.exit(143)).once('SIGINT', () => process.exit(130));
      log.info(`${signal}: Lumbung finishes what is running, ${GRACE_MS / 1000} s at most, and stops`);
      try {
        await service.stop(GRACE_MS);
      } catch (error) {
        log.fatal({ err: error }, 'Lumbung has stopped, but could not close everything');
        process.exit(1);
      }
      log.info('Lumbung has stopped');
      process.exit(0);
    });
}
