import type { BackupJob, CompletedDump, FinishedJob } from './jobs.ts';

interface Beginning {
  readonly backup: BackupJob;
  /** Of the file that is dumped into. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Does it; tells when there is a file, and what that may roughly become, in bytes. */
  readonly work: (options: {
    readonly signal: AbortSignal;
    readonly onBegun: (expectedBytes: number) => void;
  }) => Promise<CompletedDump | FinishedJob>;
}

/** A dump that has begun: it can be followed while it grows. */
export class RunningDump {
  readonly kind = 'running';
  readonly backup: BackupJob;
  readonly path: string;
  /** What it may roughly become, in bytes. */
  readonly expectedBytes: number;
  /** Settles when it has ended; rejects when it was stopped. */
  readonly completion: Promise<CompletedDump | FinishedJob>;
  readonly #stop: AbortController;
  #result: CompletedDump | FinishedJob | undefined;

  private constructor(
    { backup, path }: Beginning,
    expectedBytes: number,
    completion: RunningDump['completion'],
    stop: AbortController,
  ) {
    this.backup = backup;
    this.path = path;
    this.expectedBytes = expectedBytes;
    this.completion = completion;
    this.#stop = stop;
    completion.then(
      result => {
        this.#result = result;
      },
      () => {},
    );
  }

  /** @returns as soon as there is something to follow, or when it has failed before @throws the signal's reason */
  static async begin(beginning: Beginning): Promise<RunningDump | FinishedJob> {
    const begun = Promise.withResolvers<number>();
    const stop = new AbortController();
    const signal = AbortSignal.any([beginning.signal, stop.signal]);
    const completion = beginning.work({ signal, onBegun: begun.resolve });
    const first = await Promise.race([begun.promise, completion]);
    if (typeof first !== 'number' && first.kind === 'finished') return first;
    return new RunningDump(beginning, typeof first === 'number' ? first : first.dumpBytes, completion, stop);
  }

  /** How it ended; undefined as long as it goes on. */
  get result(): CompletedDump | FinishedJob | undefined {
    return this.#result;
  }

  /**
   * Stops it, since nobody can make use of it any more.
   * @returns when it has come to rest: its outcome, if it had failed by itself
   */
  async cancel(): Promise<FinishedJob | undefined> {
    // When the time is over for both, the dump is what took it.
    if (!this.backup.budget.isOver) this.#stop.abort(new Error('its zip has failed'));
    const result = await this.completion.catch(() => undefined);
    return result?.kind === 'finished' ? result : undefined;
  }
}
