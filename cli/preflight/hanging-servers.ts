import { once } from 'node:events';
import { connect } from 'node:net';
import type { DatabaseSource } from '../config/databases.ts';
import { codeOf } from '../errors.ts';
import { addressOf, ServerAway } from '../mysql/explain-connecting.ts';
import type { Preflight } from './preflight.ts';

/** How long a server that did not answer before may take for its first byte. */
const FIRST_BYTE_MS = 5000;

/**
 * Makes a preflight that learns, for as long as a run lasts, which servers drop packets, or accept connections and send nothing:
 * such a one costs half a minute once, and a few seconds for each further database of it.
 * @param firstByteMs given in tests
 */
export function learningPreflight(preflight: Preflight, firstByteMs = FIRST_BYTE_MS): Preflight {
  const hanging = new Map<string, ServerAway>();
  return async (source, options) => {
    const where = addressOf(source);
    const known = hanging.get(where);
    if (known && !(await speaks(source, firstByteMs, options.signal))) throw known;
    hanging.delete(where);
    try {
      return await preflight(source, options);
    } catch (error) {
      if (error instanceof ServerAway && codeOf(error.cause) === 'ETIMEDOUT') hanging.set(where, error);
      throw error;
    }
  };
}

/** @returns whether anything comes from there in time; also that nothing listens, which the preflight explains */
async function speaks({ host, port, socket }: DatabaseSource, ms: number, outer: AbortSignal): Promise<boolean> {
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), ms);
  const stream = socket ? connect(socket) : connect(port, host!);
  try {
    await once(stream, 'data', { signal: AbortSignal.any([outer, clock.signal]) });
    return true;
  } catch {
    outer.throwIfAborted();
    return !clock.signal.aborted;
  } finally {
    clearTimeout(timer);
    stream.on('error', () => {}).destroy();
  }
}
