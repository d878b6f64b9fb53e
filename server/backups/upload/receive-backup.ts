import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { entryNameOf, type ParsedBackupName } from '../../../protocol/backup-name.ts';
import { EVERYTHING } from '../../auth/scope.ts';
import type { Backup } from '../../entities/backup.entity.ts';
import { AppError } from '../../errors/errors.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { ReceivedFile, Storage } from '../../storage/storage.ts';
import { checkZip, type ZipFacts } from '../assessment/check-zip.ts';
import type { DumpLimits } from '../assessment/dump-limits.ts';
import type { BackupEvents } from '../events/backup-events.ts';
import { findByName } from '../queries/find-backup.ts';
import { refuseAgain } from '../queries/removed.ts';
import { type Alongside, type Recordable, recordBackup } from '../sidecar/insert-backup.ts';
import { storedDigest } from '../sidecar/stored-digest.ts';
import { assessUpload } from './assess-upload.ts';
import { checkDump, checkReceived } from './check-claims.ts';
import { handleDuplicateUpload } from './handle-duplicate-upload.ts';
import type { ReceivedUpload } from './upload-receiver.ts';

interface Stores {
  readonly em: EntityManager;
  readonly storage: Storage;
}

interface Recording extends Stores {
  /** Throws when who sends it may not do so any more. */
  readonly checkSender: () => Promise<void>;
  /** What is stored with the row of a new backup, in one transaction. */
  readonly alongside?: Alongside;
}

interface Dependencies extends Recording {
  /** Whether the dump in the zip is read, too. */
  readonly verifyUploads: boolean;
  readonly dumpLimits: DumpLimits;
  /** Is told when all is done. */
  readonly events: BackupEvents;
}

/** What was received, and what its client says of it: all of that must be true. */
interface Upload extends ReceivedUpload {
  /** The SHA-256 of the zip by `Repr-Digest`, 64 hexadecimal digits. */
  readonly claimedSha256: string | undefined;
}

interface Receipt {
  readonly backup: Backup;
  /** Whether what belongs beside the row of a new backup could not be stored. */
  readonly isAlone?: boolean;
  /** False when the same file had been received before. */
  readonly isNew: boolean;
}

/**
 * Keeps what was received: checks it, makes it durable under its name, and only then records it.
 *
 * The order is what makes the record a promise. A crash in between leaves at most a file without a row; sending the
 * same bytes again gives it one.
 * @throws AppError 409 when other bytes are kept under that name, or what had it was removed; 413 when its dump is too large, 422 when it is no zip of
 *   the right content, or not what the client says it is; what `checkSender` throws
 */
export async function receiveBackup(
  { verifyUploads, dumpLimits, events, ...recording }: Dependencies,
  upload: Upload,
): Promise<Receipt> {
  const { name, file, seen, manifest } = upload;
  try {
    checkReceived(file, upload);
    const entryName = entryNameOf(name.fileName);
    const zip = await checkZip({ file, entryName, isRead: verifyUploads, seen, limits: dumpLimits });
    checkDump(zip, manifest);
    const receipt = await recording.storage.exclusively(name, () => keep(recording, upload, zip));
    announce(events, name, receipt);
    return receipt;
  } finally {
    await file.discard();
  }
}

/** From here on no other upload of that name goes on at the same time. */
async function keep(recording: Recording, upload: ReceivedUpload, zip: ZipFacts): Promise<Receipt> {
  const { em, storage } = recording;
  const { name, file } = upload;
  await recording.checkSender();
  const known = await findByName({ em, scope: EVERYTHING }, name.fileName);
  if (known) {
    refuseOther(known, file);
    refuseAgain(known);
    return { backup: await handleDuplicateUpload({ em, storage }, known, file), isNew: false };
  }
  const recordable = await assessUpload({ em }, upload, zip);
  await publish(storage, file);
  return record(recording, recordable, file);
}

/** @throws AppError 409 when other bytes are kept under its name */
function refuseOther(known: Backup, { address, sha256 }: ReceivedFile): void {
  if (known.sha256 !== sha256) throw nameTaken(address.fileName);
}

/** @throws AppError 409 when other bytes are kept under its name */
async function publish(storage: Storage, received: ReceivedFile): Promise<void> {
  if (await received.publish()) return;
  const { address, sha256 } = received;
  await using stored = await storage.open(address);
  // A crash has left the same bytes without a row. What is no file at all, such as a link that leads nowhere, makes room.
  const isPublished = stored ? (await storedDigest(stored)) === sha256 : await received.replace();
  if (!isPublished) throw nameTaken(address.fileName);
}

/** Takes the row of another process for ours if it got there first. */
async function record(
  { em, storage, alongside }: Recording,
  recordable: Recordable,
  received: ReceivedFile,
): Promise<Receipt> {
  try {
    return { ...(await recordBackup({ em: em.fork(), storage, alongside }, recordable)), isNew: true };
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    const known = await findByName({ em, scope: EVERYTHING }, recordable.name.fileName);
    if (!known) throw error;
    refuseOther(known, received);
    refuseAgain(known);
    return { backup: known, isNew: false };
  }
}

function announce(events: BackupEvents, { database }: ParsedBackupName, { backup, isNew }: Receipt): void {
  const event = { id: backup.id, sortedAt: backup.sortedAt!, database };
  if (isNew) events.received(event);
  else events.changed(event);
}

function nameTaken(fileName: string): AppError {
  return new AppError(
    409,
    'NAME_TAKEN',
    `Another file is already stored under the name ${fileName}, and is not changed: send this backup under a new name`,
  );
}
