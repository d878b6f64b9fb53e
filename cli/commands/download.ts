import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseBackupName } from '../../protocol/backup-name.ts';
import { parseReprDigest } from '../../protocol/digest.ts';
import { formatBytes } from '../figures.ts';
import { piecesOf } from '../pipeline/file-digest.ts';
import { StageError } from '../pipeline/outcome.ts';
import { CommandError, ConfigurationError, codeOf, EXIT, messageOf } from '../problems.ts';
import { Service } from '../service.ts';
import { readServer } from '../settings.ts';
import type { CommandContext } from './command.ts';

/** A connection that breaks is taken up again, as long as each time some bytes have come. */
const ATTEMPTS_WITHOUT_PROGRESS = 5;

/**
 * `sade download ID`: fetches a stored zip, goes on where a broken download ended, and keeps the file only when its
 * SHA-256 is the one that the service tells.
 * @throws {CommandError} {StageError}
 */
export async function download(id: string, options: Record<string, unknown>, context: CommandContext): Promise<number> {
  if (!/^[1-9]\d*$/.test(id))
    throw new ConfigurationError([`${JSON.stringify(id)} is no id of a backup; sade list and sade history show them`]);
  const service = new Service(readServer(options, context.env));
  const remote = describe(id, await service.download(id, 'head', {}, context.signal));
  const target = await chooseTarget(options.output, remote.fileName);
  const part = `${target}.part`;

  const digest = await fetchAll(service, remote, part, context.signal);
  if (!digest.equals(remote.sha256)) {
    await rm(part, { force: true });
    throw new CommandError(
      `What came of backup ${id} has another SHA-256 than the service tells; it was thrown away. Try again, and look at the stored file if it stays so.`,
      EXIT.someFailed,
    );
  }
  await rename(part, target);
  context.stdout.write(`${target}: ${formatBytes(remote.size)}, SHA-256 ${digest.toString('hex')}\n`);
  return EXIT.ok;
}

interface RemoteFile {
  readonly id: string;
  readonly fileName: string;
  readonly size: number;
  readonly sha256: Buffer;
  readonly etag: string;
}

function describe(id: string, { headers }: Response): RemoteFile {
  const size = Number(headers.get('content-length') ?? Number.NaN);
  const sha256 = parseReprDigest(headers.get('repr-digest') ?? '');
  const etag = headers.get('etag');
  if (!Number.isSafeInteger(size) || !sha256 || !etag)
    throw new StageError('the answer lacks the size, the digest or the ETag of the file', {
      advice: 'Check --server: a proxy may have removed them.',
    });
  return {
    id,
    size,
    sha256,
    etag,
    fileName: fileNameIn(headers.get('content-disposition') ?? '') ?? `backup-${id}.zip`,
  };
}

/** Only a name of our grammar is taken from the answer: it can't lead to another folder. */
function fileNameIn(disposition: string): string | undefined {
  const encoded = /filename\*=UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  const quoted = /filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1];
  const name = encoded ? decodeURIComponent(encoded) : quoted?.replace(/\\(.)/g, '$1');
  return name !== undefined && typeof parseBackupName(name) !== 'string' ? name : undefined;
}

async function chooseTarget(output: unknown, fileName: string): Promise<string> {
  const wanted = output === undefined ? fileName : String(output);
  const target = (await isFolder(wanted)) ? join(wanted, basename(fileName)) : wanted;
  if (await exists(target))
    throw new ConfigurationError([`${target} exists already; name another file or folder with --output`]);
  return target;
}

/** Fetches into `part`, beginning behind what an earlier attempt or an earlier run left there. @returns the SHA-256 */
async function fetchAll(service: Service, remote: RemoteFile, part: string, signal: AbortSignal): Promise<Buffer> {
  let barren = 0;
  for (;;) {
    const { hash, length } = await digestSoFar(part, remote.size, signal);
    if (length === remote.size) return hash.digest();
    try {
      await append(service, remote, part, length, signal);
    } catch (error) {
      signal.throwIfAborted();
      const size = await stat(part).then(
        ({ size }) => size,
        () => 0,
      );
      barren = size > length ? 0 : barren + 1;
      if (error instanceof StageError || barren >= ATTEMPTS_WITHOUT_PROGRESS)
        throw new CommandError(
          `The download broke off after ${formatBytes(size)} of ${formatBytes(remote.size)}: ${messageOf(error)}. Run it again to go on from there.`,
          EXIT.someFailed,
          { cause: error },
        );
      await sleep(500 * 2 ** barren, undefined, { signal });
    }
  }
}

async function append(
  service: Service,
  remote: RemoteFile,
  part: string,
  from: number,
  signal: AbortSignal,
): Promise<void> {
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-`, 'if-range': remote.etag } : {};
  const answer = await service.download(remote.id, 'get', headers, signal);
  const isContinued = from > 0 && answer.status === 206;
  await using file: FileHandle = await open(part, isContinued ? 'a' : 'w', 0o600);
  for await (const chunk of answer.body ?? []) await file.writeFile(chunk);
  await file.sync();
}

async function digestSoFar(part: string, size: number, signal: AbortSignal): Promise<{ hash: Hash; length: number }> {
  const hash = createHash('sha256');
  let length = 0;
  if (await exists(part))
    for await (const piece of piecesOf(part, signal)) {
      hash.update(piece);
      length += piece.length;
    }
  if (length <= size) return { hash, length };
  await rm(part);
  return { hash: createHash('sha256'), length: 0 };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    error => codeOf(error) !== 'ENOENT',
  );
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
