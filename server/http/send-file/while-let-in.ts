import { AppError } from '../../errors/errors.ts';

/** How often it is looked at. A token that is revoked ends within a second elsewhere, too. */
const EVERY_MS = 2_000;

/**
 * Hands on the pieces of a long answer as long as its reader may have them: one whose token leaked must not have the whole file because
 * it was asked for in time.
 * @param isShutOut whether someone has revoked what let the reader in; when that is not known, as without the history, the answer goes on
 * @throws AppError 401 in the middle
 */
export async function* whileLetIn(
  pieces: AsyncIterable<Buffer>,
  isShutOut: () => Promise<boolean>,
  everyMs = EVERY_MS,
): AsyncGenerator<Buffer, void, void> {
  let lookedAt = performance.now();
  for await (const piece of pieces) {
    if (performance.now() - lookedAt >= everyMs) {
      if (await isShutOut().catch(() => false))
        throw new AppError(401, 'UNAUTHENTICATED', 'What let the reader in was revoked before the answer was complete');
      lookedAt = performance.now();
    }
    yield piece;
  }
}
