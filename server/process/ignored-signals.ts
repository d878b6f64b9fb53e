import process from 'node:process';
import type { Logger } from 'pino';

/**
 * Imported before anything that takes long. Programs that rotate logs send these by habit; the system would end the service, and
 * at SIGUSR1 Node opens its inspector, through which anyone on the machine could run code in it. (Until this is loaded only
 * `--disable-sigusr1` helps.)
 */
const IGNORED = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

let tell: (signal: NodeJS.Signals) => void = () => {};
for (const signal of IGNORED) process.on(signal, () => tell(signal));

/** Has SIGHUP do something from now on. On a terminal it ends the service anyway. */
export function onHangUp(handle: () => void): void {
  const ignore = tell;
  tell = signal => (signal === 'SIGHUP' && !process.stdout.isTTY ? handle() : ignore(signal));
}

/** From now on the log has a line of each. */
export function logIgnoredSignals(log: Logger): void {
  // On a terminal SIGHUP ends the service: its terminal has gone away (main.ts).
  tell = signal =>
    signal === 'SIGHUP' && process.stdout.isTTY
      ? undefined
      : log.info(`${signal} is ignored: the log goes to stdout, so there is no file to reopen`);
}
