import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { piecesOf } from './pipeline/file-digest.ts';
import { CommandError, EXIT, messageOf } from './problems.ts';
import type { Service } from './service.ts';
import { formatBytes } from './terminal/format.ts';

/** What the service tells of a stored zip before it is fetched. */
export interface RemoteBackup {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: Buffer;
  readonly etag: string;
}

/** A connection that breaks is taken up again, as long as each time some bytes have come. */
const ATTEMPTS_WITHOUT_PROGRESS = 5;

/** A connection over which nothing comes for so long is given up, and taken up again. */
const STALLED_MS = 60_000;

/**
 * Fetches a stored zip into a file, from where an earlier attempt or an earlier run ended.
 * @param part path of the file; it stays when the download breaks off, so that the next one goes on from there
 * @returns the SHA-256 of what is in the file now, which the caller compares
 * @throws {CommandError} when it can't be written, or breaks off time and again; {ExplainedError} when the service refuses
 */
export async function fetchBackup(
  service: Service,
  remote: RemoteBackup,
  { part, signal, stalledMs = STALLED_MS }: { part: string; signal: AbortSignal; stalledMs?: number },
): Promise<Buffer> {
  await using file = await attempt(part, () => open(part, 'a+', 0o600));
  let barren = 0;
  // What there was at most: where ranges are not served, each attempt begins anew, and may end before.
  let best = 0;
  for (;;) {
    const { hash, length } = await digestSoFar(file, part, remote.size, signal);
    if (length === remote.size) return hash.digest();
    const failure = await append({ service, remote, file, part, stalledMs }, length);
    signal.throwIfAborted();
    const { size } = await file.stat();
    best = Math.max(best, length);
    barren = size > best ? 0 : barren + 1;
    best = Math.max(best, size);
    const isHopeless = barren > 0 && failure === undefined;
    if (isHopeless || barren >= ATTEMPTS_WITHOUT_PROGRESS) throw brokeOff(size, remote.size, failure);
    if (barren > 0) await pause(500 * 2 ** barren, signal);
  }
}

interface Appending {
  readonly service: Service;
  readonly remote: RemoteBackup;
  readonly file: FileHandle;
  readonly part: string;
  readonly stalledMs: number;
}

/** @returns why it broke off, or undefined when the answer was read to its end */
async function append({ service, remote, file, part, stalledMs }: Appending, from: number): Promise<unknown> {
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-`, 'if-range': remote.etag } : {};
  const stalled = new AbortController();
  const answer = await service.download(remote.id, 'get', { headers, signal: stalled.signal });
  let length = answer.status === 206 ? from : 0;
  await attempt(part, () => file.truncate(length));
  const watch = setTimeout(() => stalled.abort(new Error(`nothing came for ${stalledMs / 1000} s`)), stalledMs);
  try {
    for await (const chunk of answer.body ?? []) {
      watch.refresh();
      length += chunk.length;
      if (length > remote.size) throw tooLong(remote);
      await attempt(part, () => file.writeFile(chunk));
    }
    await attempt(part, () => file.sync());
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    return error;
  } finally {
    clearTimeout(watch);
  }
}

async function digestSoFar(
  file: FileHandle,
  part: string,
  size: number,
  signal: AbortSignal,
): Promise<{ hash: Hash; length: number }> {
  if ((await file.stat()).size > size) await file.truncate(0);
  const hash = createHash('sha256');
  let length = 0;
  for await (const piece of piecesOf(part, signal)) {
    hash.update(piece);
    length += piece.length;
  }
  return { hash, length };
}

/** A disk that can't be written is nothing that another attempt at the download would mend. */
async function attempt<T>(part: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new CommandError(`${part} can't be written: ${messageOf(error)}`, EXIT.someFailed, { cause: error });
  }
}

function tooLong({ id, size }: RemoteBackup): CommandError {
  return new CommandError(
    `The service sends more than the ${size} bytes that it tells of backup ${id}: look for a proxy between the two.`,
    EXIT.someFailed,
  );
}

function brokeOff(size: number, total: number, failure: unknown): CommandError {
  const why = failure === undefined ? 'the service sends nothing more' : messageOf(failure);
  return new CommandError(
    `The download broke off after ${formatBytes(size)} of ${formatBytes(total)}: ${why}. Run it again to go on from there.`,
    EXIT.someFailed,
    { cause: failure },
  );
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}
