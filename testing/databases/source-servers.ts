import { findMysqldump } from '../../cli/client-programs/mysqldump-client.ts';
import { hasMySql9, mySql9Program, startMySql9, testsMySql9 } from './mysql9.ts';
import { MARIADB, type OpenableServer, type SourceServer, serverAt } from './source-server.ts';

const MYSQL: OpenableServer = { name: 'MySQL 9', flavour: 'mysql', open: openMySql9 };

/** The servers that this run tests with: `npm test` has done so with MariaDB, and `npm run test:peers` does with MySQL 9. */
export const SERVERS: readonly OpenableServer[] = [testsMySql9 ? MYSQL : MARIADB];

async function openMySql9(): Promise<SourceServer | undefined> {
  if (!hasMySql9()) return undefined;
  const client = await findMysqldump(mySql9Program('mysqldump'));
  const server = await startMySql9();
  const stop = async () => server[Symbol.asyncDispose]();
  return serverAt({ port: server.port, client, root: { socketPath: server.socket, user: 'root' }, stop });
}
