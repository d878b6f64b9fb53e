import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { clientEnvironment } from '../client-programs/client-environment.ts';
import { endingWithParent } from '../client-programs/end-with-parent.ts';
import { ExplainedError, messageOf } from '../errors.ts';
import { log } from '../log.ts';

const LONGEST_LOG = 64 << 10;

export interface ServerProcess {
  readonly pid: number | undefined;
  /** Settles when it has ended, however that was; never rejects. */
  readonly ended: Promise<string>;
  readonly hasEnded: boolean;
  /** Kills it: its data is worth nothing. @returns when it has ended */
  kill(): Promise<void>;
}

export interface ProcessOptions {
  /** Gets all that it says. */
  readonly logFile: string;
  /** A file that it reads. */
  readonly input?: string;
  /** Whether it gets the lowest priority. */
  readonly isBackground?: boolean | undefined;
}

/**
 * Starts a server program that ends with this process at the latest.
 */
export async function startProcess(
  program: string,
  options: readonly string[],
  { logFile, input, isBackground = false }: ProcessOptions,
): Promise<ServerProcess> {
  const [command, args] = await endingWithParent(program, options);
  await using said = await open(logFile, 'a', 0o600);
  await using from = input === undefined ? undefined : await open(input);
  const child = spawn(command, args, {
    stdio: [from?.fd ?? 'ignore', said.fd, said.fd],
    env: clientEnvironment(),
    // Ctrl-C goes to all processes of a terminal: this one is ended by us, so that its end never looks like a fault of a dump.
    detached: true,
  });
  if (isBackground) giveWay(child.pid);
  return watched(child);
}

/** What it has no thread of yet gets the priority, too. The disk goes by it where its scheduler knows priorities. */
function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch (error) {
    log.debug('a server keeps its priority', { pid, error });
  }
}

function watched(child: ChildProcess): ServerProcess {
  const killNow = () => void (child.pid !== undefined && sendKill(child.pid));
  process.once('exit', killNow);
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  let hasEnded = false;
  const end = (how: string) => {
    hasEnded = true;
    process.off('exit', killNow);
    resolve(how);
  };
  child.once('error', error => end(messageOf(error)));
  child.once('exit', (code, killedBy) => end(killedBy ? `ended by ${killedBy}` : `exit code ${code}`));
  return {
    pid: child.pid,
    ended,
    get hasEnded() {
      return hasEnded;
    },
    async kill() {
      if (!hasEnded) killNow();
      await ended;
    },
  };
}

function sendKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended in this very moment.
  }
}

/** @returns an error with the last complaints of a server's log */
export async function serverFailure(what: string, logFile: string): Promise<ExplainedError> {
  const lines = (await lastOf(logFile)).split('\n').filter(line => line.trim() !== '');
  const errors = lines.filter(line => /\[ERROR\]|unknown (?:option|variable)|can't|denied/i.test(line));
  const said = (errors.length > 0 ? errors : lines).slice(-3).map(line => line.trim().slice(0, 300));
  return new ExplainedError([what, ...said].join(': '), {
    advice:
      'Check that this user may run that server program (AppArmor and SELinux can forbid it), and that the disk has room.',
  });
}

async function lastOf(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, LONGEST_LOG));
    await file.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8');
  } catch {
    return '';
  }
}

/** @returns when it has ended well. @throws {ExplainedError} when it fails; the signal's reason, when it was killed for that */
export async function untilDone(running: ServerProcess, what: string, logFile: string, signal: AbortSignal) {
  const stop = () => void running.kill();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const how = await running.ended;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (how !== 'exit code 0') throw await serverFailure(`${what} failed (${how})`, logFile);
}
