import { MAX_MANIFEST_BYTES, type Manifest } from '../../protocol/manifest.ts';
import type { UploadReceipt } from '../../protocol/responses.ts';
import { ExplainedError } from '../errors.ts';
import { fileDigest } from '../files/file-digest.ts';
import { adviceAboutOddity, whyNotPlain } from '../files/plain-file.ts';
import { readManifest } from '../manifest/manifest-file.ts';
import { outageBehind } from '../service/outage.ts';
import { isAboutToken, ServiceRefusal } from '../service/service-errors.ts';
import { quarantineRefused } from '../spool/refused-zips.ts';
import type { Spool } from '../spool/spool.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { type UploadOptions, type UploadRequest, upload } from './upload.ts';

export interface PendingZip extends Pick<UploadRequest, 'database' | 'path' | 'fileName' | 'size'> {
  /** Read from the spool for what an earlier run left behind. */
  readonly manifest?: Manifest;
}

export interface Delivery {
  readonly receipt: UploadReceipt['data'];
  readonly manifest: Manifest | undefined;
  /** Whether the manifest was too large to be sent along: the service knows no more than it sees in the zip. */
  readonly isTooLarge: boolean;
  readonly sha256: Buffer;
  /** Why the zip is still in the spool; undefined when it is gone. */
  readonly notRemoved: string | undefined;
}

/**
 * Uploads a zip of the spool, and removes it there once the service has shown that it keeps just these bytes.
 * @throws {ExplainedError} when it is not delivered: it then waits in the spool, or is set aside when it has rotted, or when
 * the service has refused it permanently in an earlier run, too
 */
export async function deliver(pending: PendingZip, spool: Spool, options: UploadOptions): Promise<Delivery> {
  const { path, fileName } = pending;
  const oddity = await whyNotPlain(path);
  if (oddity !== undefined) throw notPlain(path, oddity);
  const manifest = pending.manifest ?? (await readManifest(spool.manifestPathOf(fileName)));
  // What this run has written needs no second reading; what has lain here since an earlier one does.
  const sha256 = pending.manifest ? digestIn(pending.manifest) : await fileDigest(path, options.signal);
  if (manifest && !sha256.equals(digestIn(manifest))) throw await quarantine(spool, fileName);
  try {
    const isSent = manifest !== undefined && isSmallEnough(manifest);
    const { manifest: _, ...zip } = pending;
    const receipt = await upload({ ...zip, sha256, ...(isSent && { manifest }) }, options);
    const isTooLarge = manifest !== undefined && !isSent;
    return { receipt, manifest, isTooLarge, sha256, notRemoved: await spool.forget(fileName) };
  } catch (error) {
    throw await whatFailed(error, { spool, fileName, path, sha256 }, options);
  }
}

interface Sent {
  readonly spool: Spool;
  readonly fileName: string;
  readonly path: string;
  readonly sha256: Buffer;
}

/** @returns what to throw; the zip may be set aside by then */
async function whatFailed(
  error: unknown,
  { spool, fileName, path, sha256 }: Sent,
  { server, signal }: UploadOptions,
): Promise<unknown> {
  // The status of the service does not show the state of the file, which may be large.
  if (!(error instanceof ServiceRefusal) || isAboutToken(error) || outageBehind(error, server)) return error;
  if (!sha256.equals(await fileDigest(path, signal))) return quarantine(spool, fileName);
  const isSecond = FOR_GOOD.has(error.code) && (await spool.noteRefusal(fileName));
  return isSecond ? refuse(spool, fileName, error) : error;
}

/**
 * Refusals of just this zip, which are the same as long as zip and service are what they are (docs/reference/rest.md). The first one
 * is noted, and leaves it where it is: until the next run the service may have been updated, or its limits raised.
 */
const FOR_GOOD = new Set([
  'NAME_TAKEN',
  'BACKUP_REMOVED',
  'FILE_TOO_LARGE',
  'DUMP_TOO_LARGE',
  'VALIDATION_FAILED',
  'INVALID_FILE_NAME',
  'INVALID_ZIP',
  'INVALID_MANIFEST',
  'MANIFEST_MISMATCH',
]);

/** A zip that is refused permanently is not sent again each night, and not deleted. */
async function refuse(spool: Spool, fileName: string, refusal: ServiceRefusal): Promise<ExplainedError> {
  const when = inLocalTime(new Date());
  const what = refusal.advice === undefined ? '' : `\nWhat to do: ${refusal.advice}`;
  const why = `Refused at ${when}, for the second time: ${refusal.message}.${what}`;
  const path = await quarantineRefused(spool, fileName, why);
  if (path === undefined) return refusal;
  return new ExplainedError(`${refusal.message}; for the second time: the zip was set aside as ${path}`, {
    cause: refusal,
    advice: `${refusal.advice ?? ''} ${path}.txt says how to send it again, and how to delete it.`.trim(),
  });
}

function notPlain(path: string, oddity: string): ExplainedError {
  return new ExplainedError(`${path} ${oddity}: there is no zip to upload`, { advice: adviceAboutOddity(path) });
}

/** The service refuses a larger one: better a backup for which no one vouches than none. */
function isSmallEnough(manifest: Manifest): boolean {
  return Buffer.byteLength(JSON.stringify(manifest)) <= MAX_MANIFEST_BYTES;
}

function digestIn({ zip }: Manifest): Buffer {
  return Buffer.from(zip.sha256, 'hex');
}

/** A zip that was damaged in the spool is not sent again and again, and not deleted. */
async function quarantine(spool: Spool, fileName: string): Promise<ExplainedError> {
  const path = await spool.quarantine(fileName);
  return new ExplainedError(
    `the zip has changed since it was written into the work folder; it was set aside as ${path}`,
    {
      advice: 'Check the disk and the memory of this machine, and run the backup again.',
    },
  );
}
