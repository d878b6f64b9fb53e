import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

/** Where the certificate of the service is, and its key: files in PEM format. */
export interface CertificateFiles {
  /** The certificate, and behind it those that lead from it to the CA. */
  readonly certFile: string;
  readonly keyFile: string;
}

interface KeyFileContents {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A certificate and its key, read and seen to belong together. */
export interface Certificate extends KeyFileContents {
  /** The names and addresses that it is for. */
  readonly names: string;
  readonly validTo: Date;
}

/**
 * Reads a certificate and its key.
 * @throws Error of one line that names the file at fault and says what to do
 */
export async function readCertificate({ certFile, keyFile }: CertificateFiles): Promise<Certificate> {
  const cert = await contentOf('TLS_CERT_FILE', certFile);
  const key = await contentOf('TLS_KEY_FILE', keyFile);
  const parsed = parse(cert, certFile);
  checkPair({ cert, key }, parsed, { certFile, keyFile });
  return { cert, key, names: namesOf(parsed), validTo: new Date(parsed.validTo) };
}

async function contentOf(variable: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`${variable} ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Node takes the first certificate of a file. */
function parse(cert: Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch (error) {
    const advice = 'it must hold the certificate in PEM format, and those of its chain behind it';
    throw new Error(`TLS_CERT_FILE ${path} holds no certificate: ${advice}`, { cause: error });
  }
}

/** OpenSSL takes a key of a different kind than the certificate's without a word, so it is asked whether they belong together. */
function checkPair(pair: KeyFileContents, parsed: X509Certificate, { certFile, keyFile }: CertificateFiles): void {
  const key = parseKey(pair.key, keyFile);
  if (!parsed.checkPrivateKey(key))
    throw new Error(
      `TLS_KEY_FILE ${keyFile} is not the key of TLS_CERT_FILE ${certFile}: give the two that belong together`,
    );
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new Error(`TLS_CERT_FILE ${certFile} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

function parseKey(key: Buffer, path: string): KeyObject {
  try {
    return createPrivateKey(key);
  } catch (error) {
    const why = key.includes('ENCRYPTED')
      ? 'is encrypted: store it without a passphrase'
      : 'holds no key in PEM format';
    throw new Error(`TLS_KEY_FILE ${path} ${why}`, { cause: error });
  }
}

function namesOf({ subject, subjectAltName }: X509Certificate): string {
  return (subjectAltName ?? subject ?? '').replaceAll(/\b(?:DNS|IP Address|CN)[:=]/g, '').replaceAll('\n', ', ');
}
