import { RetryLater } from '../../errors/errors.ts';
import { Rate } from './rate.ts';

const SECONDS = 60;

/** Bounds how many requests a token may send, so that a client that has gone wrong does not take the service from the others. */
export class RequestRate {
  readonly #rate: Rate;
  readonly #most: number;

  /** @param most how many requests of one token within a minute are answered */
  constructor(most: number) {
    this.#rate = new Rate({ most, seconds: SECONDS });
    this.#most = most;
  }

  /**
   * Counts a request, when its token is known and before its body is read.
   * @param token its name; undefined where no token is needed: then there is no limit
   * @throws RetryLater 429 when the token has sent more than it may
   */
  async count(token: string | undefined): Promise<void> {
    if (token === undefined) return;
    const seconds = await this.#rate.count(token);
    if (seconds > 0)
      throw new RetryLater(
        429,
        'TOO_MANY_REQUESTS',
        `This token has sent more than ${this.#most} requests within a minute (MAX_REQUESTS_PER_MINUTE). Try again in ${seconds} seconds`,
        seconds,
      );
  }
}
