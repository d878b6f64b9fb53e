import { type Logger, pino } from 'pino';

/** One JSON object a line on stdout; lines for people when stdout is a terminal. */
export async function createLog({ isTerminal }: { isTerminal: boolean }): Promise<Logger> {
  const options = {
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (!isTerminal) return pino(options, pino.destination({ fd: 1, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  const ignore = 'requestId,method,path,status,url';
  return pino(options, pretty({ sync: true, singleLine: true, ignore, translateTime: 'SYS:HH:MM:ss' }));
}
