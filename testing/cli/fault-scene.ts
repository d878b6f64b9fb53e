import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MariaDb, sharedMariaDb } from '../databases/mariadb.ts';
import { type ServiceHere, startServiceHere } from '../service/service-here.ts';
import { FaultTrial } from './fault-trial.ts';

/** The rights of a user that misses nothing (docs/how-to/make-a-user-that-backs-up.md). */
export const ALL_RIGHTS = ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT'] as const;
const PASSWORD = 'not to be $hown';

/**
 * Where faults happen: the database server of all tests, a service with its storage folder and its history, and for each fault a
 * label, a user and a work folder of its own. A file of tests opens it once.
 */
export class FaultScene implements AsyncDisposable {
  readonly mariadb: MariaDb;
  readonly service: ServiceHere;
  readonly folder: string;

  private constructor(mariadb: MariaDb, service: ServiceHere, folder: string) {
    this.mariadb = mariadb;
    this.service = service;
    this.folder = folder;
  }

  /** @param given for all that the service keeps, a new folder when left out; made if needed, and removed in the end */
  static async open(given?: string): Promise<FaultScene> {
    const folder = given ?? (await mkdtemp(join(tmpdir(), 'lumbung-faults-')));
    await mkdir(folder, { recursive: true });
    return new FaultScene(await sharedMariaDb(), await startServiceHere(serviceSettings(folder)), folder);
  }

  /** Makes a database under a name that no other test has. @returns the name */
  async createDatabase(sql: string): Promise<string> {
    const name = unused('source');
    await this.mariadb.sql(`create database ${name}`);
    if (sql) await this.mariadb.sql(sql, name);
    return name;
  }

  /**
   * @param database to be backed up
   * @param options.grants of the user, with `{db}` for the database; a user that misses nothing when left out
   * @param options.entry keys of databases.json that are to differ
   */
  async trial(
    database: string,
    { grants = COMPLETE, entry = {} }: { grants?: readonly string[]; entry?: Record<string, unknown> } = {},
  ): Promise<FaultTrial> {
    const { mariadb, service } = this;
    const label = unused('fault');
    await mariadb.sql(`create user ${label}@'127.0.0.1' identified by '${PASSWORD}'`);
    for (const grant of grants)
      await mariadb.sql(`grant ${grant.replace('{db}', `\`${database}\``)} to ${label}@'127.0.0.1'`);
    return FaultTrial.create({
      mariadb,
      service,
      storage: storageIn(this.folder),
      database,
      label,
      entry: {
        name: label,
        database_name: database,
        db_host: mariadb.host,
        db_port: String(mariadb.port),
        db_username: label,
        db_password: PASSWORD,
        ...entry,
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

let names = 0;

/** Other tests of this process share the database server. No underscore: it is a wildcard in a GRANT on a database. */
function unused(what: string): string {
  return `${what}${++names}`;
}

/** MariaDB 10.11 shows the bodies of routines only to those who may read mysql.proc. */
const COMPLETE = [`${ALL_RIGHTS.join(', ')} on {db}.*`, 'SELECT on mysql.proc'];

/** @returns the environment of a service that keeps everything in that folder */
export function serviceSettings(folder: string): Record<string, string> {
  return {
    STORAGE_DIR: storageIn(folder),
    DATABASE_URL: `sqlite:${folder}/history.sqlite`,
    SCRUB_INTERVAL_DAYS: '0',
    SCRUB_MIB_PER_SECOND: '0',
  };
}

function storageIn(folder: string): string {
  return join(folder, 'backups');
}
