import type { Finding } from '../../protocol/finding.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ConfigurationError, ExplainedError } from '../errors.ts';
import { type Redactor, redactor } from './redactor.ts';

/** Longer than what mysqldump's stderr is cut to; names of megabytes would fill the mail, and the manifest. */
const LONGEST_TEXT = 20_000;

/** Takes the passwords of several sources out: that of the backup and that of the restore are two. */
export function sourcesRedactor(sources: readonly DatabaseSource[]): Pick<SourceRedactor, 'text' | 'error'> {
  const redactors = sources.map(sourceRedactor);
  return {
    text: text => redactors.reduce((text, redact) => redact.text(text), text),
    error: error => redactors.reduce((error, redact) => redact.error(error), error),
  };
}

/** Takes the password of a source out of what its server and its client programs say, and bounds how long that is. */
export interface SourceRedactor {
  text(text: string): string;
  finding(finding: Finding): Finding;
  /** @returns the same error, whose message, advice and stack are without the password */
  error(error: unknown): unknown;
}

/**
 * Every text of a server or a client program passes here before it goes on into a report, a manifest or a check.
 *
 * A password of fewer than four characters is left: it stands in every text by chance. So is one that is a name which everyone
 * may read, such as that of its user: without it no advice could be followed.
 */
export function sourceRedactor({ password, label, database, user, host }: DatabaseSource): SourceRedactor {
  const names = [label, database, user, host].map(name => name?.toLowerCase());
  const { text: redact }: Redactor = redactor(names.includes(password.toLowerCase()) ? [] : [password]);
  const text = (given: string) => {
    const redacted = redact(given);
    return redacted.length > LONGEST_TEXT ? `${redacted.slice(0, LONGEST_TEXT)} …` : redacted;
  };
  return {
    text,
    finding: ({ message, advice, ...rest }) => ({
      ...{ ...rest, message: text(message) },
      ...(advice !== undefined && { advice: text(advice) }),
    }),
    error: error => withoutSecrets(error, text),
  };
}

/** @returns the same error, whose message, advice and stack have passed through `text` */
export function withoutSecrets(error: unknown, text: (given: string) => string): unknown {
  if (!(error instanceof Error)) return error;
  const { message, stack } = error;
  Object.assign(error, { message: text(message), ...(stack !== undefined && { stack: text(stack) }) });
  if (!(error instanceof ExplainedError || error instanceof ConfigurationError)) return error;
  const { advice } = error;
  Object.assign(error, { advice: advice && text(advice) });
  const sharedCause = error instanceof ExplainedError ? error.sharedCause : undefined;
  if (sharedCause) Object.assign(error, { sharedCause: { ...sharedCause, why: text(sharedCause.why) } });
  return error;
}
