import type { ParsedBackupName } from '../../../protocol/backup-name.ts';
import { MAX_MANIFEST_BYTES } from '../../../protocol/manifest.ts';
import type { FileReceiver } from '../../http/upload-form/file-receiver.ts';
import type { FieldValues } from '../../http/upload-form/form-fields.ts';
import type { ReceivedFile, Storage } from '../../storage/storage.ts';
import type { DumpLimits } from '../assessment/dump-limits.ts';
import { type SeenContent, ZipFollower } from '../assessment/follow-zip.ts';
import { readSentManifest, type SentManifest } from './sent-manifest.ts';
import { checkDatabaseField, readFileName } from './upload-validation.ts';

/** What came in a form: a file of that name, and what its client says of it. */
export interface ReceivedUpload {
  readonly name: ParsedBackupName;
  readonly file: ReceivedFile;
  /** What was seen of the dump in it while it arrived. */
  readonly seen: SeenContent | undefined;
  readonly manifest: SentManifest | undefined;
}

interface Receiving {
  readonly storage: Storage;
  readonly database: string;
  /** Whether the dump in the zip is read, too. */
  readonly verifyUploads: boolean;
  readonly dumpLimits: DumpLimits;
}

/** More than any name has: a longer one would only be repeated in an error. */
const MAX_NAME_BYTES = 1024;

/**
 * Receives a backup of `database` from a form: the file goes to the storage while it arrives, and is read there meanwhile. The fields `db_name` and
 * `manifest` must be about it, whether they stand before it or behind.
 */
export function uploadReceiver({
  storage,
  database,
  verifyUploads,
  dumpLimits,
}: Receiving): FileReceiver<ReceivedUpload> {
  return {
    fields: { manifest: MAX_MANIFEST_BYTES, db_name: MAX_NAME_BYTES },
    async receive({ fileName, fields, content }) {
      const name = readFileName(fileName, database);
      const manifest = await readFields(fields, name);
      const follower = verifyUploads ? new ZipFollower(dumpLimits) : undefined;
      const file = await storage.receive(name, content, follower?.follow);
      return { name, manifest, file, seen: follower?.seen };
    },
    complete: async (upload, fields) => ({
      ...upload,
      manifest: await readFields(fields, upload.name, upload.manifest),
    }),
    discard: ({ file }) => file.discard(),
  };
}

/** @param known the manifest, when it has been read: a large one takes a while, once is enough */
async function readFields(
  fields: FieldValues,
  name: ParsedBackupName,
  known?: SentManifest,
): Promise<SentManifest | undefined> {
  checkDatabaseField(fields.db_name, name.database);
  const { manifest } = fields;
  if (manifest === undefined || (known && typeof manifest === 'string')) return known;
  return readSentManifest(manifest, name);
}
