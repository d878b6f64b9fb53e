import { parseBackupName } from '../../protocol/backup-name.ts';
import { parseReprDigest } from '../../protocol/digest.ts';
import { ExplainedError } from '../errors.ts';
import type { Service } from '../service/service.ts';
import type { RemoteBackup } from './fetch-backup.ts';

/**
 * Asks the service what it will send: name, size and digest.
 * @throws {ExplainedError} when the service refuses, or its answer lacks them
 */
export async function describeRemote(
  id: string,
  service: Service,
): Promise<{ readonly remote: RemoteBackup; readonly fileName: string }> {
  const { headers } = await service.download(id, 'head');
  const size = /^\d+$/.test(headers.get('content-length') ?? '') ? Number(headers.get('content-length')) : Number.NaN;
  const sha256 = parseReprDigest(headers.get('repr-digest') ?? '');
  const etag = headers.get('etag');
  if (!Number.isSafeInteger(size) || !sha256 || !etag)
    throw new ExplainedError('the answer lacks the size, the digest or the ETag of the file', {
      advice: 'Check --server: a proxy may have removed them.',
    });
  const fileName = fileNameIn(headers.get('content-disposition') ?? '') ?? `backup-${id}.zip`;
  return { remote: { id, size, sha256, etag }, fileName };
}

/** Only a name of our grammar is taken from the answer: it can't lead to another folder. */
function fileNameIn(disposition: string): string | undefined {
  const encoded = /filename\*=UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  const quoted = /filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1];
  const name = encoded === undefined ? quoted?.replace(/\\(.)/g, '$1') : decoded(encoded);
  return name !== undefined && typeof parseBackupName(name) !== 'string' ? name : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
