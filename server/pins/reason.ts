import { validationError } from '../errors/errors.ts';

/** Controls, ends of lines, and what turns the direction of writing: a plan shows the reason on the terminal of an administrator. */
const UNPRINTABLE = /[\s\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

const MAX_LENGTH = 1000;

/**
 * Reads why someone does what others will want to understand years later.
 * @returns it in one line, without spaces around it
 * @throws AppError 422
 */
export function oneReason(text: string): string {
  const reason = text.toWellFormed().replace(UNPRINTABLE, ' ').trim();
  if (reason !== '' && reason.length <= MAX_LENGTH) return reason;
  throw validationError([{ field: 'reason', message: `must be a text of 1 to ${MAX_LENGTH} characters` }]);
}
