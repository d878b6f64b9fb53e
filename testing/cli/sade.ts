import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReportJson } from '../../cli/report/run-report.ts';
import { COMPILE_CACHE } from '../compile-cache.ts';
import { sadeHere } from './sade-here.ts';
import { pasteHere } from './shell-with-sade.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

/** The permissions that docs/reference/commands.md lists for Deno. */
export const DENO_PERMISSIONS = [
  '--allow-read',
  '--allow-write',
  '--allow-env',
  '--allow-net',
  '--allow-run',
  '--allow-sys',
];

export interface SadeResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SadeOptions {
  readonly env?: Record<string, string>;
  /** `here`, unless it is said: in this process. The others are processes of their own. */
  readonly runtime?: 'here' | 'node' | 'deno';
}

export interface ProcessOptions extends SadeOptions {
  readonly runtime?: 'node' | 'deno';
}

/**
 * Runs the real CLI until it ends: in the process of the test, which takes a tenth of the CPU time, or as a child process where a
 * test is about that (signals, exit codes, memory, what comes first), or needs an environment of its own.
 */
export function sade(args: readonly string[], { env = {}, runtime = 'here' }: SadeOptions = {}): Promise<SadeResult> {
  return runtime === 'here' ? sadeHere(args, env) : startSade(args, { env, runtime }).ended;
}

/** Starts the real CLI as a child process. */
export function startSade(
  args: readonly string[],
  { env = {}, runtime = 'node' }: ProcessOptions = {},
): { child: ChildProcess; ended: Promise<SadeResult> } {
  const [program, ...before] =
    runtime === 'node' ? [process.execPath] : ['deno', 'run', '--quiet', ...DENO_PERMISSIONS];
  const child = spawn(program!, [...before, MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...COMPILE_CACHE, NO_COLOR: '1', ...env },
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.off('exit', killWithUs));
  return { child, ended: collect(child) };
}

/**
 * Runs a block of the docs in the folder of a workplace, with its list and its work folder. `sade` is all that the real CLI runs, in the
 * process of the test.
 */
export function runDocumented(block: string, place: Workplace, server: string): Promise<SadeResult> {
  const settings = { SADE_CONFIG: join(place.folder, 'databases.json'), SADE_WORK_DIR: place.workDir };
  return pasteHere(block, {
    cwd: place.folder,
    env: { ...process.env, NO_COLOR: '1', SADE_SERVER: server, ...settings },
  });
}

/** Waits for a moment in the middle of a run. @throws Error with what the run wrote when it ends before */
export async function beforeItEnds(moment: Promise<void>, run: Promise<SadeResult>): Promise<void> {
  const early = await Promise.race([moment, run]);
  if (early) throw new Error(`sade ended with ${early.code} before the moment came:\n${early.stderr}${early.stdout}`);
}

async function collect(child: ChildProcess): Promise<SadeResult> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', text => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', text => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** A folder with a databases.json and a work folder, as an administrator would have it. */
export class Workplace implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(databases: readonly object[]): Promise<Workplace> {
    const place = new Workplace(await mkdtemp(join(tmpdir(), 'lumbung-test-')));
    await place.list(databases);
    return place;
  }

  get workDir(): string {
    return join(this.folder, 'work');
  }

  async list(databases: readonly object[]): Promise<void> {
    await writeFile(join(this.folder, 'databases.json'), JSON.stringify(databases), { mode: 0o600 });
  }

  /** @returns the arguments of a backup run from here into that service */
  args(server: string, ...more: string[]): string[] {
    return [
      'backup',
      '--config',
      join(this.folder, 'databases.json'),
      '--work-dir',
      this.workDir,
      '--server',
      server,
      ...more,
    ];
  }

  /** Runs a backup and gives its report beside what it printed. */
  async backup(
    server: string,
    more: string[] = [],
    options: SadeOptions = {},
  ): Promise<SadeResult & { report: RunReportJson }> {
    const result = await sade(this.args(server, '--json', ...more), options);
    if (!result.stdout)
      throw new Error(`sade printed no report, and ended with exit code ${result.code}: ${result.stderr}`);
    return { ...result, report: JSON.parse(result.stdout) as RunReportJson };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
