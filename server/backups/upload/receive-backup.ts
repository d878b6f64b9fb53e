import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { entryNameOf } from '../../../protocol/backup-name.ts';
import { stateOf } from '../../../protocol/finding.ts';
import type { Manifest } from '../../../protocol/manifest.ts';
import type { Backup } from '../../entities/backup.entity.ts';
import { takenAtOf } from '../../entities/taken-at.ts';
import { throwSystemErrorsFrom } from '../../error-origin.ts';
import { AppError } from '../../errors.ts';
import type { EntityManager } from '../../history/orm.ts';
import { nextTurn } from '../../process/turns.ts';
import type { FileAddress, ReceivedFile, Storage } from '../../storage/storage.ts';
import { assessBackup } from '../assessment/assess-backup.ts';
import { checkZip, type DumpLimits, type ZipFacts } from '../assessment/check-zip.ts';
import { sortTime } from '../assessment/sort-time.ts';
import type { BackupEvents } from '../events/backup-events.ts';
import { findReference } from '../losses/find-reference.ts';
import { manifestTurn } from '../losses/manifest-turns.ts';
import { findByName } from '../queries/find-backup.ts';
import { contentCounts, type Recordable, recordBackup } from '../sidecar/insert-backup.ts';
import { storedDigest } from '../sidecar/stored-digest.ts';
import { type Claims, checkDump, checkReceived } from './check-claims.ts';
import { handleDuplicateUpload } from './handle-duplicate-upload.ts';

interface Dependencies {
  readonly em: EntityManager;
  readonly storage: Storage;
  /** Whether the dump in the zip is read, too. */
  readonly verifyUploads: boolean;
  readonly dumpLimits: DumpLimits;
  /** Hears of it when all is done. */
  readonly events: BackupEvents;
}

interface Receipt {
  readonly backup: Backup;
  /** False when the same file had been received before. */
  readonly isNew: boolean;
}

/**
 * Keeps what was received: checks it, makes it durable under its name, and only then records it.
 *
 * The order is what makes the record a promise. A crash in between leaves at most a file without a row; sending the
 * same bytes again gives it one.
 * @param claims what the client says of the file; all of it must be true
 * @throws AppError 409 when other bytes are kept under that name, 413 when its dump is too large, 422 when it is no zip of
 *   the right content, or not what the client says it is
 */
export async function receiveBackup(
  { em, storage, verifyUploads, dumpLimits, events }: Dependencies,
  received: ReceivedFile,
  claims: Claims = {},
): Promise<Receipt> {
  try {
    const { fd, size, address } = received;
    checkReceived(received, claims);
    const entryName = entryNameOf(address.fileName);
    const checking = checkZip({ fd, size, entryName, isRead: verifyUploads, limits: dumpLimits });
    const zip = await checking.catch(throwSystemErrorsFrom('storage'));
    checkDump(zip, claims.manifest);
    const receipt = await storage.exclusively(address, () => keep({ em, storage }, received, { zip, claims }));
    tell(events, receipt, address);
    return receipt;
  } finally {
    await received.discard();
  }
}

function tell(events: BackupEvents, { backup: { id, sortedAt }, isNew }: Receipt, { database }: FileAddress): void {
  events[isNew ? 'received' : 'changed']({ id, sortedAt: sortedAt!, database });
}

type Stores = Pick<Dependencies, 'em' | 'storage'>;

/** What is known of a file that has passed all checks. */
interface Known {
  readonly zip: ZipFacts;
  readonly claims: Claims;
}

async function keep({ em, storage }: Stores, received: ReceivedFile, known: Known): Promise<Receipt> {
  const { address, sha256 } = received;
  const recorded = await findByName({ em }, address.fileName);
  if (recorded && recorded.sha256 !== sha256) throw conflict(address);
  if (recorded) return { backup: await handleDuplicateUpload({ em, storage }, recorded, received), isNew: false };
  const { json } = known.claims.manifest ?? {};
  const recordable = await manifestTurn(json?.length ?? 0, () => judged(em, received, known));
  if (!(await received.publish()) && !(await takesPlace(storage, received))) throw conflict(address);
  return record({ em, storage }, recordable);
}

async function judged(em: EntityManager, received: ReceivedFile, { zip, claims }: Known): Promise<Recordable> {
  const { address, size, sha256 } = received;
  const json = claims.manifest?.json;
  const manifest = json === undefined ? undefined : (JSON.parse(json) as Manifest);
  await nextTurn();
  const receivedAt = new Date();
  const times = { takenAt: takenAtOf(address), receivedAt };
  const reference = manifest && (await findReference(em, address, sortTime(times), manifest));
  await nextTurn();
  const noticed = assessBackup({ manifest, dump: zip.dump, reference, times });
  const findings = [...(manifest?.findings ?? []), ...noticed];
  const state = stateOf(findings);
  const hasLoss = state === 'complete' && noticed.some(({ code }) => code === 'SHRUNK');
  return {
    address,
    receivedAt,
    // What was received is on the disk, and has just been read from there.
    checkedAt: zip.dump ? receivedAt : null,
    size,
    sha256,
    dump: zip.dump,
    state,
    findings,
    manifest: json,
    contents: contentCounts(manifest),
    shrunkFrom: hasLoss ? reference!.fileName : null,
  };
}

/**
 * Whether a stored file without a row, which a crash has left, holds the bytes that were received; what is no file at all,
 * such as a link that leads nowhere, makes room.
 */
async function takesPlace(storage: Storage, received: ReceivedFile): Promise<boolean> {
  const file = await storage.open(received.address);
  return file ? (await storedDigest(file)) === received.sha256 : received.replace();
}

/** Takes the row of another process for ours if it got there first. */
async function record({ em, storage }: Stores, recordable: Recordable): Promise<Receipt> {
  try {
    return { backup: await recordBackup({ em: em.fork(), storage }, recordable), isNew: true };
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    const recorded = await findByName({ em }, recordable.address.fileName);
    if (!recorded) throw error;
    if (recorded.sha256 !== recordable.sha256) throw conflict(recordable.address);
    return { backup: recorded, isNew: false };
  }
}

function conflict({ fileName }: FileAddress): AppError {
  return new AppError(
    409,
    'NAME_TAKEN',
    `Other bytes are kept under the name ${fileName} already, and stay as they are: send this backup under a new name`,
  );
}
