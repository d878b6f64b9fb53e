import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { MysqldumpClient } from '../../cli/client-programs/mysqldump-client.ts';
import { dumpArguments } from '../../cli/dump/dump-arguments.ts';
import type { MariaDb } from './mariadb.ts';

const run = promisify(execFile);

/** @returns what the real mysqldump writes of a database with the arguments of a backup, and more */
export async function realDump(mariadb: MariaDb, database: string, ...options: string[]): Promise<Buffer> {
  const { host, port, user, password } = mariadb;
  const source = { label: database, database, host, port, user, password, dumpOptions: options };
  const client = { flavour: 'mariadb', knows: () => false } as unknown as MysqldumpClient;
  const args = dumpArguments({ ...source, shrinkLimitPercent: 0 }, client).slice(1);
  const env = { ...process.env, MYSQL_PWD: password };
  const { stdout } = await run('mysqldump', ['--no-defaults', ...args], {
    env,
    encoding: 'buffer',
    maxBuffer: 1 << 28,
  });
  return stdout;
}
