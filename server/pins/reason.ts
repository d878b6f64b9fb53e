import { validationError } from '../errors.ts';

const MAX_LENGTH = 1000;

/**
 * Reads why someone does what others will want to understand years later.
 * @returns it, without blanks around it
 * @throws AppError 422
 */
export function oneReason(text: string): string {
  const reason = text.toWellFormed().replaceAll('\0', '\u{fffd}').trim();
  if (reason !== '' && reason.length <= MAX_LENGTH) return reason;
  throw validationError([{ field: 'reason', message: `must be a text of 1 to ${MAX_LENGTH} characters` }]);
}
