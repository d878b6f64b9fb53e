import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findServerPrograms, type ServerProgram } from '../../cli/throwaway-server/server-programs.ts';
import { freePort } from '../free-port.ts';
import { testsPeers } from '../peers.ts';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, 'mysql9.sh');
const HOME = process.env.MYSQL9_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mysql9');

/** Whether this run also tests what needs MySQL 9: `npm run test:peers` does, `npm test` does not. */
export const testsMySql9 = testsPeers;

/** @returns the path of a program of MySQL 9, such as `mysqldump` */
export function mySql9Program(name: string): string {
  return join(HOME, 'bin', name);
}

/** @returns whether MySQL 9 is on this machine, which it says aloud where not; false in a run that does not test it */
export function hasMySql9(): boolean {
  if (!testsMySql9) return false;
  if (existsSync(join(HOME, '.ready'))) return true;
  console.error('    SKIPPED: no MySQL 9 here (scripts/setup peers brings it); what needs it is not tested');
  return false;
}

/** A MySQL 9 server of our own: private data folder, free loopback port. */
export interface MySql9 extends AsyncDisposable {
  readonly port: number;
  /** Root logs in here without a password. */
  readonly socket: string;
}

/** Nothing has to survive a crash of this machine: each of its many flushes costs a definition some ten milliseconds. */
const WITHOUT_SYNC = ['--innodb-flush-method=nosync', '--innodb-flush-log-at-trx-commit=0', '--sync-binlog=0'];

/** Starts a throwaway MySQL 9 server; takes about two seconds. @param options of mysqld */
export async function startMySql9(options: readonly string[] = []): Promise<MySql9> {
  const folder = await mkdtemp(join(tmpdir(), 'lumbung-mysql9-'));
  const port = await freePort();
  await run(SCRIPT, ['start', String(port), `${folder}/data`, '--skip-name-resolve', ...WITHOUT_SYNC, ...options]);
  return {
    port,
    socket: `${folder}/data/mysqld.sock`,
    async [Symbol.asyncDispose]() {
      await run(SCRIPT, ['stop', `${folder}/data`]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const ROOT = join(HOME, 'root/usr');

/** The server program of MySQL 9: unpacked beside the system, it has to be told where its files are. */
export async function mySql9Server(): Promise<ServerProgram> {
  const found = await findServerPrograms({ mysqld: mySql9Program('mysqld') });
  const program = found.find(({ flavour }) => flavour === 'mysql');
  if (!program) throw new Error('mysqld does not answer');
  const files = [`--lc-messages-dir=${ROOT}/share/mysql`, `--character-sets-dir=${ROOT}/share/mysql/charsets`];
  return { ...program, options: [`--basedir=${ROOT}`, ...files] };
}
