import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../free-port.ts';
import { testsPeers } from '../peers.ts';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, 'mariadb11.sh');
const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const HOME = process.env.MARIADB11_HOME ?? join(CACHE, 'lumbung-peers/mariadb11');

/** @returns the path of a program of MariaDB 11.8: `mariadb`, `mariadb-dump` or `mariadbd` */
export function mariaDb11Program(name: 'mariadb' | 'mariadb-dump' | 'mariadbd'): string {
  return join(HOME, 'bin', name);
}

/** @returns whether MariaDB 11.8 is on this machine, which it says aloud where not; false in a run that does not test it */
export function hasMariaDb11(): boolean {
  if (!testsPeers) return false;
  if (existsSync(join(HOME, '.ready'))) return true;
  console.error('    SKIPPED: no MariaDB 11.8 here (scripts/setup peers brings it); what needs it is not tested');
  return false;
}

/** A MariaDB 11.8 server of our own: private data folder, free loopback port. */
export interface MariaDb11 extends AsyncDisposable {
  readonly port: number;
  /** Root logs in here without a password. */
  readonly socket: string;
}

/** Starts a throwaway MariaDB 11.8 server; takes about five seconds. */
export async function startMariaDb11(options: readonly string[] = []): Promise<MariaDb11> {
  const folder = await mkdtemp(join(tmpdir(), 'lumbung-mariadb11-'));
  const port = await freePort();
  await run(SCRIPT, ['start', String(port), `${folder}/data`, '--skip-name-resolve', ...options]);
  return {
    port,
    socket: `${folder}/data/s.sock`,
    async [Symbol.asyncDispose]() {
      await run(SCRIPT, ['stop', `${folder}/data`]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
