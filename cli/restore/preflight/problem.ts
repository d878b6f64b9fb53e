/** Something that stands in the way of a restore. */
export interface Problem {
  /** A sentence without a full stop; never with a secret. */
  readonly message: string;
  /** What to do: sentences, with the statement or the option. */
  readonly advice: string;
  /** Whether `--force` passes over it. */
  readonly isForceable?: boolean;
  /** Whether the backup itself is in doubt. */
  readonly isOfBackup?: boolean;
}

/** What a check has found. */
export interface Checked {
  readonly problems: readonly Problem[];
  /** What a person should know, a phrase each. */
  readonly warnings: readonly string[];
}

export const NOTHING_WRONG: Checked = { problems: [], warnings: [] };

export function problem(message: string, advice: string, { isForceable = false, isOfBackup = false } = {}): Checked {
  const marks = { ...(isForceable && { isForceable }), ...(isOfBackup && { isOfBackup }) };
  return { problems: [{ message, advice, ...marks }], warnings: [] };
}

export function warning(...warnings: readonly string[]): Checked {
  return { problems: [], warnings };
}

/** @returns what all checks have found, in their order */
export function together(checks: readonly Checked[]): Checked {
  return {
    problems: checks.flatMap(({ problems }) => problems),
    warnings: checks.flatMap(({ warnings }) => warnings),
  };
}
