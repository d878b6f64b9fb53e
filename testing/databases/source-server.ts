import { createConnection } from 'mysql2/promise';
import { findMysqldump, type MysqldumpClient } from '../../cli/client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../cli/config/databases.ts';
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

export interface OpenableServer {
  readonly name: string;
  readonly flavour: 'mysql' | 'mariadb';
  /** @returns undefined, and says so, where there is no MySQL 9 on this machine */
  open(): Promise<SourceServer | undefined>;
}

/** Which all tests of this process share. */
export const MARIADB: OpenableServer = { name: 'MariaDB', flavour: 'mariadb', open: openMariaDb };

async function openMariaDb(): Promise<SourceServer> {
  const { port, user, password } = await sharedMariaDb();
  const client = await findMysqldump('mysqldump');
  return serverAt({ port, client, root: { host: '127.0.0.1', port, user, password }, stop: async () => {} });
}

type Parts = { port: number; client: MysqldumpClient; root: object; stop(): Promise<void> };

/** @returns a server that was started, as tests use it */
export function serverAt({ port, client, root, stop }: Parts): SourceServer {
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
