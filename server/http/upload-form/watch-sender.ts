import { AppError } from '../../errors/errors.ts';

/** As often as a download looks. A token that is revoked ends within a second elsewhere, too. */
const LOOK_EVERY_MS = 2_000;

/**
 * Looks again and again whether the sender of a long form may still send it: one whose token was revoked would keep a place and room on
 * the disk as long as a byte of it comes each minute.
 * @param checkSender throws an AppError when it may not; when that is not known, as without the history, the form goes on
 * @param refuse is called with that error
 * @returns what ends the looking
 */
export function watchSender(checkSender: () => Promise<void>, refuse: (error: AppError) => void): Disposable {
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    await checkSender().catch(error => {
      if (error instanceof AppError && error.status < 500) refuse(error);
    });
    isLooking = false;
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
