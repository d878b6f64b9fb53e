import { RetryLater } from '../../errors/errors.ts';
import { Rate } from './rate.ts';

const SECONDS = 3_600;

/** What one token may report within an hour. */
export interface ReportRates {
  /** A fleet of 1,000 machines with a run each hour is half of it. */
  readonly runs: number;
  /** How many databases these runs may list and back up, in sum: each may become a row of the history. */
  readonly databases: number;
}

/** Bounds how many runs a token may report, so that a client that has gone wrong fills neither the history nor the trail of audit. */
export class ReportRate {
  readonly #runs: Rate;
  readonly #databases: Rate;
  readonly #most: ReportRates;

  constructor(most: ReportRates) {
    this.#runs = new Rate({ most: most.runs, seconds: SECONDS });
    this.#databases = new Rate({ most: most.databases, seconds: SECONDS });
    this.#most = most;
  }

  /**
   * Counts a report, before its body is read.
   * @param token its name; undefined where no token is needed: then there is no limit
   * @throws RetryLater 429 when the token has sent more than it may
   */
  async countRun(token: string | undefined): Promise<void> {
    if (token === undefined) return;
    const seconds = await this.#runs.count(token);
    if (seconds > 0) throw tooMany(`${this.#most.runs.toLocaleString('en')} runs`, seconds);
  }

  /** Counts the databases of a report, before it is stored. @throws RetryLater 429 in the same way */
  async countDatabases(token: string | undefined, count: number): Promise<void> {
    if (token === undefined) return;
    const seconds = await this.#databases.count(token, count);
    if (seconds > 0) throw tooMany(`${this.#most.databases.toLocaleString('en')} databases in its runs`, seconds);
  }
}

function tooMany(what: string, seconds: number): RetryLater {
  return new RetryLater(
    429,
    'TOO_MANY_REQUESTS',
    `This token has reported more than ${what} within an hour. Does a machine run sade again and again? Try again in ${seconds} seconds`,
    seconds,
  );
}
