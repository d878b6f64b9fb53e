import { readFile } from 'node:fs/promises';
import type { MariaDb } from './mariadb.ts';

/** Databases that look like real clients': keys, triggers, views, routines, events, JSON, blobs, emoji, 64,000 rows. */
export const CLIENTS = ['pt_xyz', 'cv_kucing_oren', 'toko-buku'] as const;

/** A user with just the rights that docs/how-to/make-a-user-that-backs-up.md tells an administrator to grant. */
export const BACKUP_USER = { user: 'lumbung', password: 'p#a"s\\s w\'örd' } as const;

/** Creates and fills the clients' databases, and the user that may back them up. */
export async function createClients(mariadb: MariaDb): Promise<void> {
  await createBackupUser(mariadb);
  for (const client of CLIENTS) {
    await mariadb.sql(`create database \`${client}\` default character set utf8mb4`);
    await mariadb.sql(await readFile(new URL(`clients/${client}.sql`, import.meta.url), 'utf8'), client);
    await grantBackup(mariadb, client);
  }
}

/** Creates the user; MariaDB 10.11 shows the bodies of routines only to those who may read mysql.proc. */
export async function createBackupUser(mariadb: MariaDb): Promise<void> {
  await mariadb.sql(`create user lumbung@'127.0.0.1' identified by ${quoted(BACKUP_USER.password)}`);
  await mariadb.sql(`grant select on mysql.proc to lumbung@'127.0.0.1'`);
}

export async function grantBackup(mariadb: MariaDb, database: string): Promise<void> {
  const name = `\`${database.replaceAll('`', '``').replace(/[_%]/g, '\\$&')}\``;
  await mariadb.sql(`grant select, show view, trigger, event, lock tables on ${name}.* to lumbung@'127.0.0.1'`);
}

/** @returns the entry of databases.json for a database on that server */
export function entryOf(mariadb: MariaDb, database: string): Record<string, unknown> {
  return {
    database_name: database,
    db_host: mariadb.host,
    db_port: String(mariadb.port),
    db_username: BACKUP_USER.user,
    db_password: BACKUP_USER.password,
  };
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
