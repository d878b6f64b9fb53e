import { formatReprDigest } from '../../../protocol/digest.ts';
import { validationError } from '../../errors/errors.ts';
import type { ReceivedFile } from '../../storage/storage.ts';
import type { ZipFacts } from '../assessment/check-zip.ts';
import type { SentManifest } from './sent-manifest.ts';

/** What a client says of the file that it sends. */
interface Claims {
  /** The SHA-256 of the zip by `Repr-Digest`, 64 hexadecimal digits. */
  readonly claimedSha256: string | undefined;
  readonly manifest: SentManifest | undefined;
}

/**
 * Compares the bytes that arrived with what the client says they are.
 * @throws AppError 422 naming `Repr-Digest` or `manifest`, with both digests
 */
export function checkReceived({ sha256, size }: ReceivedFile, { claimedSha256, manifest }: Claims): void {
  if (claimedSha256 !== undefined && claimedSha256 !== sha256)
    throw mismatch('Repr-Digest', `is ${inField(claimedSha256)}, but the file that arrived has ${inField(sha256)}`);
  const zip = manifest?.zip;
  if (zip && (zip.sha256 !== sha256 || zip.size !== size))
    throw mismatch(
      'manifest',
      `states a zip of ${zip.size} bytes with the SHA-256 ${zip.sha256}, but the file that arrived has ${size} bytes and the SHA-256 ${sha256}`,
    );
}

/**
 * Compares the dump in the zip with what the manifest says of it; of a zip that was not read to its end, only the size.
 * @throws AppError 422 naming `manifest`
 */
export function checkDump({ dumpSize, dump }: ZipFacts, manifest: SentManifest | undefined): void {
  if (!manifest) return;
  const told = manifest.dump;
  if (told.size !== dumpSize)
    throw unlike(`states a dump of ${told.size} bytes, but the dump in the zip has ${dumpSize} bytes`);
  if (dump && told.sha256 !== dump.sha256)
    throw unlike(`states a dump with the SHA-256 ${told.sha256}, but the dump in the zip has ${dump.sha256}`);
}

function mismatch(field: string, message: string) {
  return validationError([{ field, message }], 'DIGEST_MISMATCH');
}

function unlike(message: string) {
  return validationError([{ field: 'manifest', message }], 'MANIFEST_MISMATCH');
}

function inField(sha256: string): string {
  return formatReprDigest(Buffer.from(sha256, 'hex'));
}
