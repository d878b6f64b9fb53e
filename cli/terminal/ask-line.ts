import { createInterface } from 'node:readline';
import { overEcho } from './over-echo.ts';

export interface Asked {
  readonly stdin: NodeJS.ReadStream;
  /** Where the question stands: stdout may go into a file. */
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/** @returns whether a person sees the question and can answer it */
export function canAsk({ stdin, stderr }: Pick<Asked, 'stdin' | 'stderr'>): boolean {
  return Boolean(stdin.isTTY && stderr.isTTY);
}

/**
 * Asks a person for one line.
 * @param question stands in front of the cursor
 * @returns what was typed, without spaces around it; empty at the end of the input
 * @throws the signal's reason when aborted
 */
export async function askLine(question: string, { stdin, stderr, signal }: Asked): Promise<string> {
  signal.throwIfAborted();
  stderr.write(question);
  // Without `terminal` the keys stay with the terminal, and Ctrl-C is a signal as always.
  const lines = createInterface({ input: stdin, terminal: false });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  lines.once('line', line => resolve(line.trim()));
  lines.once('close', () => resolve(''));
  try {
    return await promise;
  } catch (error) {
    stderr.write(`${overEcho(stderr)}\n`);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    lines.close();
    stdin.pause();
  }
}
