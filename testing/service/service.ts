import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { COMPILE_CACHE } from '../compile-cache.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const READY_WITHIN_MS = 50_000;

/** The real service as a child process of its own. */
export interface Service extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly pid: number;
  /** What it has written so far: stdout (its log, a JSON object a line) and stderr. */
  output(): string;
  /** Tells it to end; resolves when it has. @returns its exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Kills it as a crash would. */
  kill(): Promise<void>;
  /** Lets this process end while it runs. It is killed then. */
  unref(): void;
}

/**
 * Starts `node --expose-gc server/main.ts` on a free port and waits until it is ready.
 * @param env beside PATH: DATABASE_URL and STORAGE_DIR, usually
 * @param args of the command line
 * @param openFiles how many it may have open at once (`ulimit -n`); as many as this process when left out
 * @param program the folder of another version of Lumbung
 * @throws Error with what it wrote when it ends instead
 */
export async function startService(
  env: Record<string, string>,
  args: readonly string[] = [],
  { openFiles, program = ROOT }: { openFiles?: number; program?: string } = {},
): Promise<Service> {
  // Not --disable-sigusr1: the service must not need it once it runs.
  const command = [process.execPath, '--expose-gc', resolve(program, 'server/main.ts'), ...args];
  const limited =
    openFiles === undefined ? command : ['sh', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh', ...command];
  const child = spawn(limited[0]!, limited.slice(1), {
    env: { PATH: process.env.PATH, PORT: '0', ...COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  child.stdout.on('data', chunk => output.push(String(chunk)));
  child.stderr.on('data', chunk => output.push(String(chunk)));
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.off('exit', killWithUs));
  const ready = new AbortController();
  const url = await Promise.race([readyUrl(child), failure(child, output, ready.signal)]);
  ready.abort();
  return {
    url,
    pid: child.pid!,
    output: () => output.join(''),
    stop: (signal = 'SIGTERM') => end(child, signal),
    kill: async () => void (await end(child, 'SIGKILL')),
    unref: () => {
      for (const handle of [child, child.stdout as Socket, child.stderr as Socket]) handle.unref();
    },
    [Symbol.asyncDispose]: async () => void (await end(child, 'SIGKILL')),
  };
}

/** Runs it expecting that it ends by itself, as `rebuild` does. @returns its exit code and all that it wrote */
export async function startInVain(
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<{ code: number | null; output: string }> {
  try {
    await using service = await startService(env, args);
    throw new Error(`the service was expected not to start, but listens on ${service.url}`);
  } catch (error) {
    if (error instanceof StartFailure) return error;
    throw error;
  }
}

class StartFailure extends Error {
  readonly code: number | null;
  readonly output: string;

  constructor(reason: string, code: number | null, output: string) {
    super(`the service ${reason}:\n${output}`);
    this.code = code;
    this.output = output;
  }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /Lumbung listens on (https?:\/\/[^\s"]+)/.exec(line)?.[1];
    if (url) return url;
  }
  return new Promise(() => {});
}

/** Ends the child if it is not ready in time; once it is ready, the caller ends it. */
async function failure(child: ChildProcess, output: string[], ready: AbortSignal): Promise<never> {
  const timeout = AbortSignal.timeout(READY_WITHIN_MS);
  try {
    const [code] = (await once(child, 'close', { signal: AbortSignal.any([timeout, ready]) })) as [number | null];
    throw new StartFailure(`ended with exit code ${code} before it was ready`, code, output.join(''));
  } catch (error) {
    if (!timeout.aborted || ready.aborted) throw error;
    child.kill('SIGKILL');
    throw new StartFailure('did not become ready in time', null, output.join(''));
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, 'exit');
  }
  return child.exitCode;
}
