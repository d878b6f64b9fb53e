import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { MariaDb } from '../mariadb.ts';
import { loadSegments } from './segments.ts';

const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const SUITE = join(CACHE, 'lumbung-peers/mariadb-test-data/usr/share/mysql/mysql-test');
const FOLDERS = [
  'main',
  'suite/{versioning,sql_sequence,period,json,gcol,vcol,funcs_1,maria,parts,innodb,heap,csv,archive,innodb_fts,innodb_gis,engines}/**',
  'suite/compat/**',
  'plugin/{type_inet,type_uuid,type_test}/**',
];
/** Files that need a server of their own, end it, or take minutes. */
const NOT_OF_USE =
  /(?:shutdown|restart|crash|kill|big|stress|wait_timeout|bootstrap|mysql_upgrade|mysqld--help|grant|user|galera|binlog|rpl|ssl|kdf)/;

/** @returns whether MariaDB's own test suite is on this machine (`scripts/setup peers` brings it) */
export function hasMariaDbSuite(): boolean {
  if (existsSync(SUITE)) return true;
  console.error(
    '    SKIPPED: no test suite of MariaDB here (scripts/setup peers brings it); nothing is tested with it',
  );
  return false;
}

/** Which databases of which files are taken. */
export interface SuiteFiles {
  /** How many files to pass over first. */
  readonly from?: number;
  /** How many databases of one file are taken at most: they are much alike. */
  readonly perFile?: number;
}

/**
 * Makes the databases that MariaDB's own tests make, of files in an order that is always the same and follows nothing.
 * @param wanted how many, at least
 * @returns their names
 */
export async function loadMariaDbSuite(
  mariadb: MariaDb,
  wanted: number,
  { from = 0, perFile = Number.POSITIVE_INFINITY }: SuiteFiles = {},
): Promise<string[]> {
  const files: string[] = [];
  for (const folder of FOLDERS)
    for await (const file of glob(`${folder}/*.test`, { cwd: SUITE })) if (!NOT_OF_USE.test(file)) files.push(file);
  const order = (file: string) => createHash('sha256').update(file).digest('hex');
  files.sort((a, b) => order(a).localeCompare(order(b)));
  const databases: string[] = [];
  for (const [index, file] of files.entries()) {
    if (databases.length >= wanted) break;
    if (index < from) continue;
    const prefix = `mtr_${index}_${file.replace(/\.test$/, '').replace(/\W+/g, '_')}`.slice(0, 50);
    databases.push(...(await loadSegments(mariadb, SUITE, file, prefix)).slice(0, perFile));
  }
  // A table stays as the session that made it has opened it: with that session's div_precision_increment, for one.
  await mariadb.sql('flush tables');
  return databases;
}
