import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import type { Sample } from '../case.ts';
import { isInstalled } from '../installed.ts';
import type { ServerMeter } from './server-meter.ts';

export interface MeasureOptions {
  /** A folder for what GNU time writes. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Servers that work for the command: their CPU seconds are added, and their memory is kept. */
  readonly servers?: readonly ServerMeter[];
  /** The command prints `{"wallSeconds": …, "cpuSeconds": …}` of the work without its own start; that is taken. */
  readonly tellsItself?: boolean;
}

/**
 * Runs a command to its end. Its CPU seconds and peak memory come from the kernel's account of the ended child
 * (GNU time), which holds its children too; without GNU time they stay unknown.
 * @returns what it took, and what it printed
 * @throws Error with its stderr when it fails; the signal's reason when aborted, and then the command and its children have been killed
 */
export async function measure(
  command: readonly string[],
  options: MeasureOptions,
): Promise<{ sample: Sample; stdout: string }> {
  const { folder, servers = [], tellsItself = false } = options;
  const account = join(folder, '.account');
  const isTimed = await isInstalled('time');
  const meters = await Promise.all(servers.map(server => server.begin()));
  const began = performance.now();
  const stdout = await run(isTimed ? ['time', '-f', '%U %S %M', '-o', account, ...command] : command, options);
  const wallSeconds = (performance.now() - began) / 1000;
  const used = await Promise.all(meters.map(end => end()));
  const own = isTimed ? await readAccount(account) : undefined;
  const told = tellsItself ? (JSON.parse(stdout) as { wallSeconds: number; cpuSeconds: number }) : undefined;
  const cpuSeconds = told?.cpuSeconds ?? own?.cpuSeconds;
  const serverPeaks = used.filter(({ isOurs }) => isOurs).map(({ peakBytes }) => peakBytes);
  const sample: Sample = {
    wallSeconds: told?.wallSeconds ?? wallSeconds,
    cpuSeconds:
      cpuSeconds === undefined ? undefined : used.reduce((sum, server) => sum + server.cpuSeconds, cpuSeconds),
    peakBytes: own?.peakBytes,
    serverPeakBytes: serverPeaks.length > 0 ? Math.max(...serverPeaks) : undefined,
  };
  return { sample, stdout };
}

async function readAccount(path: string): Promise<{ cpuSeconds: number; peakBytes: number }> {
  const [user, system, peakKib] = (await readFile(path, 'utf8')).trim().split('\n').at(-1)!.split(' ').map(Number);
  await rm(path);
  return { cpuSeconds: user! + system!, peakBytes: peakKib! * 1024 };
}

async function run(command: readonly string[], { signal, cwd, env }: MeasureOptions): Promise<string> {
  signal.throwIfAborted();
  const [program, ...args] = command;
  // A process group of its own: `time` and `sh` hand no signal on to their children.
  const child = spawn(program!, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const kill = () => killGroup(child.pid);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const [out, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    signal.throwIfAborted();
    if (code !== 0)
      throw new Error(`${command.join(' ')} ended with exit code ${code}: ${`${said}${out}`.trim().slice(-2000)}`);
    return out;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this very moment.
  }
}
