import type { Backup, Dumped, Ended } from './jobs.ts';

interface Beginning {
  readonly backup: Backup;
  /** Of the file that is dumped into. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Does it; tells when there is a file, and what that may roughly become, in bytes. */
  readonly work: (options: {
    readonly signal: AbortSignal;
    readonly onBegun: (expectedBytes: number) => void;
  }) => Promise<Dumped | Ended>;
}

/** A dump that has begun: it can be followed while it grows. */
export class Dumping {
  readonly kind = 'dumping';
  readonly backup: Backup;
  readonly path: string;
  /** What it may roughly become, in bytes. */
  readonly expectedBytes: number;
  /** Settles when it has ended; rejects when it was stopped. */
  readonly whole: Promise<Dumped | Ended>;
  readonly #stop: AbortController;
  #result: Dumped | Ended | undefined;

  private constructor(
    { backup, path }: Beginning,
    expectedBytes: number,
    whole: Dumping['whole'],
    stop: AbortController,
  ) {
    this.backup = backup;
    this.path = path;
    this.expectedBytes = expectedBytes;
    this.whole = whole;
    this.#stop = stop;
    whole.then(
      result => {
        this.#result = result;
      },
      () => {},
    );
  }

  /** @returns as soon as there is something to follow, or when it has failed before @throws the signal's reason */
  static async begin(beginning: Beginning): Promise<Dumping | Ended> {
    const begun = Promise.withResolvers<number>();
    const stop = new AbortController();
    const signal = AbortSignal.any([beginning.signal, stop.signal]);
    const whole = beginning.work({ signal, onBegun: begun.resolve });
    const first = await Promise.race([begun.promise, whole]);
    if (typeof first !== 'number' && first.kind === 'ended') return first;
    return new Dumping(beginning, typeof first === 'number' ? first : first.dumpBytes, whole, stop);
  }

  /** How it ended; undefined as long as it goes on. */
  get result(): Dumped | Ended | undefined {
    return this.#result;
  }

  /**
   * Stops it, since nobody can make use of it any more.
   * @returns when it has come to rest: its outcome, if it had failed by itself
   */
  async giveUp(): Promise<Ended | undefined> {
    // When the time is over for both, the dump is what took it.
    if (!this.backup.budget.isOver) this.#stop.abort(new Error('its zip has failed'));
    const result = await this.whole.catch(() => undefined);
    return result?.kind === 'ended' ? result : undefined;
  }
}
