import './process/production.ts';
import { flushCompileCache } from 'node:module';
import process from 'node:process';
import { findCommand, unknownArguments } from './commands/commands.ts';
import { usage } from './commands/usage.ts';
import { type Config, loadConfig } from './config.ts';
import { endOnUncaughtErrors, surviveUncaughtErrors } from './http/uncaught-errors.ts';
import { createLog } from './log.ts';
import { noteStartFreed } from './process/gc-pressure.ts';
import { logIgnoredSignals, onHangUp } from './process/ignored-signals.ts';
import type { RunningService } from './start/service.ts';

/** How long running uploads and downloads may take to finish once the service is told to stop. */
const GRACE_MS = 30_000;

const SLOW_WITHOUT_GC =
  'Node was started without --expose-gc: uploads take twice the CPU time, and more memory. Start it with npm start, or as docs/install.md shows';

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
  const [name, ...rest] = args;
  if (name === undefined) {
    const config = loadConfig(process.env);
    log.level = config.logLevel;
    return start(config);
  }
  const command = findCommand(name);
  if (!command) throw unknownArguments(args);
  const runCommand = await command.load();
  process.exit(await runCommand(rest, process.env, { out: process.stdout, err: process.stderr }));
}

async function start(config: Config): Promise<void> {
  const onLoaded = () => {
    if (!noteStartFreed()) log.warn(SLOW_WITHOUT_GC);
    stopEnding();
    surviveUncaughtErrors(log);
  };
  // A command does without: two thirds of all files.
  const { runService } = await import('./start/service.ts');
  const service = await runService(config, log, onLoaded);
  stopOnSignal(service);
  const { reload } = service;
  if (reload) onHangUp(() => void reload());
  // Where NODE_COMPILE_CACHE is set: Node writes it when a process ends in order, and a service that is killed would never.
  flushCompileCache();
  // What it listens on, such as 0.0.0.0, is no address to open where one is known.
  const dashboard = config.publicUrl ? new URL('-/ui', config.publicUrl).href : `${service.url}/-/ui`;
  log.info({ url: service.url }, `Lumbung listens on ${service.url} (dashboard: ${dashboard})`);
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
