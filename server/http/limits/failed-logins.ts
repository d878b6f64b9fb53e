import { createHash, randomBytes } from 'node:crypto';
import { RetryLater } from '../../errors/errors.ts';
import { networkOf } from './network-of.ts';
import { Rate } from './rate.ts';

/** How many networks are told apart. More share their counts, so that no number of addresses fills the memory. */
const BUCKETS = 16_384;

const SECONDS = 60;

/**
 * Answers 429 instead of 401 to an address from which too many tokens came that were wrong.
 *
 * Only failures count, and only failures are refused: a valid token gets in from any address, at any time. So no one can lock out others
 * who share their address, or their bucket. Call it when a token was looked up and is not valid, never before:
 *
 * ```ts
 * const principal = await findPrincipal(token);
 * if (!principal) {
 *   await failedLogins.count(ctx.state.address);
 *   throw unauthenticated();
 * }
 * ```
 *
 * A request without a token is no failed login: it guesses nothing.
 */
export class FailedLogins {
  readonly #rate: Rate;
  readonly #salt = randomBytes(16);

  /** @param most how many failures of one address (for IPv6, of one /64) within a minute are answered as such */
  constructor(most: number) {
    this.#rate = new Rate({ most, seconds: SECONDS });
  }

  /**
   * Counts a failed login.
   * @param address of the client, as in `ctx.state.address`
   * @throws RetryLater 429 when this address had more than its share of them
   */
  async count(address: string): Promise<void> {
    const seconds = await this.#rate.count(this.#bucketOf(address));
    if (seconds > 0)
      throw new RetryLater(
        429,
        'TOO_MANY_REQUESTS',
        `Too many invalid tokens came from this address. Check the token, and try again in ${seconds} seconds`,
        seconds,
      );
  }

  /** With a salt of this process, so that no one can look for addresses that share the bucket of another one. */
  #bucketOf(address: string): number {
    const digest = createHash('sha256').update(this.#salt).update(networkOf(address)).digest();
    return digest.readUInt32LE() % BUCKETS;
  }
}
