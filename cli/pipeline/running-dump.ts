import type { DatabaseSource } from '../config/databases.ts';
import type { Upcoming } from '../rehearsal/rehearsals.ts';
import { type BackupJob, type CompletedDump, isOver, type OverJob } from './jobs.ts';

interface Beginning {
  readonly source: DatabaseSource;
  readonly backup: BackupJob;
  /** Of the file that is dumped into. It exists. */
  readonly path: string;
  /** What it may roughly become, in bytes; 0 when that is not known. */
  readonly expectedBytes: number;
  /** For its rehearsal; `unknown` where the source could not be looked at, undefined without rehearsals. */
  readonly upcoming?: Upcoming | 'unknown' | undefined;
  readonly signal: AbortSignal;
}

/** A dump that is being written: its zip can follow it. */
export class RunningDump {
  readonly kind = 'running';
  readonly source: DatabaseSource;
  readonly backup: BackupJob;
  readonly path: string;
  readonly expectedBytes: number;
  readonly upcoming: Upcoming | 'unknown' | undefined;
  /** Settles when it has ended; rejects when it was stopped. */
  readonly completion: Promise<CompletedDump | OverJob>;
  readonly #stop = new AbortController();
  #result: CompletedDump | OverJob | undefined;

  /** @param run writes it; called at once */
  constructor(
    { source, backup, path, expectedBytes, upcoming, signal }: Beginning,
    run: (signal: AbortSignal) => Promise<CompletedDump | OverJob>,
  ) {
    this.source = source;
    this.backup = backup;
    this.path = path;
    this.expectedBytes = expectedBytes;
    this.upcoming = upcoming;
    this.completion = run(AbortSignal.any([signal, this.#stop.signal]));
    this.completion.then(
      result => {
        this.#result = result;
      },
      () => {},
    );
  }

  /** How it ended; undefined as long as it goes on. */
  get result(): CompletedDump | OverJob | undefined {
    return this.#result;
  }

  /**
   * Stops it, since it can't be zipped any more.
   * @returns when it has stopped: its failure, if it had failed by itself
   */
  async cancel(): Promise<OverJob | undefined> {
    // When the time is over for both, the dump is what took it.
    if (!this.backup.budget.isOver) this.#stop.abort(new Error('its zip has failed'));
    const result = await this.completion.catch(() => undefined);
    return result && isOver(result) ? result : undefined;
  }
}
