import { type AccessOptions, openAccess, type ServiceAccess } from '../access/service-access.ts';
import { Service } from '../service/service.ts';
import { overEcho } from '../terminal/over-echo.ts';
import { printableInLine } from '../terminal/printable.ts';

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

/**
 * Opens the way to the service for a command that a person waits for: what should be put right, and each pause that the service asks
 * for, is shown on stderr.
 * @throws {ConfigurationError} when the token or the certificate can't be used
 */
export async function accessOf(options: AccessOptions, { stderr }: CommandContext): Promise<ServiceAccess> {
  const { access, warnings } = await openAccess(options);
  for (const warning of warnings) stderr.write(`warning: ${printableInLine(warning)}\n`);
  return { ...access, onPause: why => void stderr.write(`${overEcho(stderr)}sade: ${why}\n`) };
}

/** @returns what the command asks, on that way @throws {ConfigurationError} */
export async function openService(options: AccessOptions, context: CommandContext): Promise<Service> {
  return new Service(await accessOf(options, context), context.signal);
}
