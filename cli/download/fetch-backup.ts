import type { Hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, EXIT, messageOf } from '../errors.ts';
import { bodyChunks } from '../service/body-chunks.ts';
import type { Service } from '../service/service.ts';
import { formatBytes, formatCount } from '../terminal/format.ts';

/** What the service reports about a stored zip before it is fetched. */
export interface RemoteBackup {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: Buffer;
  readonly etag: string;
}

/** Where the bytes of a download go. A {@link CommandError} of it ends the download. */
export interface Sink {
  /** A path or `stdout`, for messages. */
  readonly name: string;
  /** @returns how many bytes there are already, and their digest */
  soFar(signal: AbortSignal): Promise<{ hash: Hash; length: number }>;
  /** What is written next begins at this byte. @returns how many bytes from there on are not to be written again */
  from(at: number): Promise<number>;
  write(chunk: Uint8Array): Promise<void>;
  /** An answer was written to its end. */
  flush(): Promise<void>;
}

/** A connection that breaks is taken up again, as long as each time some bytes have come. */
const ATTEMPTS_WITHOUT_PROGRESS = 5;

/** A connection over which next to nothing comes for so long is given up, and taken up again. */
const STALLED_MS = 60_000;

const LEAST_BYTES_PER_SECOND = 1024;

/**
 * Fetches a stored zip, from where an earlier attempt or an earlier run ended.
 * @returns the SHA-256 of what the sink has now, which the caller compares
 * @throws {CommandError} when it can't be written, or breaks off time and again; {ExplainedError} when the service refuses
 */
export async function fetchBackup(
  service: Service,
  remote: RemoteBackup,
  { sink, signal, stalledMs = STALLED_MS }: { sink: Sink; signal: AbortSignal; stalledMs?: number },
): Promise<Buffer> {
  let barren = 0;
  // The most that was received: without ranges each attempt starts again, and may end earlier.
  let best = 0;
  for (;;) {
    let { hash, length } = await sink.soFar(signal);
    if (length > remote.size) {
      await sink.from(0);
      ({ hash, length } = await sink.soFar(signal));
    }
    if (length === remote.size) return hash.digest();
    best = Math.max(best, length);
    const { failure, reached } = await append({ service, remote, sink, stalledMs, signal }, length);
    signal.throwIfAborted();
    barren = reached > best ? 0 : barren + 1;
    best = Math.max(best, reached);
    const isHopeless = barren > 0 && failure === undefined;
    if (isHopeless || barren >= ATTEMPTS_WITHOUT_PROGRESS) throw brokeOff(reached, remote.size, sink, failure);
    if (barren > 0) await pause(500 * 2 ** barren, signal);
  }
}

interface Appending {
  readonly service: Service;
  readonly remote: RemoteBackup;
  readonly sink: Sink;
  readonly stalledMs: number;
  readonly signal: AbortSignal;
}

/** @returns how far it came, and why it broke off, unless the answer was read to its end */
async function append(
  { service, remote, sink, stalledMs, signal }: Appending,
  from: number,
): Promise<{ reached: number; failure: unknown }> {
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-`, 'if-range': remote.etag } : {};
  const stalled = new AbortController();
  const answer = await service.download(remote.id, 'get', { headers, signal: stalled.signal });
  if (answer.status === 206) checkRange(answer.headers.get('content-range'), from, remote);
  let reached = answer.status === 206 ? from : 0;
  let toSkip = await sink.from(reached);
  using timer = new StallTimer(stalledMs, error => stalled.abort(error));
  try {
    for await (const chunk of bodyChunks(answer.body, [signal, stalled.signal])) {
      timer.received(chunk.length);
      reached += chunk.length;
      if (reached > remote.size) throw tooLong(remote);
      const fresh = chunk.subarray(Math.min(toSkip, chunk.length));
      toSkip -= chunk.length - fresh.length;
      if (fresh.length > 0) await timer.without(() => sink.write(fresh));
    }
    await sink.flush();
    return { reached, failure: undefined };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    return { reached, failure: error };
  }
}

/** A line over which too little comes is given up; how long what comes takes to be written does not count. */
class StallTimer implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #came = 0;
  #writingMs = 0;
  #isWriting = false;

  constructor(ms: number, onStalled: (error: Error) => void) {
    const least = (LEAST_BYTES_PER_SECOND * ms) / 1000;
    this.#timer = setInterval(() => {
      const isKeptByUs = this.#isWriting || this.#writingMs > ms / 2;
      if (this.#came < least && !isKeptByUs)
        onStalled(new Error(`only ${formatBytes(this.#came)} was received in ${ms / 1000} s`));
      this.#came = 0;
      this.#writingMs = 0;
    }, ms);
  }

  received(bytes: number): void {
    this.#came += bytes;
  }

  /** Does what takes its own time. */
  async without(write: () => Promise<void>): Promise<void> {
    const since = performance.now();
    this.#isWriting = true;
    await write();
    this.#isWriting = false;
    this.#writingMs += performance.now() - since;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** What is put in a different place than it is from makes a file that is whole and wrong. */
function checkRange(told: string | null, from: number, { id, size }: RemoteBackup): void {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(told ?? '') ?? [];
  if (Number(first) === from && Number(last) < size && (total === '*' || Number(total) === size)) return;
  throw new CommandError(
    `The service answered with a different part of backup ${id} (requested: byte ${from} and later). Check whether there is a proxy between sade and the service.`,
    EXIT.someFailed,
  );
}

function tooLong({ id, size }: RemoteBackup): CommandError {
  return new CommandError(
    `The service sends more than the ${formatCount(size)} bytes that it reports for backup ${id}. Check whether there is a proxy between sade and the service.`,
    EXIT.someFailed,
  );
}

function brokeOff(size: number, total: number, sink: Sink, failure: unknown): CommandError {
  const why = failure === undefined ? 'the service sends nothing more' : messageOf(failure);
  const advice =
    sink.name === 'stdout' ? 'The data on stdout is incomplete.' : 'Run the same command again to continue.';
  return new CommandError(
    `The download broke off after ${formatBytes(size)} of ${formatBytes(total)}: ${why}. ${advice}`,
    EXIT.someFailed,
    { cause: failure },
  );
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}
