import { validationError } from '../errors/errors.ts';

/** Ten years. */
const MAX_DAYS = 3660;

/** @returns the number of days @throws AppError 422 when that is no number of days to look at */
export function daysArgument(field: string, days: number): number {
  if (!(days >= 1 && days <= MAX_DAYS))
    throw validationError([{ field, message: `must be a whole number from 1 to ${MAX_DAYS}` }]);
  return days;
}
