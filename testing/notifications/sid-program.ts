import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { testsPeers } from '../peers.ts';
import { until } from '../until.ts';

const SCRIPT = join(import.meta.dirname, 'debian-sid.sh');
const HOME = process.env.SID_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'lumbung-peers/sid');

/** The name that scripts/setup gives ntfy and Alertmanager. */
const NAME = 'notifications';

/** @returns whether ntfy and Alertmanager are on this machine, which it says aloud where not; false in a run that does not test them */
export function hasNotificationServers(): boolean {
  if (!testsPeers) return false;
  if (existsSync(join(HOME, NAME, '.ready'))) return true;
  console.error('    SKIPPED: no ntfy and no Alertmanager here (scripts/setup peers brings them)');
  return false;
}

/** @returns whether promtool is on this machine, which it says aloud where not; false in a run that does not test it */
export function hasPromtool(): boolean {
  if (!testsPeers) return false;
  if (existsSync(join(HOME, 'prometheus', '.ready'))) return true;
  console.error('    SKIPPED: no promtool here (scripts/setup peers brings it)');
  return false;
}

/**
 * Runs promtool.
 * @param input of its stdin
 * @returns its exit code, and all that it wrote
 */
export async function runPromtool(args: readonly string[], input = ''): Promise<{ code: number; output: string }> {
  const child = spawn(SCRIPT, ['run', 'prometheus', 'usr/bin/promtool', ...args], { timeout: 60_000 });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => output.push(String(chunk)));
  child.stdin.on('error', () => {}).end(input); // one that has ended takes nothing
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? -1, output: output.join('') };
}

/** A server in a folder of its own. */
export interface SidProgram extends AsyncDisposable {
  /** Ends it at once, and starts it again with the same folder. */
  restart(): Promise<void>;
}

interface Started {
  /** Below the root, such as `usr/bin/ntfy`. */
  readonly program: string;
  /** @returns its arguments, from the path of its folder */
  readonly args: (folder: string) => readonly string[];
  /** Files of its folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Answers with 200 once the program is ready. */
  readonly readyUrl: string;
}

/** Starts a server of Debian sid, and waits until it answers. @throws Error with all that it wrote when it ends instead */
export async function startSidProgram({ program, args, files = {}, readyUrl }: Started): Promise<SidProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'lumbung-sid-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const start = async () => {
    const child = spawn(SCRIPT, ['run', NAME, program, ...args(folder)], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => output.push(String(chunk)));
    await until(`${program} answers`, async () => {
      if (child.exitCode !== null) throw new Error(`${program} has ended:\n${output.join('')}`);
      return fetch(readyUrl).then(
        ({ ok }) => ok,
        () => false,
      );
    });
    return child;
  };
  let child = await start();
  return {
    async restart() {
      await kill(child);
      child = await start();
    },
    async [Symbol.asyncDispose]() {
      await kill(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
