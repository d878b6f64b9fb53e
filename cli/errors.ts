import { shellWord } from '../protocol/texts/shell-word.ts';
/** Exit codes of `sade`; docs/reference/commands.md lists them for the administrator. */
export const EXIT = {
  ok: 0,
  someFailed: 1,
  noneSucceeded: 2,
  misconfigured: 3,
  anotherRun: 4,
  interrupted: { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 },
} as const;

/** A signal that ends a command before its time. */
export type InterruptingSignal = keyof typeof EXIT.interrupted;

export const INTERRUPTING_SIGNALS = Object.keys(EXIT.interrupted) as InterruptingSignal[];

/** An expected end of the program: one clear message, no stack. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** A run that broke off, by a defect or by something unexpected: the code is that of its report. */
export class BrokenRun extends Error {
  override readonly name = 'BrokenRun';
  readonly exitCode: number;

  constructor(cause: unknown, exitCode: number) {
    super(messageOf(cause), { cause });
    this.exitCode = exitCode;
  }
}

/** The first mistakes say what is wrong; a mail of a hundred thousand lines says less. */
const MOST_SHOWN = 50;

/** Something in the options, the environment or databases.json has to be fixed before anything can run. */
export class ConfigurationError extends CommandError {
  override readonly name = 'ConfigurationError';
  readonly mistakes: readonly string[];
  /** What to do next, where the mistake alone does not say it. */
  readonly advice: string | undefined;

  /** @param mistakes each names its place and what is wrong there; never a secret */
  constructor(mistakes: readonly string[], options: ErrorOptions & { advice?: string } = {}) {
    const [only, ...more] = mistakes;
    const shown = mistakes.slice(0, MOST_SHOWN).map(mistake => `  ${mistake}`);
    const rest = mistakes.length > MOST_SHOWN ? [`  … and ${mistakes.length - MOST_SHOWN} more`] : [];
    const message = more.length === 0 ? `${only}` : `${mistakes.length} mistakes:\n${[...shown, ...rest].join('\n')}`;
    super(message, EXIT.misconfigured, options);
    this.mistakes = mistakes;
    this.advice = options.advice;
  }
}

/** Two failures with the same `where` and `why` have one cause: the mail says it once. */
export interface SharedCause {
  /** A database server such as `127.0.0.1:3306` or a socket, the service's origin, or a path. */
  readonly where: string;
  /** What is said of it once for all, such as `refuses connections` or `has no space left (12 MiB free)`. */
  readonly why: string;
}

/** An expected failure, of one database or of the service: why, and what to do about it. */
export class ExplainedError extends Error {
  override readonly name: string = 'ExplainedError';
  readonly advice: string | undefined;
  /** Set where the same cause can fail many databases. */
  readonly sharedCause: SharedCause | undefined;

  constructor(
    message: string,
    options: ErrorOptions & { advice?: string | undefined; sharedCause?: SharedCause } = {},
  ) {
    super(message, options);
    this.advice = options.advice;
    this.sharedCause = options.sharedCause;
  }
}

/** @returns what an error of any kind says, for a person */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @returns what to do about an error that the system gave for a file or folder; undefined for any other error */
export function adviceAboutFile(error: unknown): string | undefined {
  const path = error instanceof Error ? (error as NodeJS.ErrnoException).path : undefined;
  if (codeOf(error) === undefined || path === undefined) return undefined;
  if (codeOf(error) === 'ENOENT')
    return `Find out what removes or moves files there (check: ls -ld ${shellWord(path)}): only sade may change its work folder. Then run sade again.`;
  return `Check that file or folder and its disk (ls -ld ${shellWord(path)}; the kernel's log: dmesg). Then run sade again.`;
}

/** @returns the `code` of a Node error such as ENOENT, or undefined */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
