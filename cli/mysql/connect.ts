import { readFile } from 'node:fs/promises';
import { isIP, connect as reach, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { type AuthPlugin, type Connection, createConnection, type SslOptions } from 'mysql2';
import { type DatabaseSource, isVerified } from '../config/databases.ts';
import { ExplainedError, messageOf } from '../errors.ts';
import { log } from '../log.ts';
import { AnswerGuard } from './answer-guard.ts';
import { ed25519Login } from './ed25519-login.ts';
import { addressOf, type Contact, explainConnecting } from './explain-connecting.ts';
import type { StatementResult } from './raw-statement.ts';
import { driverErrorOf } from './servers-answer.ts';
import { sessionOver, shortened, unlessAborted } from './session.ts';

export type Row = readonly (string | number | null)[];

/** An ordinary connection, over which a server is asked. */
export interface Session extends Disposable {
  readonly isEncrypted: boolean;
  /**
   * @param values for each `?` in the statement
   * @throws the server's error; the signal's reason when aborted
   */
  ask(statement: string, values?: readonly string[]): Promise<Row[]>;
  /**
   * Sends a statement byte for byte, in any character set. It is not to be changed until the answer has come.
   * @param options.withinMs time limit of this statement in milliseconds; when left out there is no limit, since making keys can take
   * hours
   * @throws the server's error, with `errno` and `sqlState`; the signal's reason when aborted
   */
  run(statement: Uint8Array, options?: { readonly withinMs?: number }): Promise<StatementResult>;
  /**
   * Sends statements byte for byte, all at once: for a server of our own, since a proxy may not bear it. The next is carried out where
   * one has failed, too.
   * @returns for each, in their order, its rows or the server's error
   * @throws what ends the connection; the signal's reason when aborted
   */
  runAll(statements: readonly Uint8Array[]): Promise<Answer[]>;
}

/** What a statement was answered with: rows (none where it only says that all is well), or an error with `errno` and `sqlState`. */
export type Answer = readonly Row[] | Error;

const CONNECT_WITHIN_MS = 30_000;

/** From then on the system asks whether a machine that is silent is still there: a statement may take hours. */
const KEEP_ALIVE_AFTER_MS = 60_000;

export interface ConnectOptions {
  readonly signal: AbortSignal;
  /** Time limit of one answer of the server, in milliseconds; 15 minutes when left out. */
  readonly answerWithinMs?: number;
}

/**
 * Connects to the source's database. Where `ssl` is not set, TLS is used if the server offers it and the handshake succeeds.
 * @throws {ExplainedError} with advice when it can't; the signal's reason when aborted
 */
export async function connect(source: DatabaseSource, options: ConnectOptions): Promise<Session> {
  options.signal.throwIfAborted();
  // A socket leaves no machine.
  if (source.ssl === 'off' || source.socket) return open(source, undefined, options).catch(explained);
  return open(source, await tlsOptions(source), options).catch(error => {
    const isTlsTheReason = error instanceof FailedAttempt && isTlsAsked(error.contact) && !error.isServersWord;
    return source.ssl === undefined && isTlsTheReason
      ? open(source, undefined, options).catch(explained)
      : explained(error);
  });
}

function isTlsAsked({ isGreeted, isEncrypted }: Contact): boolean {
  return isGreeted && isEncrypted;
}

/** How far a connection came before it failed. */
class FailedAttempt extends Error {
  readonly contact: Contact;
  readonly source: DatabaseSource;

  constructor(cause: Error, source: DatabaseSource, contact: Contact) {
    super(cause.message, { cause });
    this.source = source;
    this.contact = contact;
  }

  /** The server has refused, or asks for a way to log in that we don't know: it would do so without TLS, too. */
  get isServersWord(): boolean {
    const { sqlState, code } = driverErrorOf(this.cause);
    return sqlState !== undefined || /AUTH|CLEAR_PASSWORD/.test(code ?? '');
  }
}

function explained(error: unknown): never {
  throw error instanceof FailedAttempt ? explainConnecting(error.cause as Error, error.source, error.contact) : error;
}

async function open(
  source: DatabaseSource,
  ssl: SslOptions | undefined,
  { signal, answerWithinMs }: ConnectOptions,
): Promise<Session> {
  const { stream, contact } = contactWith(source, ssl !== undefined);
  const connection = connectionOver(stream, source, ssl);
  const about = { database: source.label, server: addressOf(source), user: source.user, tls: ssl !== undefined };
  log.debug('connects', about);
  // A server without TLS says so in its greeting: to ask for it anyway would take another connection.
  if (ssl && source.ssl === undefined)
    stream.prependOnceListener('data', (greeting: Buffer) => {
      if (offersTls(greeting)) return;
      delete connection.config.ssl;
      contact.isEncrypted = false;
    });
  const guard = new AnswerGuard(connection, stream, { where: addressOf(source), answerWithinMs });
  try {
    await unlessAborted(signal, (resolve, reject) => {
      connection.on('error', reject);
      stream.once('error', reject);
      connection.connect(error => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    end(connection, stream, guard);
    log.debug('cannot connect', { ...about, error });
    signal.throwIfAborted();
    if (error instanceof ExplainedError) throw error;
    throw new FailedAttempt(shortened(error as Error), source, contact);
  }
  const { isEncrypted } = contact;
  log.debug('is connected', { ...about, tls: isEncrypted });
  const close = () => end(connection, stream, guard);
  return sessionOver(connection, { guard, isEncrypted, signal, label: source.label, close });
}

function connectionOver(stream: Socket, source: DatabaseSource, ssl: SslOptions | undefined): Connection {
  const { user, password, database } = source;
  return createConnection({
    ...{ stream: () => stream, user, password, database, connectTimeout: CONNECT_WITHIN_MS, rowsAsArray: true },
    ...(source.host && { host: source.host }),
    // By this mysql2 knows that the line is safe, and sends MySQL a password as MySQL wants it there.
    ...(source.socket && { socketPath: source.socket }),
    authPlugins: { client_ed25519: ed25519Login as AuthPlugin },
    enableCleartextPlugin: isVerified(source),
    // None is prepared, and room for 16,000 would take half a megabyte for each connection.
    maxPreparedStatements: 1,
    // No server gets a file, even if it asks for one.
    flags: ['-LOCAL_FILES'],
    ...(ssl && { ssl }),
    // No code is made of what a server sends.
    disableEval: true,
  });
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Opens the way to a server and watches how far it goes: mysql2 alone would wait half a minute for what is no server. */
function contactWith(
  { host, port, socket }: DatabaseSource,
  isEncrypted: boolean,
): { stream: Socket; contact: Writable<Contact> } {
  const stream = socket ? reach(socket) : reach(port, host!);
  stream.setNoDelay(true);
  stream.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
  // What Node compares with a certificate; it fills it in only where a name had to be looked up.
  if (host && isIP(host)) Object.assign(stream, { _host: host });
  const contact = { isEncrypted, isReached: false, hasSpoken: false, isGreeted: false };
  stream.once('connect', () => {
    contact.isReached = true;
  });
  stream.once('data', (first: Buffer) => {
    contact.hasSpoken = true;
    contact.isGreeted = isGreeting(first);
    if (!contact.isGreeted) stream.destroy(new Error('no greeting'));
  });
  return { stream, contact };
}

/** The first packet, number 0, is of version 10 of the protocol or says an error, such as "Too many connections". */
function isGreeting(first: Buffer): boolean {
  return first.length < 5 || (first[3] === 0 && (first[4] === 10 || first[4] === 0xff));
}

const CLIENT_SSL = 0x0800;

/**
 * (The protocol's chapter "Protocol::HandshakeV10" of MySQL's source documentation.)
 * @param greeting the first bytes of a server
 * @returns false where it has told that it has no TLS; true where that is not in these bytes
 */
function offersTls(greeting: Buffer): boolean {
  const versionEnd = greeting.indexOf(0, 5);
  // The number of the connection, the first part of its challenge, and a zero.
  const at = versionEnd + 1 + 4 + 8 + 1;
  const isThere = greeting[4] === 10 && versionEnd > 0 && greeting.length >= at + 2;
  return !isThere || (greeting.readUInt16LE(at) & CLIENT_SSL) !== 0;
}

async function tlsOptions({ ssl, sslCa }: DatabaseSource): Promise<SslOptions> {
  if (ssl !== 'verify') return { rejectUnauthorized: false };
  try {
    const ca = await readFile(sslCa!, 'utf8');
    if (!ca.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate in PEM format');
    createSecureContext({ ca });
    return { ca, rejectUnauthorized: true, verifyIdentity: true };
  } catch (error) {
    throw new ExplainedError(`the CA's certificate ${sslCa} can't be used: ${messageOf(error)}`, {
      cause: error,
      advice: "Check ssl_ca: it names the file with the certificate of the CA that signed the server's.",
    });
  }
}

/** mysql2 closes only our half of the line: a server that hangs would keep this program from ending. */
function end(connection: Connection, stream: Socket, guard: AnswerGuard): void {
  guard[Symbol.dispose]();
  connection.destroy();
  stream.destroy();
}
