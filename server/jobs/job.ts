/** Something that the service does by itself, again and again. */
export interface Job {
  /** Its name on `/-/status`, in the log and in the history. */
  readonly name: string;
  /** Undefined: at no time. It is read again and again, so a getter may follow the configuration. */
  readonly every: Period | undefined;
  /** How long it waits after a start of the service at least, in milliseconds: that has other things to do. */
  readonly restMs?: number;
  /**
   * Does it once. What it throws is logged and shown on `/-/status`, and the job comes again at its time.
   * @param turn `now` is the time for all its decisions; `signal` is aborted when the service stops. One that has not finished then
   *   throws the signal's reason, and is run again by the next start
   */
  run(turn: Turn): Promise<void>;
}

/** How often: so many milliseconds after its last start, or at the times of a cron expression in an IANA zone. */
export type Period = { readonly ms: number } | { readonly cron: string; readonly timezone: string };

export interface Turn {
  readonly now: Date;
  readonly signal: AbortSignal;
}
