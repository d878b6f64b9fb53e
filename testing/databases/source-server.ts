import { createConnection } from 'mysql2/promise';
import { findMysqldump, type MysqldumpClient } from '../../cli/client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../cli/config/databases.ts';
import { sharedMariaDb } from './mariadb.ts';
import { hasMySql9, mySql9Program, startMySql9, testsMySql9 } from './mysql9.ts';

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

interface OpenableServer {
  readonly name: string;
  readonly flavour: 'mysql' | 'mariadb';
  /** @returns undefined, and says so, where there is no MySQL 9 on this machine */
  open(): Promise<SourceServer | undefined>;
}

const MARIADB: OpenableServer = { name: 'MariaDB', flavour: 'mariadb', open: openMariaDb };
const MYSQL: OpenableServer = { name: 'MySQL 9', flavour: 'mysql', open: openMySql9 };

/** The servers that this run tests with: MySQL 9 is one of them in `npm run test:peers`. */
export const SERVERS: readonly OpenableServer[] = testsMySql9 ? [MARIADB, MYSQL] : [MARIADB];

async function openMariaDb(): Promise<SourceServer> {
  const { port, user, password } = await sharedMariaDb();
  const client = await findMysqldump('mysqldump');
  return serverAt({ port, client, root: { host: '127.0.0.1', port, user, password }, stop: async () => {} });
}

async function openMySql9(): Promise<SourceServer | undefined> {
  if (!hasMySql9()) return undefined;
  const client = await findMysqldump(mySql9Program('mysqldump'));
  const server = await startMySql9();
  const stop = async () => server[Symbol.asyncDispose]();
  return serverAt({ port: server.port, client, root: { socketPath: server.socket, user: 'root' }, stop });
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
