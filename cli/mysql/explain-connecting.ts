import type { DatabaseSource } from '../config/databases.ts';
import { codeOf, ExplainedError } from '../errors.ts';
import { adviceOn, NO_DATABASE_SERVER, readablePassword, withEncoding } from './error-advice.ts';
import { driverErrorOf } from './servers-answer.ts';

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

/** The login worked: the database does not exist, or this user may not use it. */
const NOT_THIS_DATABASE = new Set<number | undefined>([1044, 1049]);

/** @returns why a connection failed, and what to do; never with the password */
export function explainConnecting(error: Error, source: DatabaseSource, contact: Contact): ExplainedError {
  const { what, advice, why, isServerAway } = explain(error, source, contact);
  const where = addressOf(source);
  const isIn = NOT_THIS_DATABASE.has(driverErrorOf(error).errno);
  const failed = isIn ? `can't use the database ${source.database} on ${where}` : `can't connect to ${where}`;
  const Explained = isServerAway ? ServerAway : ExplainedError;
  const sharedCause = why !== undefined && !isIn ? { sharedCause: { where, why } } : {};
  return new Explained(`${failed}: ${what}`, { cause: error, advice, ...sharedCause });
}

/** @returns where a source's server is: `host:port`, or the path of its socket */
export function addressOf({ host, port, socket }: Pick<DatabaseSource, 'host' | 'port' | 'socket'>): string {
  return socket ?? `${host?.includes(':') ? `[${host}]` : host}:${port}`;
}

/** @returns what is said once of a server that a dump program could not log in to, by the number of its error */
export function whyNotConnected(number: number): string | undefined {
  return REFUSED_BY_SERVER[number] ?? NO_LOGIN[number];
}

/** No database server answers there: a dump program would find the same, and may wait minutes for it. */
export class ServerAway extends ExplainedError {}

interface Explanation {
  readonly what: string;
  readonly advice: string | undefined;
  /** What other databases of this server meet too: said once for all of them. */
  readonly why?: string | undefined;
  readonly isServerAway?: boolean;
}

function explain(error: Error, source: DatabaseSource, contact: Contact): Explanation {
  const code = codeOf(error) ?? '';
  const { errno, sqlState } = driverErrorOf(error);
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return {
      what: `the server offers no TLS, but "ssl" is "${source.ssl}"`,
      advice: 'Turn on TLS on the server, or set "ssl": "off" where the network is trusted.',
      why: 'offers no TLS',
    };
  const plugin =
    /unknown plugin (\w+)/.exec(error.message)?.[1] ?? (code.includes('CLEAR_PASSWORD') && 'mysql_clear_password');
  if (plugin) return explainPlugin(plugin);
  if (sqlState !== undefined)
    return {
      what: `${error.message} (${errno})`,
      advice: withEncoding(adviceOn(errno, error.message), errno, source),
      why: REFUSED_BY_SERVER[errno!],
    };
  if (contact.isReached && !contact.isGreeted) return explainStranger(error, contact);
  if (contact.isGreeted && contact.isEncrypted) {
    const reason = messageFrom(error);
    return { what: `TLS could not be set up: ${reason}`, advice: adviceOn(2026), why: `fails at TLS (${reason})` };
  }
  const why = contact.isGreeted ? 'ends connections before the login' : NOT_REACHED[code];
  return { what: messageFrom(error), advice: adviceOn(CLIENT_ERRORS[code]), why, isServerAway: code in NOT_REACHED };
}

/** The server wants a way to log in that is not known here, or that shows it the password. */
function explainPlugin(plugin: string): Explanation {
  const isReadable = plugin === 'mysql_clear_password' || plugin === 'dialog';
  return {
    what: `the server wants this user to log in by ${plugin}, which sade ${isReadable ? "won't do here" : "can't"}`,
    advice: isReadable ? readablePassword(plugin) : ANOTHER_PLUGIN,
  };
}

/** Something takes the connection, and does not begin as a database server does. */
function explainStranger(error: Error, { hasSpoken }: Contact): Explanation {
  const isSilent = !hasSpoken && codeOf(error) === 'ETIMEDOUT';
  const what = hasSpoken ? STRANGER : isSilent ? SILENT : messageFrom(error);
  const why = hasSpoken
    ? 'is not a database server'
    : isSilent
      ? 'accepts connections and sends nothing'
      : 'closes connections at once';
  return { what, advice: NO_DATABASE_SERVER, why, isServerAway: isSilent };
}

/** What is said once of a server that was not reached, by the code that Node gives. */
const NOT_REACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ETIMEDOUT: 'does not answer',
  EHOSTUNREACH: "can't be reached (no route to the host)",
  ENETUNREACH: "can't be reached (no route to its network)",
  ENOTFOUND: "can't be found (unknown host name)",
  EAI_AGAIN: "can't be found (the name server does not answer)",
  ENOENT: "can't be found (no such socket)",
};

/** What is said once where the server itself refuses, by the number of its error. */
const REFUSED_BY_SERVER: Readonly<Record<number, string>> = {
  1040: 'accepts no more connections',
  1045: 'refused the password',
  1129: 'has blocked this machine',
  1130: 'does not accept connections from this machine',
  1203: 'accepts no more connections of this user',
  1226: 'accepts no more connections of this user',
  1698: 'refused the password',
  3159: 'accepts connections over TLS only',
};

/** The numbers that the dump programs themselves give. */
const NO_LOGIN: Readonly<Record<number, string>> = {
  2002: "can't be reached",
  2003: "can't be reached",
  2005: "can't be found (unknown host name)",
  2006: 'ends connections before the login',
  2013: 'ends connections before the login',
  2026: 'fails at TLS',
};

const STRANGER = 'what answers there is not a database server';
const SILENT = 'what answers there sent nothing for 30 s';

const ANOTHER_PLUGIN =
  'mysqldump may support that plugin. To check the rights, sade needs a user that logs in by mysql_native_password, ' +
  'caching_sha2_password, sha256_password or ed25519.';

/** Where a name has several addresses, Node gathers their errors in one that has no words of its own. */
function messageFrom(error: Error): string {
  if (error.message !== '') return error.message;
  return error instanceof AggregateError
    ? error.errors.map(({ message }) => message).join('; ')
    : (codeOf(error) ?? error.name);
}
