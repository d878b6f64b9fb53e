import type { Logger } from 'pino';
import type { Audit } from '../audit/audit.ts';
import { openAudit } from '../audit/open-audit.ts';
import { type Config, loadConfig } from '../config.ts';
import type { EntityManager, Orm } from '../history/orm.ts';
import { logTo } from '../log.ts';
import { giveUpHistory, openStoresBeside } from '../start/stores.ts';
import type { Storage } from '../storage/storage.ts';
import type { Streams } from './command.ts';

/** What a command works with, beside a service that may be running. */
export interface CommandStores {
  readonly history: Orm;
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly audit: Audit;
  readonly config: Config;
}

/** Opens the stores for a command, and closes them after it. @returns its exit code */
export async function withStores(
  env: NodeJS.ProcessEnv,
  err: Streams['err'],
  work: (stores: CommandStores) => Promise<number>,
): Promise<number> {
  const config = loadConfig(env);
  const { history, storage } = await openStoresBeside(config);
  try {
    const log = errorsTo(err);
    const audit = await openAudit({ history, log, path: config.auditLogFile });
    return await work({ history, em: history.em.fork(), storage, audit, config }).finally(() => audit.stop());
  } finally {
    await giveUpHistory(history);
  }
}

/** @returns a log that shows errors alone */
export function errorsTo(err: Streams['err']): Logger {
  const log = logTo({ write: line => void err.write(line) });
  log.level = 'error';
  return log;
}

/** Of a command, for the audit trail: who it is, only the system knows. */
export const NO_TOKEN = { tokenId: undefined, token: undefined, address: undefined };
