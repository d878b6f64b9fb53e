import { type Connection, createConnection } from 'mysql2';
import type { DatabaseSource } from '../config.ts';
import { ExplainedError, messageOf } from '../problems.ts';
import { adviceOn } from './explain-dump-error.ts';

const CONNECT_WITHIN_MS = 30_000;

/**
 * Makes sure that the server offers TLS. MariaDB's client falls back to clear text in silence where it is not, whatever
 * `--ssl` says, so "require" has to be checked and not only asked for.
 * @throws {ExplainedError} when the server has no TLS or can't be reached with it; the signal's reason when aborted
 */
export async function requireTls(
  { host, port, socket, user, password }: DatabaseSource,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  if (socket) return;
  const ssl = { rejectUnauthorized: false };
  const connection = createConnection({ host: host!, port, user, password, ssl, connectTimeout: CONNECT_WITHIN_MS });
  try {
    await connected(connection, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw explain(error);
  } finally {
    connection.destroy();
  }
}

async function connected(connection: Connection, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  connection.on('error', reject);
  connection.connect(error => (error ? reject(error) : resolve()));
  try {
    await promise;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** The numbers that mysqldump would give to what Node says. */
const CLIENT_ERRORS: Readonly<Record<string, number>> = {
  ECONNREFUSED: 2003,
  ETIMEDOUT: 2003,
  EHOSTUNREACH: 2003,
  ENOTFOUND: 2005,
};

function explain(error: unknown): ExplainedError {
  const { code, errno } = error as { code?: string; errno?: number };
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return new ExplainedError('the server offers no TLS, but "ssl" is "require"', {
      cause: error,
      advice: 'Let the server offer TLS, or set "ssl": "off" where the network is trusted.',
    });
  const advice = adviceOn(CLIENT_ERRORS[code ?? ''] ?? errno);
  return new ExplainedError(`can't connect with TLS: ${messageOf(error)}`, { cause: error, advice });
}
