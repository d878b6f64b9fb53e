import { MAX_MANIFEST_BYTES } from '../../../protocol/manifest.ts';
import type { FileReceiver } from '../../http/upload-form/upload-form.ts';
import type { ReceivedFile, Storage } from '../../storage/storage.ts';
import { readSentManifest, type SentManifest } from './sent-manifest.ts';
import { checkDatabaseName, checkFileName, checkFormFields } from './upload-validation.ts';

interface UploadReceiver extends FileReceiver<ReceivedFile> {
  /** @returns the manifest that came along, when the form has been read */
  manifest(): SentManifest | undefined;
}

/** More than any name has: a longer one would only be repeated in an error. */
const MAX_NAME_BYTES = 1024;

/**
 * Takes a backup of `database` in from a form: the file goes to the storage while it arrives; the fields `db_name` and
 * `manifest` must be about it, whether they stand before it or behind.
 */
export function uploadReceiver({ storage, database }: { storage: Storage; database: string }): UploadReceiver {
  checkDatabaseName(database);
  let address = { database, fileName: '' };
  let manifest: SentManifest | undefined;
  return {
    fields: { manifest: MAX_MANIFEST_BYTES, db_name: MAX_NAME_BYTES },
    checkName(fileName) {
      checkFileName(fileName, database);
      address = { database, fileName };
    },
    async checkFields(fields) {
      checkFormFields(fields, database);
      // A large one takes a while to be read: once is enough.
      if (fields.manifest === undefined || (manifest && typeof fields.manifest === 'string')) return;
      manifest = await readSentManifest(fields.manifest, address);
    },
    receive: (_fileName, content) => storage.receive(address, content),
    discard: received => received.discard(),
    manifest: () => manifest,
  };
}
