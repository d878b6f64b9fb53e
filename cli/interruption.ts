import { isatty } from 'node:tty';
import { EXIT, INTERRUPTING_SIGNALS, type InterruptingSignal } from './errors.ts';

const STILL_STOPPING =
  'still stopping; one more signal ends sade immediately, and the next run removes the unfinished files';

/** The signal that ends the program at once, counted from the first. `npx` passes on a Ctrl-C that has come already. */
const AT_ONCE = 3;

/**
 * Turns the signals that end a program into an {@link AbortSignal}, so that no unfinished file stays. The listeners stay
 * until the program has ended: signal-exit, which packages for terminals bring along, raises a signal again as soon as it
 * is the only one left that listens.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #tell: (message: string) => void;
  #count = 0;
  #isDone = false;

  /** @param tell shows the user a message about a signal that comes again */
  constructor(tell: (message: string) => void) {
    this.#tell = tell;
    for (const name of signalsThatInterrupt()) process.on(name, () => this.#onSignal(name));
    // Without a terminal it runs under nohup, setsid or cron, and goes on: Node forgets that SIGHUP was to be ignored.
    if (!isOnTerminal()) process.on('SIGHUP', () => {});
    // Node would open an inspector on it, with which any user of the machine may run code.
    process.on('SIGUSR1', () => {});
  }

  /** Aborts, with an {@link Interrupted} as its reason, on the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** All is done: should something keep the program anyway, such as a pipe that no one reads, a signal ends it at once. */
  done(): void {
    this.#isDone = true;
  }

  #onSignal(name: InterruptingSignal): void {
    if (this.#isDone) endAtOnce(name, process.exitCode);
    // A terminal that is gone is reported by the kernel and by the shell: the second report is not a person's wish.
    if (name === 'SIGHUP' && this.#count > 0) return;
    this.#count++;
    if (this.#count >= AT_ONCE) endAtOnce(name, EXIT.interrupted[name]);
    this.#controller.abort(new Interrupted(name));
    if (this.#count > 1) this.#tell(STILL_STOPPING);
  }
}

/**
 * Node's own end waits for file operations that are under way, and one on a dead NFS mount or a named pipe never comes back: then the
 * kernel ends it, by the same signal, which a shell reports as the same exit code.
 */
function endAtOnce(name: InterruptingSignal, exitCode: typeof process.exitCode): never {
  if (isBusyWithFiles()) {
    process.removeAllListeners(name);
    // It would write the memory to the disk, with the passwords in it.
    if (name !== 'SIGQUIT') process.kill(process.pid, name);
    process.kill(process.pid, 'SIGKILL');
  }
  process.exit(exitCode);
}

/** Deno does not wait for them, and does not tell. */
function isBusyWithFiles(): boolean {
  return !process.versions.deno && process.getActiveResourcesInfo().some(kind => kind.startsWith('FSReq'));
}

/** The reason of an aborted run. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: InterruptingSignal;

  constructor(signal: InterruptingSignal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

function signalsThatInterrupt(): InterruptingSignal[] {
  return INTERRUPTING_SIGNALS.filter(name => name !== 'SIGHUP' || isOnTerminal());
}

function isOnTerminal(): boolean {
  return [0, 1, 2].some(isatty);
}
