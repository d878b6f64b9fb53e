import type { DatabaseSource } from '../config.ts';
import { adviceOn, NO_DATABASE_SERVER } from '../pipeline/explain-dump-error.ts';
import { codeOf, ExplainedError } from '../problems.ts';

/** How far a connection came. */
export interface Contact {
  readonly isEncrypted: boolean;
  /** Something took the connection. */
  readonly isReached: boolean;
  readonly hasSpoken: boolean;
  /** It began as a database server does. */
  readonly isGreeted: boolean;
}

/** The numbers that mysqldump would give to what Node says. */
const CLIENT_ERRORS: Readonly<Record<string, number>> = {
  ECONNREFUSED: 2003,
  ETIMEDOUT: 2003,
  EHOSTUNREACH: 2003,
  ENETUNREACH: 2003,
  ENOTFOUND: 2005,
  EAI_AGAIN: 2005,
  ENOENT: 2002,
  PROTOCOL_CONNECTION_LOST: 2013,
  ECONNRESET: 2013,
};

/** The login was right: the database is not there, or not for this user. */
const NOT_THIS_DATABASE = new Set<number | undefined>([1044, 1049]);

/** @returns why a connection did not come about, and what to do; never with the password */
export function explainConnecting(error: Error, source: DatabaseSource, contact: Contact): ExplainedError {
  const { what, advice } = explain(error, source, contact);
  const where = source.socket ?? `${source.host}:${source.port}`;
  const isIn = NOT_THIS_DATABASE.has((error as { errno?: number }).errno);
  const failed = isIn ? `can't use the database ${source.database} on ${where}` : `can't connect to ${where}`;
  const Explained = what === SILENT ? SilentServer : ExplainedError;
  return new Explained(`${failed}: ${what}`, { cause: error, advice });
}

/** Something takes connections and says nothing: mysqldump would wait for it as long as it may. */
export class SilentServer extends ExplainedError {}

function explain(error: Error, source: DatabaseSource, contact: Contact): { what: string; advice: string | undefined } {
  const code = codeOf(error) ?? '';
  const { errno, sqlState } = error as { errno?: number; sqlState?: string };
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return {
      what: `the server offers no TLS, but "ssl" is "${source.ssl}"`,
      advice: 'Let the server offer TLS, or set "ssl": "off" where the network is trusted.',
    };
  const plugin =
    /unknown plugin (\w+)/.exec(error.message)?.[1] ?? (code.includes('CLEAR_PASSWORD') && 'mysql_clear_password');
  if (plugin)
    return { what: `the server wants this user to log in by ${plugin}, which sade can't`, advice: ANOTHER_PLUGIN };
  if (sqlState !== undefined) return { what: `${error.message} (${errno})`, advice: adviceOn(errno, error.message) };
  if (contact.isReached && !contact.isGreeted)
    return {
      what: contact.hasSpoken ? STRANGER : code === 'ETIMEDOUT' ? SILENT : messageFrom(error),
      advice: NO_DATABASE_SERVER,
    };
  if (contact.isGreeted && contact.isEncrypted)
    return { what: `TLS does not come about: ${messageFrom(error)}`, advice: adviceOn(2026) };
  return { what: messageFrom(error), advice: adviceOn(CLIENT_ERRORS[code]) };
}

const STRANGER = 'what answers there is no database server';
const SILENT = 'what answers there says nothing for half a minute';

const ANOTHER_PLUGIN =
  'mysqldump may know that way; but to look at the rights, sade needs a user that logs in by mysql_native_password, ' +
  'caching_sha2_password, sha256_password or ed25519.';

/** Where a name has several addresses, Node gathers their errors in one that has no words of its own. */
function messageFrom(error: Error): string {
  if (error.message !== '') return error.message;
  return error instanceof AggregateError
    ? error.errors.map(({ message }) => message).join('; ')
    : (codeOf(error) ?? error.name);
}
