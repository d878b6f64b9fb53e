import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { testsPeers } from '../../peers.ts';
import type { MariaDb } from '../mariadb.ts';

const HOME = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'lumbung-peers/schemas');

/** A program that keeps its data in MariaDB, and whose schema Debian packages. */
export interface ProgramSchema {
  /** Debian's package; `scripts/setup peers` unpacks its SQL. */
  readonly package: string;
  /** The database, under a name that none of the files has. */
  readonly database: string;
  readonly characterSet: string;
  /** Files of the package that make the database, in their order. */
  readonly files: readonly string[];
}

export const PROGRAMS: readonly ProgramSchema[] = [
  program('roundcube-core', 'utf8mb4', 'usr/share/roundcube/SQL/mysql.initial.sql'),
  program('cacti', 'utf8mb4', 'usr/share/cacti/conf_templates/cacti.sql'),
  program(
    'freeradius-config',
    'utf8mb4',
    ...['main/mysql/schema', 'ippool/mysql/schema', 'ippool/mysql/procedure', 'main/mysql/process-radacct'].map(
      file => `etc/freeradius/3.0/mods-config/sql/${file}.sql`,
    ),
  ),
  program('phpmyadmin', 'utf8mb4', 'usr/share/phpmyadmin/sql/create_tables.sql'),
  program('icinga2-ido-mysql', 'latin1', 'usr/share/icinga2-ido-mysql/schema/mysql.sql'),
  program('icingadb', 'utf8mb4', 'usr/share/icingadb/schema/mysql/schema.sql'),
  program('zabbix-server-mysql', 'utf8mb4', 'usr/share/zabbix-server-mysql/schema.sql.gz'),
  program('zoneminder', 'utf8mb4', 'usr/share/zoneminder/db/zm_create.sql'),
];

function program(name: string, characterSet: string, ...files: string[]): ProgramSchema {
  return { package: name, database: `data_of_${name.replaceAll('-', '_')}`, characterSet, files };
}

/** @returns whether the schema is on this machine, which it says aloud where not; false in a run that does not test it */
export function hasSchema({ package: name }: ProgramSchema): boolean {
  if (!testsPeers) return false;
  if (existsSync(join(HOME, name))) return true;
  console.error(`    SKIPPED: no schema of ${name} here (scripts/setup peers brings it); it is not tested`);
  return false;
}

/** Makes the database of a program as its administrator would: by its own SQL, and the client of the server. */
export async function createSchema(mariadb: MariaDb, { package: name, database, characterSet, files }: ProgramSchema) {
  await mariadb.sql(`create database ${database} character set ${characterSet}`);
  for (const file of files)
    await load(mariadb, database, inThis(database, await read(join(HOME, name, file)), join(HOME, name)));
}

async function read(path: string): Promise<string> {
  const bytes = await readFile(path);
  return (path.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes).toString('latin1');
}

/** Without the statements by which some files make and choose a database themselves, and the accounts of some. */
function inThis(database: string, sql: string, root: string): string {
  return sql
    .replaceAll(/^source \//gim, `source ${root}/`)
    .replaceAll(/^(?:USE|CREATE DATABASE|GRANT)\b[^;]*;/gim, '')
    .replaceAll(/`?\b(?:zm|phpmyadmin)\b`?\.(?=`?\w)/g, `\`${database}\`.`);
}

async function load({ socket }: MariaDb, database: string, sql: string): Promise<void> {
  const client = promisify(execFile)('mariadb', ['--no-defaults', '-uroot', `--socket=${socket}`, database]);
  client.child.stdin!.on('error', () => {}); // a client that stops at an error reads no further, and says why
  client.child.stdin!.end(Buffer.from(sql, 'latin1'));
  await client;
}
