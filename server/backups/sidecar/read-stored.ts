import { entryNameOf, type ParsedBackupName } from '../../../protocol/backup-name.ts';
import type { Storage } from '../../storage/storage.ts';
import { assessBackup } from '../assessment/assess-backup.ts';
import { checkZip } from '../assessment/check-zip.ts';
import { contentCounts, type Recordable } from './insert-backup.ts';
import { parseSidecar } from './sidecar.ts';
import { storedDigest } from './stored-digest.ts';

/**
 * Learns from its record what the history knew of a stored zip.
 * @returns that, with the id that it had; or a phrase that completes "its record …" when it is not the record of that file
 * @throws what the disk throws
 */
export async function readSidecar(
  storage: Storage,
  name: ParsedBackupName,
): Promise<(Recordable & { id: number }) | string> {
  const text = await storage.getMetadata(name);
  const record = text === undefined ? 'is gone' : parseSidecar(text, name);
  if (typeof record === 'string') return record;
  const { id, received_at, size, sha256, dump_size, dump_sha256, state, findings, manifest, loss } = record;
  const { at, by, reason } = loss?.acceptance ?? {};
  const { removal, pins = [] } = record;
  return {
    id,
    name,
    receivedAt: new Date(received_at),
    size,
    sha256,
    dump: dump_size === null || dump_sha256 === null ? undefined : { size: dump_size, sha256: dump_sha256 },
    state,
    findings,
    manifest: manifest === null ? undefined : JSON.stringify(manifest),
    contents: contentCounts(manifest),
    shrunkFrom: loss?.reference ?? null,
    acceptedAt: at === undefined ? null : new Date(at),
    acceptedBy: by ?? null,
    acceptedFor: reason ?? null,
    removalDue: removal ? new Date(removal.due) : null,
    removedAt: removal?.at ? new Date(removal.at) : null,
    removedBy: removal?.by ?? null,
    removedFor: removal?.reason ?? null,
    removalKind: removal?.kind ?? null,
    pins: pins.map(pin => ({
      ...{ kind: pin.kind, reason: pin.reason, madeBy: pin.by, madeAt: new Date(pin.at) },
      endsAt: pin.ends_at === null ? null : new Date(pin.ends_at),
      releasedAt: pin.released_at === null ? null : new Date(pin.released_at),
      releasedBy: pin.released_by,
    })),
  };
}

/**
 * Learns from a stored zip what there is to learn without its record, by the same checks as when one is received. The
 * last write to the file counts as its receipt.
 * @throws AppError 422 when it is no zip of the right content, Error when it is gone; what the disk throws
 */
export async function readZip(
  storage: Storage,
  name: ParsedBackupName,
  { verifyUploads }: { verifyUploads: boolean },
): Promise<Recordable> {
  await using file = await storage.open(name);
  if (!file) throw new Error('it is gone');
  const { size, modifiedAt: receivedAt } = file;
  const { dump } = await checkZip({ file, entryName: entryNameOf(name.fileName), isRead: verifyUploads });
  const sha256 = await storedDigest(file);
  const times = { takenAt: name.takenAt, receivedAt };
  const assessment = assessBackup({ manifest: undefined, dump, reference: undefined, times });
  return { ...assessment, name, receivedAt, size, sha256, dump, manifest: undefined, contents: undefined };
}
