import { createHash } from 'node:crypto';
import { IsolationLevel, UniqueConstraintViolationException } from '@mikro-orm/core';
import { entryNameOf, parseBackupName } from '../../protocol/backup-name.ts';
import { Database } from '../databases/database.entity.ts';
import { AppError } from '../errors.ts';
import type { HistoryManager } from '../history/history.ts';
import type { FileAddress, ReceivedFile, Storage } from '../storage/storage.ts';
import { Backup } from './backup.entity.ts';
import { checkZip } from './check-zip.ts';
import { openBackup } from './open-backup.ts';

interface Receipt {
  readonly backup: Backup;
  /** False when the same file had been received before. */
  readonly isNew: boolean;
}

/**
 * Keeps what was received: checks it, makes it durable under its name, and only then records it.
 *
 * The order is what makes the record a promise. A crash in between leaves at most a file without a record; sending the
 * same bytes again gives it one.
 * @throws AppError 409 when other bytes are kept under that name, 422 when it is no zip of the right content
 */
export async function receiveBackup(
  { em, storage }: { em: HistoryManager; storage: Storage },
  received: ReceivedFile,
): Promise<Receipt> {
  try {
    const { fd, size, address } = received;
    await checkZip({ fd, size, entryName: entryNameOf(address.fileName) });
    return await storage.exclusively(address, () => keep({ em, storage }, received));
  } finally {
    await received.discard();
  }
}

async function keep(
  { em, storage }: { em: HistoryManager; storage: Storage },
  received: ReceivedFile,
): Promise<Receipt> {
  const recorded = await findRecord(em, received.address);
  if (recorded && recorded.sha256 !== received.sha256) throw conflict(received.address);
  const isPublished = await received.publish();
  if (recorded) {
    // A stored file that went missing has just come back. One that is cut short or has rotted must not pass for kept: the
    // client would remove what may be the last good copy.
    await (await openBackup({ em, storage }, recorded.id)).file.close();
    if (!isPublished && (await storedDigest(storage, received.address)) !== recorded.sha256)
      throw rotten(received.address);
    return { backup: recorded, isNew: false };
  }
  if (!isPublished && (await storedDigest(storage, received.address)) !== received.sha256)
    throw conflict(received.address);
  return record(em, received);
}

/** Takes the row of another process for ours if it got there first. */
async function record(em: HistoryManager, received: ReceivedFile): Promise<Receipt> {
  try {
    return { backup: await insert(em.fork(), received), isNew: true };
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    const recorded = await findRecord(em, received.address);
    if (!recorded) throw error;
    if (recorded.sha256 !== received.sha256) throw conflict(received.address);
    return { backup: recorded, isNew: false };
  }
}

/** Two first uploads of one database may both make its row: the second must see what the first has committed. */
const READ_COMMITTED = { isolationLevel: IsolationLevel.READ_COMMITTED };

async function insert(em: HistoryManager, { address, size, sha256 }: ReceivedFile): Promise<Backup> {
  const name = parseBackupName(address.fileName);
  if (typeof name === 'string') throw new Error(`${address.fileName} ${name}`);
  return em.transactional(async em => {
    const database =
      (await em.findOne(Database, { name: address.database })) ??
      (await em.upsert(Database, { name: address.database }));
    const { takenAt } = name;
    const backup = em.create(Backup, {
      database,
      fileName: address.fileName,
      takenAt,
      receivedAt: new Date(),
      size,
      sha256,
    });
    await em.flush();
    return backup;
  }, READ_COMMITTED);
}

function findRecord(em: HistoryManager, { fileName }: FileAddress): Promise<Backup | null> {
  return em.findOne(Backup, { fileName }, { populate: ['database'] });
}

/** Reads a stored file to know what it really holds. */
async function storedDigest(storage: Storage, address: FileAddress): Promise<string | undefined> {
  const file = await storage.open(address);
  if (!file) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of file.read({ start: 0, end: file.size - 1 })) hash.update(chunk);
  return hash.digest('hex');
}

function rotten({ fileName }: FileAddress): AppError {
  return new AppError(
    500,
    'STORED_FILE_DAMAGED',
    `The stored file ${fileName} has other bytes than were received: keep your copy, move the damaged file away, and send it again`,
  );
}

function conflict({ fileName }: FileAddress): AppError {
  return new AppError(
    409,
    'NAME_TAKEN',
    `Other bytes are kept under the name ${fileName} already, and stay as they are: send this backup under a new name`,
  );
}
