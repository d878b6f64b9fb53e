import { LOG_LEVELS } from './options/commands.ts';
import { redactor } from './secrets/redactor.ts';
import { printableInLine } from './terminal/printable.ts';

export type LogLevel = (typeof LOG_LEVELS)[number];

/** What belongs to an event: one that is undefined is left out. `database` is a label. */
export type LogFacts = Readonly<Record<string, unknown>> & { readonly database?: string };

type WriteEvent = (event: string, facts?: LogFacts) => void;

/** A longer value, such as what a server said, is cut. */
const LONGEST_VALUE = 2000;

let shown: readonly LogLevel[] = [];
let writeLine: (line: string) => void = () => {};
let redact = redactor([]);

/**
 * The log for anyone who looks for a fault (`SADE_LOG`): one line an event, with time, level and database. It is off unless it is
 * opened, and one for the whole program: what happens deep down needs no log handed to it.
 *
 * It is our own, and not pino, which the service has: `sade` starts many times a day, needs levels and one format and nothing
 * else, and runs under Deno, too.
 */
export const log: Readonly<Record<LogLevel, WriteEvent>> = {
  error: (event, facts) => write('error', event, facts),
  warn: (event, facts) => write('warn', event, facts),
  info: (event, facts) => write('info', event, facts),
  debug: (event, facts) => write('debug', event, facts),
  trace: (event, facts) => write('trace', event, facts),
};

/** @param level undefined: nothing is logged @param write takes each line, with its end */
export function openLog(level: LogLevel | undefined, write: (line: string) => void): void {
  shown = level === undefined ? [] : LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(level) + 1);
  writeLine = write;
}

export function isLogOpen(): boolean {
  return shown.length > 0;
}

/** Takes secrets out of all that is logged from now on, also where a server repeats one. */
export function hideInLog(secrets: Iterable<string>): void {
  if (isLogOpen()) redact = redactor(secrets);
}

/**
 * Logs when a piece of work begins, and how it ends.
 * @param about what is known when it ends well
 * @throws what the work throws
 */
export async function logged<T>(
  what: string,
  facts: LogFacts,
  work: () => Promise<T>,
  about: (result: T) => LogFacts,
): Promise<T> {
  if (!isLogOpen()) return work();
  const begin = performance.now();
  const ms = () => Math.round(performance.now() - begin);
  log.info(`${what} begins`, facts);
  try {
    const result = await work();
    log.info(`${what} ends`, { ...facts, ms: ms(), ...about(result) });
    return result;
  } catch (error) {
    log.warn(`${what} fails`, { ...facts, ms: ms(), error });
    throw error;
  }
}

function write(level: LogLevel, event: string, { database, ...facts }: LogFacts = {}): void {
  if (!shown.includes(level)) return;
  const pairs = Object.entries(facts).flatMap(([key, value]) =>
    value === undefined ? [] : [`${snakeCase(key)}=${format(redact.value(plain(value)))}`],
  );
  const line = [level.padEnd(5), format(database ?? '-'), event, ...pairs].join(' ');
  writeLine(`${new Date().toISOString()} ${printableInLine(redact.text(line))}\n`);
}

function plain(value: unknown): unknown {
  if (value instanceof Error) return [value.message, ...(value.cause ? [plain(value.cause)] : [])].join(': ');
  return value instanceof URL ? value.href : value;
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}

/** A text with a blank in it stands in quotes, as in JSON. */
function format(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const cut = text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)} …` : text;
  return typeof value !== 'string' || /^[^\s"=]+$/.test(cut) ? cut : JSON.stringify(cut);
}
