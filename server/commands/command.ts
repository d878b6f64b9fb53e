/** Where a command writes. */
export interface Streams {
  /** Gets what was asked for. */
  readonly out: { write(text: string): unknown };
  /** Gets errors and remarks. */
  readonly err: { write(text: string): unknown };
}

/**
 * Does what stands behind `lumbung NAME`.
 * @param args behind the name
 * @returns the exit code: 0, or 1 when it could not be done
 * @throws Error of one line that says what to do
 */
export type RunCommand = (args: readonly string[], env: NodeJS.ProcessEnv, streams: Streams) => Promise<number>;

export interface Command {
  /** What it does, for the usage text: without a full stop. */
  readonly summary: string;
  /** Loads its code, which no other command needs. */
  readonly load: () => Promise<RunCommand>;
}
