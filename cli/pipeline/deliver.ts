import type { Manifest } from '../../protocol/manifest.ts';
import type { UploadReceipt } from '../../protocol/responses.ts';
import { ExplainedError } from '../problems.ts';
import { outageBehind } from '../service/outage.ts';
import { ServiceRefusal } from '../service.ts';
import type { Spool } from '../spool.ts';
import { fileDigest } from './file-digest.ts';
import { readManifest } from './manifest-file.ts';
import { type UploadOptions, type UploadRequest, upload } from './upload.ts';

export interface Parcel extends Pick<UploadRequest, 'database' | 'path' | 'fileName' | 'size'> {
  /** Read from the spool for what an earlier run left behind. */
  readonly manifest?: Manifest;
}

export interface Delivery {
  readonly receipt: UploadReceipt['data'];
  readonly manifest: Manifest | undefined;
  readonly sha256: Buffer;
}

/**
 * Uploads a zip of the spool, and removes it there once the service has shown that it keeps just these bytes.
 * @throws {ExplainedError} when it is not delivered: it then waits in the spool, or is set aside when it has rotted
 */
export async function deliver(parcel: Parcel, spool: Spool, options: UploadOptions): Promise<Delivery> {
  const { path, fileName } = parcel;
  const manifest = parcel.manifest ?? (await readManifest(spool.manifestPathOf(fileName)));
  // What this run has written needs no second reading; what has lain here since an earlier one does.
  const sha256 = parcel.manifest ? digestIn(parcel.manifest) : await fileDigest(path, options.signal);
  if (manifest && !sha256.equals(digestIn(manifest))) throw await setAside(spool, fileName);
  try {
    const receipt = await upload({ ...parcel, sha256, ...(manifest && { manifest }) }, options);
    // One that can't be removed is sent again by the next run, and is kept once.
    await spool.remove(fileName).catch(() => {});
    return { receipt, manifest, sha256 };
  } catch (error) {
    // What the service says of itself tells nothing of the file, which may be large.
    if (!(error instanceof ServiceRefusal) || outageBehind(error, options.server)) throw error;
    if (sha256.equals(await fileDigest(path, options.signal))) throw error;
    throw await setAside(spool, fileName);
  }
}

function digestIn({ zip }: Manifest): Buffer {
  return Buffer.from(zip.sha256, 'hex');
}

/** A zip that has rotted in the spool is not sent again and again, and not thrown away. */
async function setAside(spool: Spool, fileName: string): Promise<ExplainedError> {
  const path = await spool.setAside(fileName);
  return new ExplainedError(`the zip is no longer what was written into the work folder; it was set aside as ${path}`, {
    advice: 'Look at the disk and the memory of this machine, and run the backup again.',
  });
}
