import { currentManifest, type Manifest, manifestSchema } from '../../protocol/manifest.ts';
import { codeOf } from '../errors.ts';
import { readPlainFile } from '../files/atomic-file.ts';
import { refuseOddity } from '../files/plain-file.ts';
import { PartFile } from '../zip/part-file.ts';

/** Writes a manifest that is whole and on the disk once it has its name; one that stands there is replaced. */
export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  await using file = await PartFile.create(path);
  await file.append(Buffer.from(JSON.stringify(manifest)));
  await file.commit();
}

/** More than what is too large for the service, so that the mail can say so; a text can't be much longer. */
const MAX_BYTES = 256 * 2 ** 20;

/**
 * @returns the manifest that an earlier run left beside its zip; undefined when it is missing or can't be read:
 * then the service reports the backup as unverified
 */
export async function readManifest(path: string): Promise<Manifest | undefined> {
  await refuseOddity(path);
  try {
    const document: unknown = JSON.parse(await readPlainFile(path, MAX_BYTES));
    return currentManifest(manifestSchema.validateSync(document, { strict: true }));
  } catch (error) {
    if (codeOf(error) !== undefined && codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}
