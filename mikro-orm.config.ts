import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Migrator } from '@mikro-orm/migrations';
import { SqliteDriver, type SqlOptions } from '@mikro-orm/sql';
import type { RowDataPacket } from 'mysql2/promise';
import { loadConfig } from './server/config.ts';
import { Alarm } from './server/entities/alarms/alarm.entity.ts';
import { AlarmRound } from './server/entities/alarms/alarm-round.entity.ts';
import { AuditEntry } from './server/entities/audit-entry.entity.ts';
import { Backup } from './server/entities/backup.entity.ts';
import { Database } from './server/entities/database.entity.ts';
import { StateChange } from './server/entities/freshness/state-change.entity.ts';
import { WatchedDatabase } from './server/entities/freshness/watched-database.entity.ts';
import { JobRecord } from './server/entities/job-record.entity.ts';
import { KnownStorage } from './server/entities/known-storage.entity.ts';
import { OutboxMessage } from './server/entities/outbox-message.entity.ts';
import { Pin } from './server/entities/pin.entity.ts';
import { Report } from './server/entities/report.entity.ts';
import { RetainedDatabase } from './server/entities/retention/retained-database.entity.ts';
import { RetentionPlan } from './server/entities/retention/retention-plan.entity.ts';
import { RetentionRemoval } from './server/entities/retention/retention-removal.entity.ts';
import { RosterEntry } from './server/entities/runs/roster-entry.entity.ts';
import { Run } from './server/entities/runs/run.entity.ts';
import { RunOutcome } from './server/entities/runs/run-outcome.entity.ts';
import { Session } from './server/entities/session.entity.ts';
import { Token } from './server/entities/token.entity.ts';
import { sqliteDialect } from './server/history/drivers/sqlite-dialect.ts';
import { makeFolder } from './server/storage/file-system/make-folder.ts';

/** What MikroORM's command line asks for. */
export default () => createConfig(loadConfig(process.env).databaseUrl);

/**
 * Makes MikroORM's configuration for a history store.
 *
 * For `mysql://` it asks the server which flavour it is: MariaDB's introspection and MySQL's differ, and each driver
 * fails on the other's.
 * @param url `sqlite:PATH` or `mysql://user:password@host:port/name`
 */
export async function createConfig(url: string): Promise<SqlOptions> {
  return url.startsWith('sqlite:') ? sqlite(url.slice('sqlite:'.length)) : mysql(new URL(url));
}

const common = {
  entities: [
    Database,
    Backup,
    JobRecord,
    KnownStorage,
    Pin,
    Report,
    AuditEntry,
    Token,
    WatchedDatabase,
    StateChange,
    RetentionPlan,
    RetentionRemoval,
    RetainedDatabase,
    Alarm,
    AlarmRound,
    OutboxMessage,
    RosterEntry,
    Run,
    RunOutcome,
    Session,
  ],
  extensions: [Migrator],
  // Dates in the store are UTC, in any time zone of the process and of the server.
  forceUtcTimezone: true,
} satisfies SqlOptions;

async function sqlite(path: string): Promise<SqlOptions> {
  const isFile = path !== ':memory:';
  const file = isFile ? resolve(path) : path;
  if (isFile) await makePrivate(file);
  return {
    ...common,
    driver: SqliteDriver,
    dbName: file,
    driverOptions: sqliteDialect(file),
    migrations: migrationsIn('sqlite'),
  };
}

/** SQLite would let others read a file that it makes. */
async function makePrivate(file: string): Promise<void> {
  await makeFolder(dirname(file));
  await (await open(file, 'a', 0o600)).close();
}

/** Its driver and mysql2, 110 modules, are loaded only here: a history in SQLite starts without them. */
async function mysql(url: URL): Promise<SqlOptions> {
  const connection = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
  const dbName = decodeURIComponent(url.pathname.slice(1));
  const version = await askVersion({ ...connection, database: dbName });
  const { mysqlDialect } = await import('./server/history/drivers/mysql-dialect.ts');
  return {
    ...common,
    ...connection,
    driver: await driverOf(version),
    dbName,
    driverOptions: mysqlDialect({ ...connection, database: dbName }),
    charset: 'utf8mb4',
    // Names are told apart byte by byte, as the file system does.
    collate: 'utf8mb4_bin',
    migrations: migrationsIn('mysql'),
  };
}

async function driverOf(version: string): Promise<NonNullable<SqlOptions['driver']>> {
  if (/mariadb/i.test(version))
    return (await import('@mikro-orm/mariadb')).MariaDbDriver as NonNullable<SqlOptions['driver']>;
  return (await import('@mikro-orm/mysql')).MySqlDriver;
}

async function askVersion(options: object): Promise<string> {
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection(options);
  try {
    const [rows] = await connection.query<RowDataPacket[]>('select version() as version');
    return String(rows[0]?.version);
  } finally {
    await connection.end();
  }
}

function migrationsIn(dialect: 'mysql' | 'sqlite') {
  return {
    path: resolve(import.meta.dirname, 'server/migrations', dialect),
    glob: '*.ts',
    emit: 'ts' as const,
    // A snapshot would be written beside the migrations at every start.
    snapshot: false,
    silent: true,
  };
}
