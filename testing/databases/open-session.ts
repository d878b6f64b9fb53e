import { connect, type Session } from '../../cli/mysql/connect.ts';
import type { MariaDb } from './mariadb.ts';

/** Opens a connection as `sade` does, as root, to a server of our own. */
export function openMariaDbSession(
  { host, port, user, password }: Pick<MariaDb, 'host' | 'port' | 'user' | 'password'>,
  { database = '', signal = new AbortController().signal }: { database?: string; signal?: AbortSignal } = {},
): Promise<Session> {
  const source = { label: 'a test', database, host, port, user, password, dumpOptions: [], shrinkLimitPercent: 50 };
  return connect(source, { signal });
}
