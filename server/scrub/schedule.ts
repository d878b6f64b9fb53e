import type { Logger } from 'pino';
import type { Scrub } from './scrub.ts';

interface Schedule {
  readonly scrub: Pick<Scrub, 'isDue' | 'start'>;
  readonly log: Logger;
  /** When to look first, in milliseconds: a service that has just started has other things to do. */
  readonly firstMs?: number;
  readonly everyMs?: number;
}

/**
 * Looks from time to time whether files are due, and starts the scrub when some are. It keeps no process alive.
 * @returns what ends it
 */
export function scheduleScrub({ scrub, log, firstMs = 5 * 60_000, everyMs = 60 * 60_000 }: Schedule): () => void {
  const look = async () => {
    try {
      if (await scrub.isDue()) scrub.start('scheduled');
    } catch (error) {
      log.error({ err: error }, 'The search for stored files that are due for a check failed');
    }
  };
  const first = setTimeout(look, firstMs).unref();
  const others = setInterval(look, everyMs).unref();
  return () => {
    clearTimeout(first);
    clearInterval(others);
  };
}
