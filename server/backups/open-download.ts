import type { Audit } from '../audit/audit.ts';
import type { Actor } from '../audit/entry.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import type { Storage, StoredFile } from '../storage/storage.ts';
import type { BackupEvents } from './events/backup-events.ts';
import { openBackup } from './open-backup.ts';
import { presentDigest } from './presenter.ts';

interface Downloading extends Reading {
  readonly storage: Storage;
  readonly events: BackupEvents;
  readonly audit: Audit;
  /** Who downloads it. */
  readonly actor: Actor;
}

/** A stored zip with what its answer says of it: what `sendFile` takes. */
export interface Download {
  readonly file: StoredFile;
  readonly fileName: string;
  /** Of the whole file, with its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  /** The field `Repr-Digest`. */
  readonly reprDigest: string;
  /** Records that the download begins; what it returns records its end. */
  readonly onStart: (range: Range) => (sent: { readonly bytes: number; readonly isWhole: boolean }) => void;
}

/** Positions of bytes, both included. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Opens the stored zip of a backup for a download, which goes into the audit trail. The caller disposes of the file.
 * @throws AppError as `openBackup` does
 */
export async function openDownload(downloading: Downloading, id: number): Promise<Download> {
  const { audit, actor } = downloading;
  const { backup, file } = await openBackup(downloading, id);
  const { fileName, sha256, receivedAt: lastModified, database } = backup;
  const deed = { actor, action: 'download', database: database.name, backupId: id } as const;
  const onStart = (range: Range) => {
    const end = audit.begin({ ...deed, detail: partOf(range, file) });
    return ({ bytes, isWhole }: { bytes: number; isWhole: boolean }) => end(isWhole ? 'done' : 'failed', { bytes });
  };
  return { file, fileName, etag: `"${sha256}"`, lastModified, reprDigest: presentDigest(backup), onStart };
}

/** @returns the part of the file that is sent, if it is not all of it */
function partOf({ start, end }: Range, { size }: StoredFile): { range?: string } {
  return end - start + 1 === size ? {} : { range: `${start}-${end}` };
}
