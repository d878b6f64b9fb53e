import { createConnection } from 'mysql2/promise';
import type { DatabaseSource } from '../config.ts';
import { messageOf } from '../problems.ts';
import { adviceOn } from './explain-dump-error.ts';
import { StageError } from './outcome.ts';

/**
 * Makes sure that the server offers TLS. MariaDB's client falls back to clear text in silence where it is not, whatever
 * `--ssl` says, so "require" has to be checked and not only asked for.
 * @throws {StageError} when the server has no TLS or can't be reached with it
 */
export async function requireTls({ host, port, socket, user, password }: DatabaseSource): Promise<void> {
  if (socket) return;
  try {
    const ssl = { rejectUnauthorized: false };
    const connection = await createConnection({ host: host!, port, user, password, ssl, connectTimeout: 30_000 });
    await connection.end();
  } catch (error) {
    const { code, errno } = error as { code?: string; errno?: number };
    if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
      throw new StageError('the server offers no TLS, but "ssl" is "require"', {
        cause: error,
        advice: 'Let the server offer TLS, or set "ssl": "off" where the network is trusted.',
      });
    throw new StageError(`can't connect with TLS: ${messageOf(error)}`, { cause: error, advice: adviceOn(errno) });
  }
}
