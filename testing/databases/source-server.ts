import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { findMysqldump, type MysqldumpClient } from '../../cli/client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../cli/config/databases.ts';
import { freePort } from '../free-port.ts';
import { sharedMariaDb } from './mariadb.ts';

/** A real server to look at, with the client that fits it. */
export interface SourceServer extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly client: MysqldumpClient;
  /** Runs statements as root. @returns the rows of the only one */
  sql(statements: string): Promise<unknown[]>;
  /** @returns the source as the user `lumbung` sees it */
  source(database: string, more?: Partial<DatabaseSource>): DatabaseSource;
}

export const PASSWORD = 'secret#1';

/** @returns both servers; MySQL's opens as undefined, and says so, where testing/databases/mysql9.sh has prepared none */
export const SERVERS: readonly {
  name: string;
  flavour: 'mysql' | 'mariadb';
  open(): Promise<SourceServer | undefined>;
}[] = [
  { name: 'MariaDB', flavour: 'mariadb', open: openMariaDb },
  { name: 'MySQL 9', flavour: 'mysql', open: openMySql9 },
];

async function openMariaDb(): Promise<SourceServer> {
  const { port, user, password } = await sharedMariaDb();
  const client = await findMysqldump('mysqldump');
  return serverAt({ port, client, root: { host: '127.0.0.1', port, user, password }, stop: async () => {} });
}

async function openMySql9(): Promise<SourceServer | undefined> {
  const home = process.env.MYSQL9_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mysql9');
  if (!existsSync(join(home, '.ready'))) {
    console.error(
      '    SKIPPED: no MySQL 9 here (testing/databases/mysql9.sh prepare brings it); nothing below was tested',
    );
    return undefined;
  }
  const script = resolve(import.meta.dirname, 'mysql9.sh');
  const folder = await mkdtemp(join(tmpdir(), 'lumbung-mysql9-'));
  const port = await freePort();
  await promisify(execFile)(script, ['start', String(port), `${folder}/data`, '--skip-name-resolve']);
  const stop = async () => {
    execFileSync(script, ['stop', `${folder}/data`]);
    await rm(folder, { recursive: true, force: true });
  };
  const client = await findMysqldump(join(home, 'bin/mysqldump'));
  return serverAt({ port, client, root: { socketPath: `${folder}/data/mysqld.sock`, user: 'root' }, stop });
}

type Parts = { port: number; client: MysqldumpClient; root: object; stop(): Promise<void> };

function serverAt({ port, client, root, stop }: Parts): SourceServer {
  return {
    ...{ host: '127.0.0.1', port, client },
    async sql(statements) {
      const connection = await createConnection({ ...root, multipleStatements: true });
      try {
        return (await connection.query(statements))[0] as unknown[];
      } finally {
        await connection.end();
      }
    },
    source: (database, more = {}) => ({
      ...{ label: database, database, host: '127.0.0.1', port, user: 'lumbung', password: PASSWORD },
      ...{ dumpOptions: [], shrinkLimitPercent: 50, ...more },
    }),
    [Symbol.asyncDispose]: stop,
  };
}
