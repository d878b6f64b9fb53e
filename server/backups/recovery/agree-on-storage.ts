import { KnownStorage } from '../../entities/known-storage.entity.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { Storage } from '../../storage/storage.ts';

/**
 * Makes sure that the storage is the one of this history, by the id that the history has of it. The mount point of a disk
 * that is not mounted has none: what is received there would be lost when the disk is back.
 *
 * The history learns the id when it has none: at the first start, after an upgrade, and when it was made again.
 * @param accepts whether another storage, or one without an id, takes the place of the known one (ALLOW_EMPTY_STORAGE)
 * @throws Error that says what to do
 */
export async function checkIdentity(
  { em, storage }: { em: EntityManager; storage: Storage },
  { accepts }: { accepts: boolean },
): Promise<void> {
  const known = await em.fork().findOne(KnownStorage, { id: { $ne: '' } });
  const found = await storage.identity();
  if (!known || found === known.id || accepts) return;
  throw new Error(found === undefined ? `${NO_MARKER} (${known.id})` : otherStorage(known.id, found));
}

/** Keeps the id of the storage that was claimed. */
export async function rememberIdentity({ em }: { em: EntityManager }, id: string): Promise<void> {
  await em.fork().transactional(async em => {
    await em.nativeDelete(KnownStorage, { id: { $ne: id } });
    if (!(await em.findOne(KnownStorage, { id }))) await em.insert(KnownStorage, { id, since: new Date() });
  });
}

const ONCE = 'start once with ALLOW_EMPTY_STORAGE=on';

const NO_MARKER =
  'it does not contain the storage of this history: is its disk mounted? If it is the right folder, and only its marker ' +
  `'.lumbung-storage ' was not copied, or if the stored files are lost, ${ONCE}`;

function otherStorage(known: string, found: string): string {
  return (
    `it contains the storage ${found}, but the history belongs to ${known}: is the right disk mounted, and does DATABASE_URL ` +
    `name the history of this service? If the storage and the history belong together, ${ONCE}`
  );
}
