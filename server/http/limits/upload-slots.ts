import { RetryLater } from '../../errors/errors.ts';

interface Most {
  /** How many uploads may run at once. */
  readonly inAll: number;
  /** How many of them may be of one token. */
  readonly perToken: number;
}

/** An upload ends at any time, and most take longer than this. */
const RETRY_AFTER_SECONDS = 5;

/** Bounds how many uploads run at once, in all and of each token, so that one client does not keep the others out. */
export class UploadSlots {
  readonly #most: Most;
  readonly #ofToken = new Map<string, number>();
  #taken = 0;

  constructor(most: Most) {
    this.#most = most;
  }

  /**
   * Begins an upload, before its body is read. Dispose of what it returns when the upload has ended, however it ends.
   * @param token its name; undefined where no token is needed: then only the limit of all counts
   * @throws RetryLater 503 when as many run as may
   */
  take(token: string | undefined): Disposable {
    const { inAll, perToken } = this.#most;
    const own = token === undefined ? 0 : (this.#ofToken.get(token) ?? 0);
    if (this.#taken >= inAll) throw tooMany(`The service receives ${inAll} uploads already (MAX_PARALLEL_UPLOADS)`);
    if (own >= perToken)
      throw tooMany(
        `The service receives ${perToken} uploads with this token already (MAX_PARALLEL_UPLOADS_PER_TOKEN)`,
      );
    this.#taken += 1;
    if (token !== undefined) this.#ofToken.set(token, own + 1);
    let isGiven = false;
    return {
      [Symbol.dispose]: () => {
        if (isGiven) return;
        isGiven = true;
        this.#give(token);
      },
    };
  }

  #give(token: string | undefined): void {
    this.#taken -= 1;
    if (token === undefined) return;
    const left = (this.#ofToken.get(token) ?? 1) - 1;
    if (left > 0) this.#ofToken.set(token, left);
    else this.#ofToken.delete(token);
  }
}

function tooMany(what: string): RetryLater {
  const message = `${what}: try again in ${RETRY_AFTER_SECONDS} seconds`;
  return new RetryLater(503, 'TOO_MANY_UPLOADS', message, RETRY_AFTER_SECONDS);
}
