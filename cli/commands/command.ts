/** What a command gets from the world; `main.ts` gives the real one. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Where a person answers a question. */
  readonly stdin: NodeJS.ReadStream;
  /** Aborts, with an `Interrupted` as its reason, on Ctrl-C and the other signals of `EXIT.interrupted`. */
  readonly signal: AbortSignal;
}
