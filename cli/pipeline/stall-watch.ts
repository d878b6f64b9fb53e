/** A connection over which nothing moves for so long is given up, and the upload tried again. */
const STALLED_MS = 120_000;

/** How long the service may take to check and store a zip: a dump of 1 TiB, at 400 MiB/s. */
const ANSWER_MS = 3_600_000;

/** Meanwhile it is asked now and then whether it is there, and given up when it says nothing so many times in a row. */
const [PULSE_MS, MOST_MISSED] = [30_000, 3];

/** Nothing moved, or no answer came, for too long. */
export class Stalled extends Error {}

/** Tells in a few seconds whether anything answers. */
export type IsThere = (signal: AbortSignal) => Promise<boolean>;

/**
 * Watches over one attempt. While the body is sent something must move; once all has gone the service may take its time
 * to check and store it.
 */
export class StallWatch implements Disposable {
  readonly #abort = new AbortController();
  readonly #fileSize: number;
  readonly #isThere: IsThere | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pulse: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(fileSize: number, isThere: IsThere | undefined) {
    this.#fileSize = fileSize;
    this.#isThere = isThere;
    this.moved(0);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  moved(sent: number): void {
    clearTimeout(this.#timer);
    const [limit, what] = sent < this.#fileSize ? [STALLED_MS, 'nothing moved'] : [ANSWER_MS, 'there was no answer'];
    this.#timer = setTimeout(() => this.#abort.abort(new Stalled(`${what} for ${limit / 1000} s`)), limit);
    if (sent >= this.#fileSize && this.#isThere) this.#feelPulse(this.#isThere, 0);
  }

  #feelPulse(isThere: IsThere, missed: number): void {
    clearTimeout(this.#pulse);
    this.#pulse = setTimeout(async () => {
      const nowMissed = (await isThere(this.signal).catch(() => true)) ? 0 : missed + 1;
      if (nowMissed >= MOST_MISSED)
        this.#abort.abort(
          new Stalled(`there was no answer for ${(MOST_MISSED * PULSE_MS) / 1000} s, nor any to other questions`),
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
