import { createHash, createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import type { Audit } from '../audit/audit.ts';
import { forgetName } from '../audit/forget-names.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { Backup } from '../entities/backup.entity.ts';
import { Database } from '../entities/database.entity.ts';
import { messageOf } from '../errors/error-code.ts';
import { forgetWatched } from '../freshness/decide.ts';
import type { EntityManager } from '../history/orm.ts';
import { hasWaited, type UnseenTime } from '../jobs/unseen-times.ts';
import { ERASE_WAIT_MS } from './ask-erasure.ts';
import { backupsOf, clientDatabases } from './client-backups.ts';
import { type ErasingBackups, eraseBackups, eraseOrphans, Held } from './erase-backups.ts';
import { type Certificate, changeErasures, type ErasureRequest, readErasures } from './erasures.ts';
import { forgetRows } from './forget-rows.ts';
import { heldBackups } from './held-backups.ts';

export interface Erasing extends ErasingBackups {
  readonly log: Logger;
  readonly audit: Audit;
  /** When the service was off: that counts for no waiting time. Never when left out. */
  readonly unseen?: readonly UnseenTime[];
}

/**
 * Erases the clients whose waiting time is over: their zips and all that lies beside them, their rows in every table, and their names in the
 * audit trail. What is left is a certificate without a name. A crash leaves the request, and the next call goes on. A legal hold stops it.
 * @returns the certificates
 * @throws what the history and the storage throw; the signal's reason
 */
export async function eraseDue(erasing: Erasing): Promise<Certificate[]> {
  const { storage, log } = erasing;
  const done: Certificate[] = [];
  for (const request of (await readErasures(storage)).requests) {
    if (!isDue(erasing, request)) continue;
    erasing.signal?.throwIfAborted();
    try {
      done.push(await erase(erasing, request));
    } catch (error) {
      if (!(error instanceof Held)) throw error;
      log.warn({ erasure: request.id }, `The erasure ${request.id} waits: ${messageOf(error)}`);
    }
  }
  return done;
}

/** The time between the confirmation and the erasure is for people to cancel it. */
function isDue({ now, unseen = [] }: Erasing, { due, asked_at }: ErasureRequest): boolean {
  if (due === null) return false;
  const waitMs = Math.min(ERASE_WAIT_MS, Date.parse(due) - Date.parse(asked_at));
  return hasWaited({ dueAt: new Date(due), waitMs }, now, unseen);
}

async function erase(erasing: Erasing, request: ErasureRequest): Promise<Certificate> {
  const { em, storage, now, log, audit } = erasing;
  const [held] = await heldBackups({ em, scope: EVERYTHING }, request.databases);
  if (held !== undefined) throw new Held(`backup ${held} is under a legal hold`);
  const actor = { tokenId: undefined, token: undefined, address: undefined };
  const detail = { erasure: request.id, databases: request.databases.length, confirmed_by: request.confirmed_by };
  return audit.change({ actor, action: 'erase', detail }, async () => {
    const databases = request.begun ?? (await begin(erasing, request));
    for (const name of request.databases) await eraseDatabase(erasing, name, pseudonymOf(request, name));
    const certificate: Certificate = {
      ...{ id: request.id, erased_at: now.toISOString(), asked_by: request.asked_by, asked_at: request.asked_at },
      ...{ confirmed_by: request.confirmed_by ?? '', reason: request.reason, databases },
    };
    // With the request go the names and their key.
    await changeErasures(storage, ({ requests, certificates }) => ({
      requests: requests.filter(({ id }) => id !== request.id),
      certificates: [...certificates, certificate],
    }));
    log.info({ erasure: request.id, databases: databases.length }, `The erasure ${request.id} is done`);
    return certificate;
  });
}

/** Notes what is there before any of it goes: after a crash it can't be counted again. */
async function begin({ em, storage }: Erasing, request: ErasureRequest): Promise<Certificate['databases']> {
  const begun: Certificate['databases'] = [];
  for (const name of request.databases) begun.push(await summaryOf(em, name, request.key));
  await changeErasures(storage, ({ requests, certificates }) => ({
    requests: requests.map(other => (other.id === request.id ? { ...other, begun } : other)),
    certificates,
  }));
  return begun;
}

async function summaryOf(em: EntityManager, name: string, key: string): Promise<Certificate['databases'][number]> {
  const [found] = await clientDatabases(em, name);
  const zips = createHash('sha256');
  let [backups, bytes] = [0, 0];
  if (found)
    for await (const { size, sha256, removedAt } of backupsOf(em, found.id)) {
      zips.update(`${sha256} ${size}\n`);
      backups += 1;
      bytes += removedAt ? 0 : size;
    }
  return { name_hmac: hmacOf(key, name), backups, bytes, zips_sha256: zips.digest('hex') };
}

async function eraseDatabase(erasing: Erasing, name: string, pseudonym: string): Promise<void> {
  const { em, storage } = erasing;
  const [found] = await clientDatabases(em, name);
  if (found) await eraseBackups(erasing, found);
  await eraseOrphans(erasing, name);
  await storage.removeRemains(name);
  await forgetWatched({ em: em.fork(), storage }, [name]);
  await em.fork().transactional(async em => {
    await forgetName({ em }, name, pseudonym);
    await forgetRows(em, name);
    // A client that started again meanwhile keeps its row.
    if (found && (await countBackups(em, found.id)) === 0) await em.nativeDelete(Database, { id: found.id });
  });
}

async function countBackups(em: EntityManager, database: number): Promise<number> {
  return em.count(Backup, { database });
}

/** What stands in the audit trail in place of a name. */
export function pseudonymOf({ key }: Pick<ErasureRequest, 'key'>, name: string): string {
  return `erased:${hmacOf(key, name).slice(0, 32)}`;
}

export function hmacOf(key: string, name: string): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(name).digest('hex');
}
