import { randomBytes, randomUUID } from 'node:crypto';
import { EVERYTHING, isEverything } from '../auth/scope.ts';
import { AppError, notFound, validationError } from '../errors/errors.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';
import { checkPattern, clientNames } from './client-backups.ts';
import { changeErasures, type ErasureRequest } from './erasures.ts';
import { heldBackups } from './held-backups.ts';

export interface Asking {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly now: Date;
}

/** How long it can be thought over between the second confirmation and the erasure. */
export const ERASE_WAIT_MS = 7 * 86_400_000;

/** How long it can be confirmed. */
const CONFIRM_WITHIN_MS = 86_400_000;

/**
 * Asks to erase all that is kept of a client. Nothing happens before it is confirmed.
 * @param client the name of a database, or the beginning of names followed by `*`
 * @returns what would be erased, with the code that confirms it
 * @throws AppError 404 when no database matches, 409 when a backup is under a legal hold, 422 for what no client can be, and for all of them
 */
export async function askErasure(
  { em, storage, now }: Asking,
  { client, reason, by }: { readonly client: string; readonly reason: string; readonly by: string },
): Promise<ErasureRequest> {
  checkPattern(client);
  if (isEverything([client]))
    throw validationError([{ field: 'client', message: 'must be one client, and not all of them' }]);
  const databases = await clientNames(em, client);
  if (databases.length === 0)
    throw notFound('DATABASE_NOT_FOUND', `No database that matches ${client} has been backed up or is on a list`);
  await refuseHeld(em, databases);
  const asked: ErasureRequest = {
    ...{ id: randomUUID(), client, databases, reason, asked_by: by, asked_at: now.toISOString() },
    ...{ code: randomBytes(4).toString('hex'), key: randomBytes(32).toString('hex') },
    ...{ confirmed_by: null, due: null, begun: null },
  };
  // Of the same client the last one counts, unless one is confirmed.
  await changeErasures(storage, ({ requests, certificates }) => {
    if (requests.some(other => other.client === client && other.due !== null)) throw alreadyDue(client);
    return { requests: [...requests.filter(other => other.client !== client), asked], certificates };
  });
  return asked;
}

/**
 * Confirms an erasure: after the waiting time it is done, and until then it can be cancelled.
 * @returns it, with the key that only the caller has later
 * @throws AppError 404 when nothing waits for that code, 409 when a backup is under a legal hold
 */
export async function confirmErasure(
  { em, storage, now }: Asking,
  { client, code, by, waitMs = ERASE_WAIT_MS }: { client: string; code: string; by: string; waitMs?: number },
): Promise<ErasureRequest & { due: string }> {
  let confirmed: (ErasureRequest & { due: string }) | undefined;
  const names = await clientNames(em, client);
  await refuseHeld(em, names);
  await changeErasures(storage, ({ requests, certificates }) => {
    const found = requests.find(other => other.client === client && other.code === code && other.due === null);
    const isFresh = found && now.getTime() - Date.parse(found.asked_at) < CONFIRM_WITHIN_MS;
    if (!isFresh)
      throw notFound(
        'ERASURE_NOT_FOUND',
        `No erasure of ${client} waits for the code ${code}: ask again, and confirm it within a day`,
      );
    confirmed = { ...found, confirmed_by: by, due: new Date(now.getTime() + waitMs).toISOString() };
    return { requests: requests.map(other => (other.id === found.id ? confirmed! : other)), certificates };
  });
  return confirmed!;
}

/**
 * Takes an erasure back that was asked for or confirmed.
 * @throws AppError 404 when no erasure has that id, 409 when it has begun
 */
export async function cancelErasure({ storage }: Pick<Asking, 'storage'>, id: string): Promise<void> {
  await changeErasures(storage, ({ requests, certificates }) => {
    const found = requests.find(other => other.id === id);
    if (!found) throw notFound('ERASURE_NOT_FOUND', `No erasure waits that has the id ${id}`);
    if (found.begun)
      throw new AppError(
        409,
        'ERASURE_BEGUN',
        `The erasure of ${found.client} has begun: what is gone can't be brought back`,
      );
    return { requests: requests.filter(other => other !== found), certificates };
  });
}

async function refuseHeld(em: EntityManager, databases: readonly string[]): Promise<void> {
  const held = await heldBackups({ em, scope: EVERYTHING }, databases);
  if (held.length > 0)
    throw new AppError(
      409,
      'BACKUP_HELD',
      `Backup ${held.slice(0, 5).join(', ')} ${held.length > 1 ? 'are' : 'is'} under a legal hold: nothing of this client is erased before that is released`,
    );
}

function alreadyDue(client: string): AppError {
  return new AppError(
    409,
    'ALREADY_GOING',
    `The erasure of ${client} is confirmed already: erase --list shows when it is done`,
  );
}
