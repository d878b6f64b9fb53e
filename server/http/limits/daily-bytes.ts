import { formatBytes } from '../../../protocol/format-bytes.ts';
import { RetryLater } from '../../errors/errors.ts';

const DAY_MS = 86_400_000;

/** What a record, a row and entries of the trail take beside what is sent. */
const BESIDE = 16 * 1024;

/**
 * So much more may be reported of runs: a day whose uploads are refused can still be reported. A run of 100 databases takes 50 kB.
 * Without a limit 2,000 runs of 8 MiB an hour would fill the disk of the history.
 */
const MORE_FOR_RUNS = 64 * 1024 ** 2;

interface Day {
  readonly endsAt: number;
  bytes: number;
}

/** What one upload or report takes of the day of its token. Unless it is kept, it is given back when it is disposed of. */
export interface Spending extends Disposable {
  /** Counts bytes that have arrived. @throws RetryLater 429 when these are more than were announced, and too many */
  add(bytes: number): void;
  /** It was stored: it counts until the day is over. */
  keep(): void;
}

/**
 * Bounds what a token may store within a day, so that a stolen one does not fill the disk of all. A day begins with the first bytes of
 * the token. In memory: a storage has one service, and a restart begins a new day.
 */
export class DailyBytes {
  readonly #most: number;
  readonly #now: () => number;
  /** By the names of tokens: there are no more of these than tokens. */
  readonly #days = new Map<string, Day>();

  /** @param now milliseconds of a clock that no one sets */
  constructor(most: number, now = () => performance.now()) {
    this.#most = most;
    this.#now = now;
  }

  /**
   * Begins an upload or a report.
   * @param token its name; undefined where no token is needed: then there is no limit
   * @param announced how many bytes will arrive, where that is known: then they count from the begin
   * @throws RetryLater 429 when these are too many for this day
   */
  begin(token: string | undefined, announced = 0): Spending {
    return this.#begin(token, announced, this.#most);
  }

  /** Begins the report of a run, in the same way. */
  beginRun(token: string | undefined, announced: number): Spending {
    return this.#begin(token, announced, this.#most + MORE_FOR_RUNS);
  }

  #begin(token: string | undefined, announced: number, most: number): Spending {
    if (token === undefined) return UNLIMITED;
    const day = this.#dayOf(token);
    let counted = 0;
    let arrived = 0;
    const count = (bytes: number) => {
      if (day.bytes + bytes > most) throw this.#tooMany(token, day);
      day.bytes += bytes;
      counted += bytes;
    };
    count(BESIDE + announced);
    return {
      add: bytes => {
        arrived += bytes;
        if (arrived > counted - BESIDE) count(arrived - (counted - BESIDE));
      },
      keep: () => {
        counted = 0;
      },
      [Symbol.dispose]: () => {
        day.bytes -= counted;
        counted = 0;
      },
    };
  }

  #dayOf(token: string): Day {
    const known = this.#days.get(token);
    if (known && known.endsAt > this.#now()) return known;
    const day = { endsAt: this.#now() + DAY_MS, bytes: 0 };
    this.#days.set(token, day);
    return day;
  }

  #tooMany(token: string, { endsAt }: Day): RetryLater {
    const seconds = Math.max(1, Math.ceil((endsAt - this.#now()) / 1000));
    return new RetryLater(
      429,
      'TOO_MANY_BYTES',
      `The token ${token} may store ${formatBytes(this.#most)} within 24 hours (MAX_BYTES_PER_DAY_PER_TOKEN), and with this it would be more. Try again in ${seconds} seconds`,
      seconds,
    );
  }
}

const UNLIMITED: Spending = { add: () => undefined, keep: () => undefined, [Symbol.dispose]: () => undefined };
