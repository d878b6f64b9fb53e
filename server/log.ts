import { type DestinationStream, type Logger, pino } from 'pino';

/** One JSON object a line on stdout; lines for people when stdout is a terminal. */
export async function createLog({ isTerminal }: { isTerminal: boolean }): Promise<Logger> {
  if (!isTerminal) {
    const out = pino.destination({ fd: 1, sync: true, maxLength: MAX_WAITING });
    // A full disk under the log, or a reader that went away, must not end the service.
    out.on('error', () => {});
    // It would write until it can, for ever: a program that ends because of an error would never end. Each line was tried already.
    out.flushSync = () => {};
    return logTo(out);
  }
  const { default: pretty } = await import('pino-pretty');
  const ignore = 'request_id,method,path,status,url';
  return logTo(pretty({ sync: true, singleLine: true, ignore, translateTime: 'SYS:HH:MM:ss' }));
}

/** What waits in memory for room on a full disk; what is more is lost. */
const MAX_WAITING = 1024 ** 2;

/** One JSON object a line into any stream. */
export function logTo(out: DestinationStream): Logger {
  const options = {
    base: null,
    serializers: { err: shortened },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, out);
}

/** The statement of a failed query, which the error repeats in several places, may hold whole manifests. */
function shortened(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const written = Object.entries(pino.stdSerializers.err(error)).filter(([key]) => key !== 'sql');
  return Object.fromEntries(
    written.map(([key, value]) => [key, typeof value === 'string' && value.length > MAX_TEXT ? cut(value) : value]),
  );
}

const MAX_TEXT = 4_000;

/** Drivers put what went wrong behind the statement. */
function cut(text: string): string {
  return `${text.slice(0, MAX_TEXT / 2)} … ${text.length - MAX_TEXT} characters left out … ${text.slice(-MAX_TEXT / 2)}`;
}
