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

/** @returns where two dumps differ, less the date and the name of the database in comments; undefined when they don't */
export function firstDifference(a: Buffer, b: Buffer): string | undefined {
  const [was, is] = [a, b].map(dump =>
    dump
      .toString('latin1')
      .replace(/^-- Host: .*$/m, '')
      .replace(/^-- Dumping (?:events|routines) for database .*$/gm, '')
      .replace(/-- Dump completed on .*\n$/, '')
      .split('\n'),
  );
  const at = was!.findIndex((line, index) => line !== is![index]);
  return at < 0 && was!.length === is!.length
    ? undefined
    : `line ${at}: ${was![at]}\nbecame: ${is![at]}`.slice(0, 2000);
}
