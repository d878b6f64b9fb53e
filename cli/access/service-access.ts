import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DatabaseSource } from '../config/databases.ts';
import { readTokenFile, type ServiceToken } from '../config/secret-file.ts';
import { ConfigurationError, messageOf } from '../errors.ts';
import { isLoopback } from '../mysql/same-machine.ts';

/** How the service is reached: all that a request to it needs beside what it asks. */
export interface ServiceAccess {
  readonly server: URL;
  /** Undefined: nothing is shown. */
  readonly token?: ServiceToken | undefined;
  /** Certificates of CAs, in PEM, that are trusted beside those of the system. */
  readonly ca?: string | undefined;
  /** Is told why a request waits before it is tried again, and for how long. */
  readonly onPause?: ((why: string) => void) | undefined;
}

/** The options of every command that say how the service is reached. */
export interface AccessOptions {
  readonly server: URL;
  readonly tokenFile: string | undefined;
  readonly tokenText: string | undefined;
  readonly caFile: string | undefined;
  readonly allowPlainHttp: boolean;
}

/**
 * Reads the files that the options name.
 * @param sources whose own tokens may be sent, too
 * @returns how the service is reached, and what should be put right
 * @throws {ConfigurationError} when a file can't be used, or a token would go over the network in clear text
 */
export async function openAccess(
  options: AccessOptions,
  sources: readonly DatabaseSource[] = [],
): Promise<{ readonly access: ServiceAccess; readonly warnings: readonly string[] }> {
  const { server, caFile, allowPlainHttp } = options;
  const { token, warnings } = await tokenIn(options);
  const isSent = token !== undefined || sources.some(source => source.token !== undefined);
  if (isSent && !allowPlainHttp) refuseClearText(server);
  const ca = caFile === undefined ? undefined : await readCertificates(resolve(caFile));
  return { access: { server, token, ca }, warnings };
}

/** @returns how the service is reached for one database: its entry may have a token of its own */
export function accessFor(
  access: ServiceAccess,
  source: { readonly token?: ServiceToken | undefined } | undefined,
): ServiceAccess {
  return source?.token ? { ...access, token: source.token } : access;
}

/** @returns the headers that show the token */
export function credentialsOf({ token }: Pick<ServiceAccess, 'token'>): Record<string, string> {
  return token ? { authorization: `Bearer ${token.text}` } : {};
}

type Found = { readonly token: ServiceToken | undefined; readonly warnings: readonly string[] };

/** A file that is named goes before the variable that holds the token itself. */
async function tokenIn({ tokenFile, tokenText }: AccessOptions): Promise<Found> {
  if (tokenFile !== undefined) return await readTokenFile(resolve(tokenFile));
  return { token: tokenText === undefined ? undefined : { text: tokenText, from: 'SADE_TOKEN' }, warnings: [] };
}

function refuseClearText({ protocol, hostname, origin }: URL): void {
  if (isLoopback(hostname)) return;
  if (protocol === 'https:') {
    if (process.env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
    throw new ConfigurationError(
      [
        `the token would be sent to ${origin} without a check who answers there: NODE_TLS_REJECT_UNAUTHORIZED=0 accepts any certificate`,
      ],
      {
        advice: 'Remove that variable from the environment. To trust a CA of your own: --ca-file FILE (SADE_CA_FILE).',
      },
    );
  }
  throw new ConfigurationError([`the token would be sent over the network to ${origin} in clear text`], {
    advice:
      'Give --server (SADE_SERVER) an address that begins with https:// (docs/how-to/run-behind-nginx.md). On a network that you trust: --allow-plain-http, or SADE_ALLOW_PLAIN_HTTP=on.',
  });
}

async function readCertificates(path: string): Promise<string> {
  const pem = await readFile(path, 'utf8').catch(error => {
    throw new ConfigurationError([`the file of --ca-file can't be read: ${messageOf(error)}`], { cause: error });
  });
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new ConfigurationError([`${path} holds no certificate in PEM format`], {
    advice:
      'Name the certificate of the CA that signed that of the service: it begins with -----BEGIN CERTIFICATE-----.',
  });
}
