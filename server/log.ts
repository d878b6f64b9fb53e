import { type Logger, pino } from 'pino';

/** One JSON object a line on stdout; lines for people when stdout is a terminal. */
export async function createLog({ isTerminal }: { isTerminal: boolean }): Promise<Logger> {
  const options = {
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (!isTerminal) {
    const out = pino.destination({ fd: 1, sync: true });
    // A full disk under the log, or a reader that went away, must not end the service.
    out.on('error', () => {});
    return pino(options, out);
  }
  const { default: pretty } = await import('pino-pretty');
  const ignore = 'requestId,method,path,status,url';
  return pino(options, pretty({ sync: true, singleLine: true, ignore, translateTime: 'SYS:HH:MM:ss' }));
}
