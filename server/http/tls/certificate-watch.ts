import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import { type Certificate, type CertificateFiles, readCertificate } from './certificate.ts';

/** The certificate of the service while it runs. */
export interface CertificateWatch {
  /** The newest one that could be used. */
  readonly current: Certificate;
  /** Begins to look at the files; `use` gets each new certificate. */
  start(use: (certificate: Certificate) => void): void;
  /** Reads the files again. Never throws: a pair that can't be used is logged, and the last one stays. */
  reload(): Promise<void>;
  stop(): void;
}

/** How often the files are looked at, in milliseconds. */
const EVERY_MS = 60_000;

/**
 * Reads the certificate, and reads it again when the files have changed. They are looked at once a minute, through all links:
 * certbot and Kubernetes replace a link, which no one learns who watches the file.
 * @throws Error of one line when it can't be used at first
 */
export async function watchCertificate(
  files: CertificateFiles,
  { log, everyMs = EVERY_MS }: { log: Logger; everyMs?: number },
): Promise<CertificateWatch> {
  let use: (certificate: Certificate) => void = () => {};
  let timer: NodeJS.Timeout | undefined;
  let seen = await versionOf(files);
  let current = await readCertificate(files);
  tell(log, current, 'the certificate');

  const reload = async () => {
    seen = await versionOf(files);
    try {
      const next = await readCertificate(files);
      const isSame = next.cert.equals(current.cert) && next.key.equals(current.key);
      if (!isSame) use(next);
      current = next;
      tell(log, next, isSame ? 'the files were read again, and have the same certificate' : 'the new certificate');
    } catch (error) {
      log.error(`TLS: the new certificate cannot be used, so the last one stays. ${(error as Error).message}`);
    }
  };
  const look = async () => {
    if ((await versionOf(files)) !== seen) await reload();
  };
  return {
    get current() {
      return current;
    },
    start: listener => {
      use = listener;
      timer = setInterval(() => void look(), everyMs).unref();
    },
    reload,
    stop: () => clearInterval(timer),
  };
}

/** @returns what changes when one of the files is written or replaced */
async function versionOf({ certFile, keyFile }: CertificateFiles): Promise<string> {
  const versions = [certFile, keyFile].map(async path => {
    const { ino, size, mtimeMs } = await stat(path).catch(() => ({ ino: 0, size: 0, mtimeMs: 0 }));
    return `${ino} ${size} ${mtimeMs}`;
  });
  return (await Promise.all(versions)).join(', ');
}

function tell(log: Logger, { names, validTo }: Certificate, what: string): void {
  const about = { names, valid_to: validTo.toISOString() };
  const message = `TLS: ${what}, for ${names}, valid until ${validTo.toISOString().slice(0, 10)} UTC`;
  if (validTo.getTime() > Date.now()) log.info(about, message);
  else log.error(about, `${message}. It has expired: no client accepts it`);
}
