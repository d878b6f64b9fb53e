import type { Logger } from 'pino';
import { messageOf } from '../errors/error-code.ts';
import type { Orm } from '../history/orm.ts';
import { Audit } from './audit.ts';
import { LogFile } from './log-file.ts';

interface Opening {
  readonly history: Orm;
  readonly log: Logger;
  /** Of the file that gets each entry as a line; undefined for none. */
  readonly path: string | undefined;
}

/** @returns the audit trail of this process, which is to be stopped before the history is closed @throws Error of one line that says what to do */
export async function openAudit({ history, log, path }: Opening): Promise<Audit> {
  if (path === undefined) return new Audit({ history, log });
  const file = await LogFile.open(path).catch(error => {
    throw new Error(
      `AUDIT_LOG_FILE ${path} cannot be written to: ${messageOf(error)}. Make its folder writable for the service, or name another file`,
      { cause: error },
    );
  });
  return new Audit({ history, log, file });
}
