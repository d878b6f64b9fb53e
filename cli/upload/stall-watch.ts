/** A connection without progress for this time is given up, and the upload tried again. */
const STALLED_MS = 120_000;

/** How long the service may take at most to check and store a zip: a dump of 1 TiB, at 400 MiB/s. */
const MOST_ANSWER_MS = 3_600_000;

/** What it may take for any zip: it may start again meanwhile, or wait for its disk or its history. */
const LEAST_ANSWER_MS = 300_000;

/** In bytes a millisecond: it reads zips and inflates dumps more than ten times as fast, unless its machine is very busy. */
const [SLOWEST_ZIP, SLOWEST_DUMP] = [(4 << 20) / 1000, (10 << 20) / 1000];

/** Deflate makes nothing smaller than by that (zlib's "Maximum Compression Factor"). */
const MOST_DEFLATED = 1032;

/** Meanwhile the service is probed at this interval, and given up after so many missing answers in a row. */
const [PULSE_MS, MOST_MISSED] = [30_000, 3];

/** No data was sent, or no answer came, for too long. */
export class Stalled extends Error {}

/** Tells in a few seconds whether anything answers. */
export type IsThere = (signal: AbortSignal) => Promise<boolean>;

/**
 * @param zipBytes of the zip that was sent
 * @param dumpBytes of the dump in it, as far as that is known
 * @returns how long the service may take for its answer, in milliseconds
 */
export function answerWithin(zipBytes: number, dumpBytes = zipBytes * MOST_DEFLATED): number {
  return Math.min(MOST_ANSWER_MS, Math.round(LEAST_ANSWER_MS + zipBytes / SLOWEST_ZIP + dumpBytes / SLOWEST_DUMP));
}

/**
 * Watches over one attempt. While the body is sent something must move; once all has gone the service may take its time
 * to check and store it.
 */
export class StallWatch implements Disposable {
  readonly #abort = new AbortController();
  readonly #fileSize: number;
  readonly #answerMs: number;
  readonly #isThere: IsThere | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pulse: NodeJS.Timeout | undefined;
  #isOver = false;

  /** @param answerMs how long the service may take for its answer, once all has gone */
  constructor(fileSize: number, answerMs: number, isThere: IsThere | undefined) {
    this.#fileSize = fileSize;
    this.#answerMs = answerMs;
    this.#isThere = isThere;
    this.onProgress(0);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  onProgress(sent: number): void {
    clearTimeout(this.#timer);
    const [limit, what] = sent < this.#fileSize ? [STALLED_MS, 'no data was sent'] : [this.#answerMs, 'no answer came'];
    const seconds = Math.round(limit / 1000);
    this.#timer = setTimeout(() => this.#abort.abort(new Stalled(`${what} for ${seconds} s`)), limit);
    if (sent >= this.#fileSize && this.#isThere) this.#feelPulse(this.#isThere, 0);
  }

  #feelPulse(isThere: IsThere, missed: number): void {
    clearTimeout(this.#pulse);
    this.#pulse = setTimeout(async () => {
      const nowMissed = (await isThere(this.signal).catch(() => true)) ? 0 : missed + 1;
      if (nowMissed >= MOST_MISSED)
        this.#abort.abort(
          new Stalled(`no answer came for ${(MOST_MISSED * PULSE_MS) / 1000} s, also not to other requests`),
        );
      else if (!this.#isOver) this.#feelPulse(isThere, nowMissed);
    }, PULSE_MS);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#pulse);
  }
}
